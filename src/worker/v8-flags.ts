import { setFlagsFromString } from 'node:v8';

/** How V8 runs the threads of a worker: the code of the engine's, the memory of all. */

/**
 * The engine is many small functions that pass doubles. V8's default budgets end inlining half-way, and every call left
 * over boxes its doubles on the heap: with these a whole trial becomes one piece of machine code, and a trade takes about
 * half of the time. A budget between the two is worse than either: it goes to large functions and leaves the small ones.
 */
export function inlineTheEngine(): void {
  setFlagsFromString('--max-inlined-bytecode-size=5000');
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=30000');
  setFlagsFromString('--max-inlined-bytecode-size-absolute=40000');
}

/**
 * V8 lets old objects grow to up to four times what was in use before it looks for garbage again: over a long session
 * every thread comes to that. At 1.7 times it looks more often, and finds as much; at 1.4 looking begins to cost.
 */
export function collectOldObjectsSooner(): void {
  setFlagsFromString('--heap-growing-percent=70');
}

/** Of an engine thread: a trial leaves little garbage behind, and room for more of it would only be memory. */
const ENGINE_THREAD_LIMITS = { maxYoungGenerationSizeMb: 2 };

/** Half of what a workflow thread may use for young objects, which the SDK starts without limits; V8's own is 64. */
const WORKFLOW_SEMI_SPACE_MB = 8;

/** The limits of an engine thread, which count from here on, whatever flags this process was started with. */
export function engineThreadLimits(): typeof ENGINE_THREAD_LIMITS {
  flagNewThreads(0);
  setFlagsFromString('--max-old-space-size=0');
  return ENGINE_THREAD_LIMITS;
}

/** Makes what starts a workflow thread. */
export async function withWorkflowThreadLimits<T>(make: () => Promise<T>): Promise<T> {
  flagNewThreads(WORKFLOW_SEMI_SPACE_MB);
  try {
    return await make();
  } finally {
    flagNewThreads(0);
  }
}

/** The flag counts more than the limits that a thread is started with; at 0 those count. Threads that run are not touched. */
function flagNewThreads(semiSpaceMb: number): void {
  setFlagsFromString(`--max-semi-space-size=${semiSpaceMb}`);
}
