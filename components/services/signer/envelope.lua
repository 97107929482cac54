-- Rspamd signs where the envelope's sender and the From header agree. Postfix tells it the envelope as it came, but shows
-- it the headers as they leave, so the sender is rewritten here by the same tables.
local tables = {
  -- rewriting.senders
  {
    {{senders}}
  },
  -- rewriting.canonical
  {
    {{canonical}}
  },
}

local function found(rewrites, address)
  local user, domain = address:match("^(.*)@([^@]*)$")
  if not user then return nil end
  local to = rewrites[address:lower()] or rewrites["@" .. domain:lower()]
  return to and (to:sub(1, 1) == "@" and user .. to or to)
end

-- Postfix goes on until a table has no more to say.
local function rewritten(rewrites, address)
  for _ = 1, 1000 do
    local to = found(rewrites, address)
    if not to or to:lower() == address:lower() then return to or address end
    address = to
  end
  return address
end

return function(task)
  local from = (task:get_from("smtp") or {})[1]
  if not from or not from.addr or from.addr == "" then return end
  local address = from.addr
  for _, rewrites in ipairs(tables) do address = rewritten(rewrites, address) end
  if address == from.addr then return end
  local user, domain = address:match("^(.*)@([^@]*)$")
  task:set_from("smtp", { name = "", user = user, domain = domain, addr = address })
end
