-- Whether a job still stands where its record says: an entry of the stream, or a time in a set. A record can
-- outlive its job: a stream is one key, which somebody may trim or delete, or Redis evict.
local function stands(stream, place)
  local set, due = string.match(place or '', '^(%S+) (%d+)$')
  if set then return redis.call('ZCOUNT', set, due, due) > 0 end
  return place and #redis.call('XRANGE', stream, place, place) > 0
end

