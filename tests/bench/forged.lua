-- A different forged token in each request: header and claims of a good one, another signature.
local letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local head, count = "", 0

function init(args)
  head = args[1]
end

function request()
  count = count + 1
  local signature = {}
  local seed = count
  for at = 1, 85 do
    seed = (seed * 16807 + at) % 2147483647
    local place = seed % 64 + 1
    signature[at] = letters:sub(place, place)
  end
  return wrk.format("GET", nil, { authorization = "Bearer " .. head .. "." .. table.concat(signature) .. "A" })
end
