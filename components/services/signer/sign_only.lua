local rspamd_regexp = require "rspamd_regexp"
local final_envelope = dofile("/etc/mail-relay-signer/envelope.lua")

-- Rspamd takes these for white space where DKIM does not, so its signature over them would not verify.
local misread = rspamd_regexp.create("/[\\x0b\\x0c]/")

rspamd_config:register_symbol({
  name = "SIGN_ONLY",
  type = "connfilter",
  callback = function(task)
    -- Leaves out what Rspamd does with a message beyond its headers: no text is decoded, cut into words or searched for
    -- links. Signing needs none of that, and it takes several times the message's size in memory.
    task:set_flag("skip_process")
    final_envelope(task)
    if misread:match(task:get_content()) then task:disable_symbol("DKIM_SIGNED") end
  end,
})
