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

/** Of an engine thread: a trial leaves little garbage behind, and room for more of it would only be memory. */
const ENGINE_THREAD_LIMITS = { maxYoungGenerationSizeMb: 2 };

/** Flags that count more than the limits a thread is started with; 0: they do not count. */
interface HeapFlags {
  readonly semiSpaceMb: number;
  readonly oldSpaceMb: number;
}

const NO_FLAGS: HeapFlags = { semiSpaceMb: 0, oldSpaceMb: 0 };

/** Of a workflow thread, which the SDK starts without limits: as the main thread's in bin/worker-memory.js, for the same reasons. */
const WORKFLOW_THREAD: HeapFlags = { semiSpaceMb: 4, oldSpaceMb: 2_000 };

/** The limits of an engine thread, which count from here on, whatever flags this process was started with. */
export function engineThreadLimits(): typeof ENGINE_THREAD_LIMITS {
  flagNewThreads(NO_FLAGS);
  return ENGINE_THREAD_LIMITS;
}

/** Makes what starts a workflow thread. */
export async function withWorkflowThreadLimits<T>(make: () => Promise<T>): Promise<T> {
  flagNewThreads(WORKFLOW_THREAD);
  try {
    return await make();
  } finally {
    flagNewThreads(NO_FLAGS);
  }
}

/** Threads that run are not touched. */
function flagNewThreads({ semiSpaceMb, oldSpaceMb }: HeapFlags): void {
  setFlagsFromString(`--max-semi-space-size=${semiSpaceMb}`);
  setFlagsFromString(`--max-old-space-size=${oldSpaceMb}`);
}
