-- Takes over one job whose lease has run out. What XAUTOCLAIM does, but it tells how often the job was handed
-- out, and it does not count a job that Redis handed to us while the answer was lost: nobody ran that one.
-- Nothing is taken when our own leases may have run out too (Redis or this process stood still): the call may
-- have waited in a hung Redis while all workers, alive, could not renew.
-- KEYS stream
-- ARGV group, consumer, lease in ms, our last renewal (ms of Redis's clock), how old it may be
-- Returns nothing, or the entry, its fields and the count of deliveries.
local stream, group, consumer = KEYS[1], ARGV[1], ARGV[2]
local time = redis.call('TIME')
if time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[4] > tonumber(ARGV[5]) then return false end

while true do
  local pending = redis.call('XPENDING', stream, group, 'IDLE', ARGV[3], '-', '+', 1)[1]
  if not pending then return false end
  local entry, owner, count = pending[1], pending[2], pending[4]
  local found = redis.call('XRANGE', stream, entry, entry)[1]
  if found then
    if owner ~= consumer then count = count + 1 end
    redis.call('XCLAIM', stream, group, consumer, 0, entry, 'RETRYCOUNT', count, 'JUSTID')
    return { entry, found[2], count }
  end
  redis.call('XACK', stream, group, entry) -- someone deleted the job under its worker
end
