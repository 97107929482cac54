local folder = "/etc/mail-relay-signer/"
local final_form = dofile(folder .. "final_form.lua")
local final_envelope = dofile(folder .. "envelope.lua")

rspamd_config:register_symbol({
  name = "SIGN_ONLY",
  type = "connfilter",
  callback = function(task)
    -- Leaves out what Rspamd does with a message beyond its headers: no text is decoded, cut into words or searched for
    -- links. Signing needs none of that, and it takes several times the message's size in memory.
    task:set_flag("skip_process")
    final_envelope(task)
    final_form(task)
  end,
})
