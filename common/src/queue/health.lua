-- How one queue is. Reads only, and nothing that grows with the queue: counts, the two ends of a line, and what
-- few workers hold.
-- KEYS stream, delayed, unknown, quarantine
-- ARGV group, prefix of records, ms after which a silent worker is no longer living, samples of unknown jobs
-- Returns running, ready, delayed, unknown, quarantined, age of the oldest ready job in ms (-1: there is none),
-- envelopes of unknown jobs, and of each living worker its name and, in turn, the id and kind of each job it holds.
local stream, delayed, unknown, quarantine = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, records, silence, samples = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function about(flat)
  local named = {}
  for i = 1, #flat, 2 do named[flat[i]] = flat[i + 1] end
  return named
end

local function jobs_of(worker)
  local jobs = {}
  for _, held in ipairs(redis.call('XPENDING', stream, group, '-', '+', 100, worker)) do
    local found = redis.call('XRANGE', stream, held[1], held[1])[1]
    local job = found and about(found[2]).job
    if job then
      jobs[#jobs + 1] = job
      jobs[#jobs + 1] = redis.call('HGET', records .. job, 'type') or ''
    end
  end
  return jobs
end

local running, after, workers = 0, '-', {}
local groups = redis.pcall('XINFO', 'GROUPS', stream) -- an error as long as there is no stream
for _, found in ipairs(groups.err and {} or groups) do
  found = about(found)
  if found.name == group then
    running, after = found.pending, '(' .. found['last-delivered-id']
    for _, worker in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
      worker = about(worker)
      if worker.idle < silence then workers[#workers + 1] = { worker.name, jobs_of(worker.name) } end
    end
  end
end

-- Waiting since it came into the stream, or, with a backlog of those that are due, since it was due.
local since = now + 1
local first = redis.call('XRANGE', stream, after, '+', 'COUNT', 1)[1]
if first then since = tonumber(string.match(first[1], '^%d+')) end
local due = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2]
if due then since = math.min(since, tonumber(due)) end

local envelopes = {}
for _, packed in ipairs(redis.call('ZRANGE', unknown, 0, samples - 1)) do
  envelopes[#envelopes + 1] = about(cmsgpack.unpack(packed)).enveloppe
end

return { running, redis.call('XLEN', stream) - running, redis.call('ZCARD', delayed), redis.call('ZCARD', unknown),
  redis.call('XLEN', quarantine), since <= now and now - since or -1, envelopes, workers }
