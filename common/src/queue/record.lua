-- Reads the record of a job that is still in its queue.
-- KEYS record, stream
-- ARGV the workers' group
-- Returns its fields, or nothing.
local record = redis.call('HMGET', KEYS[1], 'type', 'acteur', 'hash', 'cree_le', 'place')
local place = record[5]
if not stands(KEYS[2], place) then return { false, false, false, false, false } end
-- It runs when a worker has it in hand. An error, and so nothing, in a set or before the first worker.
local held = redis.pcall('XPENDING', KEYS[2], ARGV[1], place, place, 1)
record[5] = #held > 0 and 'en_cours' or 'en_attente'
return record
