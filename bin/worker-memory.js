/**
 * What keeps the memory of a process that serves sessions small, and the same however long a session is. Both can be
 * said only when a process starts; `src/worker/v8-flags.ts` says the rest.
 */

/** V8 else lets the young objects of the main thread have 128 MB. What the user's own NODE_OPTIONS say comes after, and counts. */
const HEAP = '--max-semi-space-size=16';

/**
 * Batches travel as buffers of some hundred kilobytes. The C library soon puts those between small pieces that live on,
 * in an arena for each thread, and what is freed there does not go back to the system. Set, its limit for what comes
 * from the system by itself stays; much below, getting it there costs more than it saves.
 */
const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_ARENA_MAX: '1' };

/** Commands that may serve sessions in their own process. */
const SERVING = new Set(['worker', 'run', 'resume']);

/** The environment that a command is to run in; undefined when it is in it already, or needs none. */
export function leanEnvironment(args, environment) {
  const options = environment.NODE_OPTIONS ?? '';
  if (!args.some((arg) => SERVING.has(arg)) || options.startsWith(HEAP)) return undefined;
  return { ...ALLOCATOR, ...environment, NODE_OPTIONS: `${HEAP} ${options}`.trimEnd() };
}
