-- A worker that stops gives back what it holds: at the end of the stream, where others take it at once, and
-- with this delivery not counted. The worker itself is forgotten.
-- KEYS stream
-- ARGV group, consumer, prefix of records
-- Returns how many jobs were given back.
local stream, group, consumer = KEYS[1], ARGV[1], ARGV[2]
local pending = redis.call('XPENDING', stream, group, '-', '+', 100000, consumer)
for _, held in ipairs(pending) do
  local found = redis.call('XRANGE', stream, held[1], held[1])[1]
  redis.call('XACK', stream, group, held[1])
  if found then
    redis.call('XDEL', stream, held[1])
    local job, record = found[2], nil
    for i = 1, #job, 2 do
      if job[i] == 'livraisons' then job[i + 1] = job[i + 1] + held[4] - 1 end
      if job[i] == 'job' then record = ARGV[3] .. job[i + 1] end
    end
    local place = redis.call('XADD', stream, '*', unpack(job))
    if record and redis.call('EXISTS', record) == 1 then redis.call('HSET', record, 'place', place) end
  end
end
redis.call('XGROUP', 'DELCONSUMER', stream, group, consumer)
return #pending
