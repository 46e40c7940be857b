/**
 * What keeps the memory of a process that serves sessions small, and the same however long a session is. Both can be
 * said only when a process starts.
 */

/**
 * V8 else lets what is young grow to 128 MB in each of its threads, and what is old to four times what is in use before
 * it looks for garbage. What the user's own NODE_OPTIONS or flags say comes after these, and counts.
 */
const HEAP = '--max-semi-space-size=4 --max-old-space-size=2000';

/**
 * Batches travel as buffers of some hundred kilobytes. The C library's allocator else keeps those between small pieces
 * that live on, in an arena for each thread, and what is freed there never goes back to the system.
 */
const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: '32768', MALLOC_ARENA_MAX: '1' };

/** Commands that may serve sessions in their own process. */
const SERVING = new Set(['worker', 'run', 'resume']);

/** The environment that a command is to run in; undefined when it is in it already, or needs none. */
export function leanEnvironment(args, environment) {
  const options = environment.NODE_OPTIONS ?? '';
  if (!args.some((arg) => SERVING.has(arg)) || options.startsWith(HEAP)) return undefined;
  return { ...ALLOCATOR, ...environment, NODE_OPTIONS: `${HEAP} ${options}`.trimEnd() };
}
