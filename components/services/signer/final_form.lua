-- Gives a message the form in which Postfix's SMTP client sends it, before it is signed: the client breaks lines that
-- are longer than SMTP allows, and a signature over the unbroken line would not verify.
local rspamd_regexp = require "rspamd_regexp"

local limit = 998
-- Rspamd takes these for white space where DKIM does not, so its signature over them would not verify.
local misread = rspamd_regexp.create("/[\\x0b\\x0c]/")
local long = rspamd_regexp.create("/[^\\r\\n]{" .. limit + 1 .. "}/")

-- As the client does it: the rest of the line follows on a new one, after a space.
local function broken(line)
  local parts = { line:sub(1, limit) }
  for at = limit + 1, #line, limit - 1 do
    parts[#parts + 1] = " " .. line:sub(at, at + limit - 2)
  end
  return parts
end

-- The lines of a header, folded where it has white space, which says the same to every reader and to DKIM.
local function folded(line)
  local parts = {}
  while #line > limit do
    local at = line:sub(1, limit + 1):match("^.*[^ \t]()[ \t]")
    if not at or not line:find("[^ \t]", at) then break end
    parts[#parts + 1] = line:sub(1, at - 1)
    line = line:sub(at)
  end
  for _, part in ipairs(broken(line)) do parts[#parts + 1] = part end
  return parts
end

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\r?\n") do lines[#lines + 1] = line end
  return lines
end

local function body_of(text)
  local fragments = {}
  local from = 1
  while from <= #text do
    local to = text:find("\n", from, true) or #text
    local ending = text:sub(from, to):match("\r?\n?$")
    if to - from + 1 - #ending > limit then
      fragments[#fragments + 1] = table.concat(broken(text:sub(from, to - #ending)), "\r\n") .. ending
    else
      fragments[#fragments + 1] = text:sub(from, to)
    end
    from = to + 1
  end
  return table.concat(fragments)
end

-- Each header as { name, value, changed }; a value's lines are parted as Postfix parts them.
local function headers_of(text)
  local headers = {}
  for _, line in ipairs(lines_of(text)) do
    if line:match("^[ \t]") and #headers > 0 then
      local last = headers[#headers]
      last.lines[#last.lines + 1] = line
    else
      headers[#headers + 1] = { name = line:match("^([^:]*)"), lines = { line } }
    end
  end
  for _, header in ipairs(headers) do
    local whole = {}
    for _, line in ipairs(header.lines) do
      header.changed = header.changed or #line > limit
      for _, part in ipairs(folded(line)) do whole[#whole + 1] = part end
    end
    header.text = table.concat(whole, "\r\n")
    header.value = table.concat(whole, "\n"):gsub("^[^:]*:[ \t]*", "", 1)
  end
  return headers
end

-- How Postfix is told: all headers of a name are taken out and put in again where they were.
local function reply_for(headers)
  local remove, add, missing = {}, {}, {}
  for _, header in ipairs(headers) do
    if header.changed then remove[header.name:lower()] = 0 end
  end
  local names = {}
  for at, header in ipairs(headers) do
    local name = header.name:lower()
    if remove[name] then
      names[name] = names[name] or header.name
      add[names[name]] = add[names[name]] or {}
      table.insert(add[names[name]], { value = header.value, order = at })
      missing[at] = true
    end
  end
  -- Rspamd puts them in in this order, so that a place counts only those that are there by then.
  for _, list in pairs(add) do
    for _, header in ipairs(list) do
      local before = 0
      for at in pairs(missing) do
        if at < header.order then before = before + 1 end
      end
      missing[header.order] = nil
      header.order = header.order - before
    end
  end
  local named = {}
  for name in pairs(remove) do named[names[name]] = 0 end
  return { remove_headers = named, add_headers = add }
end

return function(task)
  local content = task:get_content()
  if misread:match(content) then task:disable_symbol("DKIM_SIGNED") end
  if not long:match(content) then return end
  local text = tostring(content)
  local head, body = text:match("^(.-)\r?\n\r?\n(.*)$")
  if not head then head, body = text:gsub("\r?\n$", ""), "" end
  local headers = headers_of(head)
  local reply = reply_for(headers)
  if next(reply.add_headers) then task:set_milter_reply(reply) end
  local texts = {}
  for _, header in ipairs(headers) do texts[#texts + 1] = header.text end
  task:set_message(table.concat(texts, "\r\n") .. "\r\n\r\n" .. body_of(body))
end
