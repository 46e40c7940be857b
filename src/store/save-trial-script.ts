/**
 * The one write of a trial, atomic on the server: whoever writes an iteration last owns it, and nothing of an earlier
 * record stays behind. HSET comes first because it is what a full or read-only Redis refuses: a refusal changes nothing.
 *
 * KEYS: the trial, the session's index, the trial's key in the older form.
 * ARGV: the iteration, how many fields to remove, their names, then field and value pairs.
 */
export const SAVE_TRIAL_KEYS = 3;

export const SAVE_TRIAL_LUA = `
local absent = tonumber(ARGV[2])
redis.call('HSET', KEYS[1], unpack(ARGV, 3 + absent))
if absent > 0 then
  redis.call('HDEL', KEYS[1], unpack(ARGV, 3, 2 + absent))
end
local previous = redis.call('HGET', KEYS[2], ARGV[1])
if previous ~= KEYS[1] then
  redis.call('HSET', KEYS[2], ARGV[1], KEYS[1])
  redis.call('DEL', KEYS[3])
  if previous then
    redis.call('DEL', previous)
  end
end
return 1
`;
