-- Writes down what becomes of jobs that were run, many in one step. Redis's own commands would obey any consumer
-- (XACK acknowledges another's job), so each is first asked for its owner: one that another worker has taken over is
-- left to that worker.
-- Removals come before additions: a full Redis (`noeviction`) lets a script go on that has begun by writing.
-- KEYS stream, delayed, unknown, quarantine, then a record per job
-- ARGV group, consumer, channel, longest quarantine, then five per job: entry, id, word, failures (for a refusal:
-- why), delay in ms
local stream, sets, quarantine = KEYS[1], { later = KEYS[2], unknown = KEYS[3] }, KEYS[4]
local group, consumer, channel, longest = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function wait(set, job, record, failures, delay)
  for i = 1, #job, 2 do
    if job[i] == 'echecs' then job[i + 1] = failures end
    if job[i] == 'livraisons' then job[i + 1] = '0' end
  end
  local due = string.format('%.0f', now + delay)
  redis.call('ZADD', set, due, cmsgpack.pack(job))
  -- A deleted record must not come back.
  if redis.call('EXISTS', record) == 1 then redis.call('HSET', record, 'place', set .. ' ' .. due) end
end

for n = 0, #KEYS - 5 do
  local record, at = KEYS[n + 5], 5 + n * 5
  local entry, word, detail = ARGV[at], ARGV[at + 2], ARGV[at + 3]
  -- True whoever holds the job: its result is committed.
  if word == 'done' then redis.call('PUBLISH', channel, ARGV[at + 1]) end
  if #redis.call('XPENDING', stream, group, entry, entry, 1, consumer) == 1 then
    local found = word ~= 'done' and redis.call('XRANGE', stream, entry, entry)[1]
    redis.call('XACK', stream, group, entry)
    redis.call('XDEL', stream, entry)
    if not sets[word] then redis.call('DEL', record) end
    if found and sets[word] then
      wait(sets[word], found[2], record, detail, ARGV[at + 4])
    elseif found then
      redis.call('XADD', quarantine, 'MAXLEN', longest, '*', 'motif', detail, unpack(found[2]))
    end
  end
end
