-- Takes a job in, once. The record is what makes a second push of the same wish the same job: it is looked at,
-- and written together with the job, in one step. Under `noeviction` a full Redis refuses the first write, so
-- a refused push leaves nothing behind.
-- KEYS record, stream, delayed
-- ARGV id, envelope, kind, actor, payload hash, cree_le, delay in ms
local known = redis.call('HMGET', KEYS[1], 'hash', 'place')
if known[1] and stands(KEYS[2], known[2]) then
  return known[1] == ARGV[5] and 'pending' or 'key_reused'
end

local time, delay = redis.call('TIME'), tonumber(ARGV[7])
local due = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + delay)
local job = { 'job', ARGV[1], 'enveloppe', ARGV[2], 'depuis', due, 'echecs', '0', 'livraisons', '0' }
local place
if delay > 0 then
  redis.call('ZADD', KEYS[3], due, cmsgpack.pack(job))
  place = KEYS[3] .. ' ' .. due
else
  place = redis.call('XADD', KEYS[2], '*', unpack(job))
end
redis.call('HSET', KEYS[1], 'type', ARGV[3], 'acteur', ARGV[4], 'hash', ARGV[5], 'cree_le', ARGV[6],
  'place', place)
return 'queued'
