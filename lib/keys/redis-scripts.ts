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

/*
 * Presence. KEYS of each script: leases (sorted set, `user:lease` by end), onlineUntil (sorted set, user by the latest
 * end of a lease), online, regions (names of the region sets in use), region (the own region set), untold (sorted set,
 * `user:process` by the time since when that process has to tell others of that user).
 * ARGV[1]: prefix of all keys. ARGV[2]: names this process. The reference's part is `sessions:{user}`, `online` and
 * `region{n}`.
 */

const PRELUDE = `
local prefix, process = ARGV[1], ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function score(key, member) return tonumber(redis.call('ZSCORE', key, member) or '0') end
local function latestEnd(user)
  local latest = 0
  for _, lease in ipairs(redis.call('SMEMBERS', prefix .. 'sessions:' .. user)) do
    latest = math.max(latest, score(KEYS[1], user .. ':' .. lease))
  end
  return latest
end
local function noteUntold(user) redis.call('ZADD', KEYS[6], now, user .. ':' .. process) end
`;

/** ARGV: prefix, process, ms, then user and lease in turn. Returns the users who were offline. */
export const HOLD_LEASES = redisScript(`${PRELUDE}
local ends = now + tonumber(ARGV[3])
local opened = {}
for i = 4, #ARGV, 2 do
  local user, lease = ARGV[i], ARGV[i + 1]
  local member = user .. ':' .. lease
  local online = score(KEYS[2], user)
  if score(KEYS[1], member) <= now then
    redis.call('SADD', prefix .. 'sessions:' .. user, lease)
    redis.call('SADD', KEYS[3], user)
    redis.call('SADD', KEYS[4], KEYS[5])
    redis.call('SADD', KEYS[5], member)
  end
  redis.call('ZADD', KEYS[1], ends, member)
  if online <= now then
    noteUntold(user)
    opened[#opened + 1] = user
  end
  if online < ends then redis.call('ZADD', KEYS[2], ends, user) end
end
return opened
`);

/** ARGV: prefix, process, user, lease. Returns 1 when no live lease of the user is left. */
export const CLOSE_LEASE = redisScript(`${PRELUDE}
local user, lease = ARGV[3], ARGV[4]
redis.call('ZREM', KEYS[1], user .. ':' .. lease)
redis.call('SREM', prefix .. 'sessions:' .. user, lease)
redis.call('SREM', KEYS[5], user .. ':' .. lease)
local ends = latestEnd(user)
if ends > now then
  redis.call('ZADD', KEYS[2], ends, user)
  return 0
end
redis.call('ZREM', KEYS[2], user)
redis.call('SREM', KEYS[3], user)
noteUntold(user)
return 1
`);

/** ARGV: prefix, process, ms, then user and lease in turn. */
export const SHORTEN_LEASES = redisScript(`${PRELUDE}
local ends = now + tonumber(ARGV[3])
for i = 4, #ARGV, 2 do
  local user = ARGV[i]
  local member = user .. ':' .. ARGV[i + 1]
  if score(KEYS[1], member) > ends then
    redis.call('ZADD', KEYS[1], ends, member)
    redis.call('ZADD', KEYS[2], latestEnd(user), user)
  end
end
return 0
`);

/** ARGV: prefix, process, number of leases at most. Returns the number of leases removed, then who went offline. */
export const REAP_LEASES = redisScript(`${PRELUDE}
local expired = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[3])
local regions = redis.call('SMEMBERS', KEYS[4])
local gone = {}
for _, member in ipairs(expired) do
  local user, lease = string.match(member, '^(.*):([^:]*)$')
  redis.call('ZREM', KEYS[1], member)
  redis.call('SREM', prefix .. 'sessions:' .. user, lease)
  for _, region in ipairs(regions) do redis.call('SREM', region, member) end
  if score(KEYS[2], user) <= now then
    redis.call('SREM', KEYS[3], user)
    if redis.call('ZREM', KEYS[2], user) == 1 then
      noteUntold(user)
      gone[#gone + 1] = user
    end
  end
end
return {#expired, gone}
`);

/** ARGV: prefix, process, then users. Returns those with a live lease. */
export const LIST_ONLINE = redisScript(`${PRELUDE}
local online = {}
for i = 3, #ARGV do
  if score(KEYS[2], ARGV[i]) > now then online[#online + 1] = ARGV[i] end
end
return online
`);

/** ARGV: prefix, process, user, what was told (1, 0, or nothing for either). Returns 1 when the user has a live lease. */
export const NOTE_TOLD = redisScript(`${PRELUDE}
local user, told = ARGV[3], ARGV[4]
local online = score(KEYS[2], user) > now and 1 or 0
if told == '' or tonumber(told) == online then redis.call('ZREM', KEYS[6], user .. ':' .. process) end
return online
`);

/** ARGV: prefix, process, then users of whom this process still has to tell. */
export const NOTE_UNTOLD = redisScript(`${PRELUDE}
for i = 3, #ARGV do noteUntold(ARGV[i]) end
return 0
`);

/** ARGV: prefix, process, age in ms, number of users at most. Returns the users whom this process has to tell of now. */
export const CLAIM_UNTOLD = redisScript(`${PRELUDE}
local overdue = redis.call('ZRANGEBYSCORE', KEYS[6], '-inf', now - tonumber(ARGV[3]), 'LIMIT', 0, ARGV[4])
local claimed = {}
for _, member in ipairs(overdue) do
  local user = string.match(member, '^(.*):')
  redis.call('ZREM', KEYS[6], member)
  if user then
    noteUntold(user)
    claimed[#claimed + 1] = user
  end
end
return claimed
`);

/** ARGV: prefix, process. */
export const COUNT_ONLINE = redisScript(`${PRELUDE}
return redis.call('ZCOUNT', KEYS[2], '(' .. string.format('%.0f', now), '+inf')
`);

/**
 * ARGV: prefix, process, cursor, number of members at about most. Of a part of the own region set, removes the members
 * without a lease, and what they left elsewhere. Returns the cursor of the next part, '0' after the last one.
 */
export const CLEAR_UNLEASED = redisScript(`
local prefix = ARGV[1]
local part = redis.call('SSCAN', KEYS[5], ARGV[3], 'COUNT', ARGV[4])
for _, member in ipairs(part[2]) do
  if not redis.call('ZSCORE', KEYS[1], member) then
    local user, lease = string.match(member, '^(.*):([^:]*)$')
    redis.call('SREM', KEYS[5], member)
    if user then
      redis.call('SREM', prefix .. 'sessions:' .. user, lease)
      if redis.call('SCARD', prefix .. 'sessions:' .. user) == 0 then redis.call('SREM', KEYS[3], user) end
    end
  end
end
return part[1]
`);
