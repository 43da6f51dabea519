-- Renews sessions: each request takes the next cookie of a file, a line each.
local cookies, at = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    cookies[#cookies + 1] = line
  end
end

function request()
  at = at % #cookies + 1
  local headers = { cookie = cookies[at], origin = wrk.headers["origin"], ["user-agent"] = wrk.headers["user-agent"] }
  return wrk.format("POST", nil, headers)
end
