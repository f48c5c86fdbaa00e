/**
 * The operations that take more than one command, as Lua, which Redis runs without anything in between. Time is that
 * of Redis, so that the clocks of the processes do not matter.
 */
import { redisScript } from "@lib/bus/redis-connection.ts";

/** KEYS: window. ARGV: limit, window in ms. Returns allowed (0 or 1), remaining, ms to the end. */
export const HIT_WINDOW = redisScript(`
local limit = tonumber(ARGV[1])
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if used < limit then
  used = redis.call('INCR', KEYS[1])
  if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return {1, limit - used, redis.call('PTTL', KEYS[1])}
end
local left = redis.call('PTTL', KEYS[1])
if left < 0 then left = tonumber(ARGV[2]) end
return {0, 0, left}
`);

/** KEYS: key. ARGV: value, ms. Returns -1 when taken, else the ms left of the holder. */
export const TAKE = redisScript(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return -1 end
local left = redis.call('PTTL', KEYS[1])
if left < 0 then left = tonumber(ARGV[2]) end
return left
`);

/** KEYS: key. ARGV: value. Deletes the key if it still holds the value. */
export const RELEASE = redisScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0
`);

/** KEYS: set. ARGV: member, ms. */
export const ADD_TO_SET = redisScript(`
redis.call('SADD', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
`);

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function score(key, member) return tonumber(redis.call('ZSCORE', key, member) or '0') end
`;

/*
 * Presence. KEYS of each script: leases (sorted set, \`user:lease\` by end), onlineUntil (sorted set, user by the latest
 * end of a lease), online, regions (names of the region sets in use), region (the own region set).
 * ARGV[1]: prefix of all keys. The reference's part is \`sessions:{user}\`, \`online\` and \`region{n}\`.
 */

/** ARGV: prefix, ms, then user and lease in turn. Returns the users who were offline. */
export const HOLD_LEASES = redisScript(`${NOW}
local ends = now + tonumber(ARGV[2])
local opened = {}
for i = 3, #ARGV, 2 do
  local user, lease = ARGV[i], ARGV[i + 1]
  local member = user .. ':' .. lease
  local online = score(KEYS[2], user)
  if score(KEYS[1], member) <= now then
    redis.call('SADD', ARGV[1] .. 'sessions:' .. user, lease)
    redis.call('SADD', KEYS[3], user)
    redis.call('SADD', KEYS[4], KEYS[5])
    redis.call('SADD', KEYS[5], member)
  end
  redis.call('ZADD', KEYS[1], ends, member)
  if online <= now then opened[#opened + 1] = user end
  if online < ends then redis.call('ZADD', KEYS[2], ends, user) end
end
return opened
`);

/** ARGV: prefix, user, lease. Returns 1 when no live lease of the user is left. */
export const CLOSE_LEASE = redisScript(`${NOW}
local user, lease = ARGV[2], ARGV[3]
local sessions = ARGV[1] .. 'sessions:' .. user
redis.call('ZREM', KEYS[1], user .. ':' .. lease)
redis.call('SREM', sessions, lease)
redis.call('SREM', KEYS[5], user .. ':' .. lease)
local ends = 0
for _, other in ipairs(redis.call('SMEMBERS', sessions)) do
  ends = math.max(ends, score(KEYS[1], user .. ':' .. other))
end
if ends > now then
  redis.call('ZADD', KEYS[2], ends, user)
  return 0
end
redis.call('ZREM', KEYS[2], user)
redis.call('SREM', KEYS[3], user)
return 1
`);

/** ARGV: prefix, number of leases at most. Returns the number of leases removed, then the users who went offline. */
export const REAP_LEASES = redisScript(`${NOW}
local expired = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[2])
local regions = redis.call('SMEMBERS', KEYS[4])
local gone = {}
for _, member in ipairs(expired) do
  local user, lease = string.match(member, '^(.*):([^:]*)$')
  redis.call('ZREM', KEYS[1], member)
  redis.call('SREM', ARGV[1] .. 'sessions:' .. user, lease)
  for _, region in ipairs(regions) do redis.call('SREM', region, member) end
  if score(KEYS[2], user) <= now then
    redis.call('SREM', KEYS[3], user)
    if redis.call('ZREM', KEYS[2], user) == 1 then gone[#gone + 1] = user end
  end
end
return {#expired, gone}
`);

/** ARGV: prefix, then users. Returns those with a live lease. */
export const LIST_ONLINE = redisScript(`${NOW}
local online = {}
for i = 2, #ARGV do
  if score(KEYS[2], ARGV[i]) > now then online[#online + 1] = ARGV[i] end
end
return online
`);

/** ARGV: prefix. */
export const COUNT_ONLINE = redisScript(`${NOW}
return redis.call('ZCOUNT', KEYS[2], '(' .. string.format('%.0f', now), '+inf')
`);

/**
 * ARGV: prefix, cursor, number of members at about most. Of a part of the own region set, removes the members without a
 * lease, and what they left elsewhere. Returns the cursor of the next part, '0' after the last one.
 */
export const CLEAR_UNLEASED = redisScript(`
local part = redis.call('SSCAN', KEYS[5], ARGV[2], 'COUNT', ARGV[3])
for _, member in ipairs(part[2]) do
  if not redis.call('ZSCORE', KEYS[1], member) then
    local user, lease = string.match(member, '^(.*):([^:]*)$')
    redis.call('SREM', KEYS[5], member)
    if user then
      redis.call('SREM', ARGV[1] .. 'sessions:' .. user, lease)
      if redis.call('SCARD', ARGV[1] .. 'sessions:' .. user) == 0 then redis.call('SREM', KEYS[3], user) end
    end
  end
end
return part[1]
`);
