/**
 * How a column lies in memory: in as little of it as gives back every number bit for bit, because fresh memory is what
 * loading costs most. A number that never changes is kept once, and quantities take half where 32 bits hold them all.
 */

/**
 * The number of a row is `values[row & mask] / divisor`. The mask is -1, or 0 where one value stands for every row; the
 * divisor is 1, or a power of ten for values in 32 bits.
 */
export interface PackedColumn {
  readonly values: Float64Array<SharedArrayBuffer> | Uint32Array<SharedArrayBuffer>;
  readonly mask: number;
  readonly divisor: number;
}

/** `whole`: as multiples of 1 / `divisor` in 32 bits. */
export type Packing =
  | { readonly as: 'double' | 'constant' }
  | { readonly as: 'whole'; readonly divisor: number };

export const DOUBLE: Packing = { as: 'double' };
export const CONSTANT: Packing = { as: 'constant' };

/** A multiple of eight, so that what follows in the same memory may be doubles. */
export function bytesOf({ as }: Packing, rows: number): number {
  if (as === 'constant') return 8;
  return as === 'double' ? rows * 8 : Math.ceil(rows / 2) * 8;
}

/**
 * Up to the eight decimals in which coin is counted. With 10 and 100, 32 bits would reach numbers that no double counts
 * in those; all others are the same counted from what is stored.
 */
const DIVISORS = [1, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/** The smallest that gives all these numbers back. */
export function leastPacking(numbers: Float64Array): Packing {
  if (isConstant(numbers)) return CONSTANT;
  const divisor = DIVISORS.find((each) => areWhole(numbers, each));
  return divisor === undefined ? DOUBLE : { as: 'whole', divisor };
}

export function isConstant(numbers: Float64Array): boolean {
  for (let row = 1; row < numbers.length; row++) if (!Object.is(numbers[row], numbers[0])) return false;
  return true;
}

/** Tried by the way there and back: false also for -0, what is not finite and what is too large. */
function areWhole(numbers: Float64Array, divisor: number): boolean {
  for (let row = 0; row < numbers.length; row++) {
    const number = numbers[row]!;
    if (!Object.is((Math.round(number * divisor) >>> 0) / divisor, number)) return false;
  }
  return true;
}

export function numberAt({ values, mask, divisor }: PackedColumn, row: number): number {
  return values[row & mask]! / divisor;
}

/** `number` is one of those that the column's packing was made for. */
export function setNumber({ values, mask, divisor }: PackedColumn, row: number, number: number): void {
  values[row & mask] = divisor === 1 ? number : Math.round(number * divisor);
}
