-- Writes down what became of jobs that were handed out, many in one step. Redis's own commands would obey any
-- consumer (XACK acknowledges another's job), so each note first asks whether the job is still ours: one that
-- another worker has taken over is left to that worker.
-- The record's state is changed only where there is a record: a deleted one must not come back.
-- Removals come before additions: a full Redis (`noeviction`) lets a script go on that has begun by writing.
-- KEYS stream, delayed, unknown, quarantine, then a record per note
-- ARGV group, consumer, channel, longest quarantine, then five per note: entry, job, word, failures (for a refusal:
-- why), delay in ms
local stream, waiting, quarantine = KEYS[1], { later = KEYS[2], unknown = KEYS[3] }, KEYS[4]
local group, consumer, channel, longest = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local entries, records = {}, {}

local function start(record)
  if redis.call('EXISTS', record) == 1 then
    redis.pcall('HSET', record, 'statut', 'en_cours') -- refused when full: then it is shown as waiting
  end
end

local function later(set, entry, record, failures, delay)
  local found = redis.call('XRANGE', stream, entry, entry)[1]
  redis.call('XACK', stream, group, entry)
  if not found then return end
  redis.call('XDEL', stream, entry)
  local job = found[2]
  for i = 1, #job, 2 do
    if job[i] == 'echecs' then job[i + 1] = failures end
    if job[i] == 'livraisons' then job[i + 1] = '0' end
  end
  local time = redis.call('TIME')
  local due = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + delay)
  redis.call('ZADD', set, due, cmsgpack.pack(job))
  if redis.call('EXISTS', record) == 1 then
    redis.call('HSET', record, 'statut', 'en_attente', 'place', set .. ' ' .. due)
  end
end

-- Out of the queue, and kept to be looked at: nobody of ours wrote it.
local function refuse(entry, record, why)
  local found = redis.call('XRANGE', stream, entry, entry)[1]
  redis.call('XACK', stream, group, entry)
  if not found then return end
  redis.call('XDEL', stream, entry)
  redis.call('DEL', record)
  redis.call('XADD', quarantine, 'MAXLEN', longest, '*', 'motif', why, unpack(found[2]))
end

for note = 0, #KEYS - 5 do
  local record, at = KEYS[note + 5], 5 + note * 5
  local entry, job, word = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local ours = #redis.call('XPENDING', stream, group, entry, entry, 1, consumer) == 1
  if word == 'done' then
    -- True whoever holds the job: its result is committed.
    redis.call('PUBLISH', channel, job)
    if ours then
      entries[#entries + 1] = entry
      records[#records + 1] = record
    end
  elseif ours and word == 'start' then
    start(record)
  elseif ours and waiting[word] then
    later(waiting[word], entry, record, ARGV[at + 3], ARGV[at + 4])
  elseif ours and word == 'refuse' then
    refuse(entry, record, ARGV[at + 3])
  end
end

if #entries > 0 then
  redis.call('XACK', stream, group, unpack(entries))
  redis.call('XDEL', stream, unpack(entries))
  redis.call('DEL', unpack(records))
end
