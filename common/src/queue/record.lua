-- Reads the record of a job that is still in its queue.
-- KEYS record, stream
-- Returns its fields, or nothing.
local record = redis.call('HMGET', KEYS[1], 'type', 'acteur', 'hash', 'statut', 'cree_le', 'place')
if not stands(KEYS[2], record[6]) then return { false, false, false, false, false } end
record[6] = nil
return record
