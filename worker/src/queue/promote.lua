-- Moves jobs that are due into the stream: a bounded number, for a million of them must not stop Redis.
-- The removal comes first: see conclude.lua.
-- KEYS delayed, stream
-- ARGV limit
-- Returns how many were moved and in how many ms the next is due (-1: there is none).
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
for _, job in ipairs(due) do
  redis.call('ZREM', KEYS[1], job)
  redis.call('XADD', KEYS[2], '*', unpack(cmsgpack.unpack(job)))
end
local next = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return { #due, next[2] and math.max(0, next[2] - now) or -1 }
