-- Counts one under every key, unless one of them is full: then counts nothing and tells the seconds until
-- the last of the full ones empties. ARGV[2k - 1], ARGV[2k]: what KEYS[k] takes, for how many seconds.
local wait = 0
for k, key in ipairs(KEYS) do
    local count = tonumber(redis.call('GET', key) or '0')
    if count >= tonumber(ARGV[2 * k - 1]) then
        wait = math.max(wait, redis.call('TTL', key), 1)
    end
end
if wait > 0 then
    return wait
end
for k, key in ipairs(KEYS) do
    if redis.call('INCR', key) == 1 then
        redis.call('EXPIRE', key, ARGV[2 * k])
    end
end
return 0
