-- Renews the leases of the jobs that we run. XCLAIM would take a job back from whoever took it over, so each is
-- asked for its owner first; JUSTID keeps the count of deliveries.
-- KEYS stream
-- ARGV group, consumer, then entries
-- Returns Redis's time in ms and the entries that are no longer ours.
local claim, lost = { 'XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0 }, {}
for i = 3, #ARGV do
  local ours = #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2]) == 1
  table.insert(ours and claim or lost, ARGV[i])
end
if #claim > 5 then
  claim[#claim + 1] = 'JUSTID'
  redis.call(unpack(claim))
end
-- A sign of life, for sweep.lua: to wait for jobs is none, to read again what is ours is one. From behind all
-- entries, for what is read again counts as delivered again.
redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', 1, 'STREAMS', KEYS[1], '18446744073709551614-0')
local time = redis.call('TIME')
return { time[1] * 1000 + math.floor(time[2] / 1000), lost }
