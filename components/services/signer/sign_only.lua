-- Leaves out what Rspamd does with a message beyond its headers: no text is decoded, cut into words or searched for
-- links. Signing needs none of that, and it takes several times the message's size in memory.
local final_form = dofile("/etc/mail-relay-signer/final_form.lua")

rspamd_config:register_symbol({
  name = "SIGN_ONLY",
  type = "connfilter",
  callback = function(task)
    task:set_flag("skip_process")
    final_form(task)
  end,
})
