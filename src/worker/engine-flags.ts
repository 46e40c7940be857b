import { setFlagsFromString } from 'node:v8';

/** How V8 runs the engine. */

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
export const ENGINE_THREAD_LIMITS = { maxYoungGenerationSizeMb: 2 };
