import { setFlagsFromString } from 'node:v8';

/**
 * The engine is many small functions that pass doubles. V8's default budget ends inlining half-way, and every call
 * left over boxes its doubles on the heap: with this budget a trade takes about three quarters of the time.
 */
export function inlineTheEngine(): void {
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=5000');
  setFlagsFromString('--max-inlined-bytecode-size=1000');
}
