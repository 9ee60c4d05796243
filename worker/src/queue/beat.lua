-- One beat of a worker's heart: it renews the leases of what it runs, forgets workers that are gone, and looks for a
-- job whose worker died. All in one step, so that nobody takes over before it has renewed.
-- Jobs are taken over only after a whole lease of unbroken beats: when Redis or this process stood still, also while
-- this very call waited, all leases have run out and every living worker first gets the time to renew its own.
-- KEYS stream
-- ARGV group, consumer, lease in ms, since when beats are unbroken and the last one (ms of Redis's clock), whether a
-- job may be taken over ('1'), then the entries that run here
-- Returns Redis's time in ms, since when beats are unbroken, whether there is a dead worker's job, and if it was taken
-- over: its entry, its fields, and how often it was handed out.
local stream, group, consumer, lease = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local since, last, take = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6] == '1'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- XCLAIM would take a job back from whoever took it over; JUSTID keeps the count of deliveries.
local renewed = { 'XCLAIM', stream, group, consumer, 0 }
for i = 7, #ARGV do
  local ours = #redis.call('XPENDING', stream, group, ARGV[i], ARGV[i], 1, consumer) == 1
  if ours then renewed[#renewed + 1] = ARGV[i] end
end
if #renewed > 5 then
  renewed[#renewed + 1] = 'JUSTID'
  redis.call(unpack(renewed))
end

-- A sign of life: to wait for jobs is none, to read again what is ours is one. From behind all entries, for what is
-- read again counts as delivered again. Who gives none and holds nothing is gone, or registers again at its next one.
redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', 1, 'STREAMS', stream, '18446744073709551614-0')
for _, worker in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
  local about = {}
  for i = 1, #worker, 2 do about[worker[i]] = worker[i + 1] end
  if about.pending == 0 and about.idle > lease * 10 then
    redis.call('XGROUP', 'DELCONSUMER', stream, group, about.name)
  end
end

-- What XAUTOCLAIM does; but it tells how often the job was handed out, and a job that Redis handed to us while the
-- answer was lost is not counted: nobody ran that one.
if now < last or now - last > lease / 3 * 2 then since = now end
local dead = 0
while now - since >= lease do
  local pending = redis.call('XPENDING', stream, group, 'IDLE', ARGV[3], '-', '+', 1)[1]
  dead = pending and 1 or 0
  if not pending or not take then break end
  local entry, owner, count = pending[1], pending[2], pending[4]
  local found = redis.call('XRANGE', stream, entry, entry)[1]
  if found then
    if owner ~= consumer then count = count + 1 end
    redis.call('XCLAIM', stream, group, consumer, 0, entry, 'RETRYCOUNT', count, 'JUSTID')
    return { now, since, dead, { entry, found[2], count } }
  end
  redis.call('XACK', stream, group, entry) -- someone deleted the job under its worker
end
return { now, since, dead, false }
