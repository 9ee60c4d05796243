-- Takes a job in, once. The record is what makes a second push of the same wish the same job: it is looked at,
-- and written together with the job, in one step. Under `noeviction` a full Redis refuses the first write, so
-- a refused push leaves nothing behind.
-- KEYS record, stream, delayed
-- ARGV id, envelope, kind, actor, payload hash, cree_le, delay in ms
local hash = redis.call('HGET', KEYS[1], 'hash')
if hash then
  return hash == ARGV[5] and 'pending' or 'key_reused'
end

local job = { 'job', ARGV[1], 'enveloppe', ARGV[2], 'echecs', '0', 'livraisons', '0' }
local delay = tonumber(ARGV[7])
if delay > 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZADD', KEYS[3], now + delay, cmsgpack.pack(job))
else
  redis.call('XADD', KEYS[2], '*', unpack(job))
end
redis.call('HSET', KEYS[1], 'type', ARGV[3], 'acteur', ARGV[4], 'hash', ARGV[5], 'cree_le', ARGV[6],
  'statut', 'en_attente')
return 'queued'
