-- Moves jobs that are due into the stream: a bounded number, for a million of them must not stop Redis.
-- The removal comes first: see conclude.lua.
-- KEYS stream, then the sets in which jobs wait
-- ARGV limit, prefix of records
-- Returns how many were moved.
local time = redis.call('TIME')
local now, moved = time[1] * 1000 + math.floor(time[2] / 1000), 0
for set = 2, #KEYS do
  for _, packed in ipairs(redis.call('ZRANGEBYSCORE', KEYS[set], '-inf', now, 'LIMIT', 0, ARGV[1] - moved)) do
    redis.call('ZREM', KEYS[set], packed)
    local job = cmsgpack.unpack(packed)
    local place, record = redis.call('XADD', KEYS[1], '*', unpack(job)), ARGV[2] .. job[2]
    if redis.call('EXISTS', record) == 1 then redis.call('HSET', record, 'place', place) end
    moved = moved + 1
  end
end
return moved
