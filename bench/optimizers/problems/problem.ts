import type { Params, SearchSpace } from '../../../src/search-space/space.ts';

/** What a test problem of the optimizer bench is, and how its formulas read their parameters. */

/** Minimised. `f` is free of noise and reads active parameters only. */
export interface Problem {
  readonly name: string;
  readonly space: SearchSpace;
  readonly f: (params: Params) => number;
  /** The least value of `f` over the space. */
  readonly fstar: number;
  /** Median of `f` over 4,001 uniform points: the yardstick that regret is divided by. */
  readonly fref: number;
  /** Standard deviation of the noise on what an optimizer is told. */
  readonly sigma: number;
}

/** A problem before its yardstick is attached. */
export type Definition = Omit<Problem, 'fref'>;

export function num(params: Params, name: string): number {
  const value = params[name];
  if (typeof value !== 'number')
    throw new Error(`Expected parameter \`${name}\` to be a number, got ${value}`);
  return value;
}

export function text(params: Params, name: string): string {
  const value = params[name];
  if (typeof value !== 'string')
    throw new Error(`Expected parameter \`${name}\` to be a string, got ${value}`);
  return value;
}

/** The coordinates `x0 .. x(d-1)` of a box. */
export function vector(params: Params, d: number): number[] {
  return Array.from({ length: d }, (_, i) => num(params, `x${i}`));
}

/** `d` floats named `x0 ..` with the same bounds. */
export function box(d: number, low: number, high: number): SearchSpace {
  return Object.fromEntries(
    Array.from({ length: d }, (_, i) => [`x${i}`, { type: 'float', bounds: [low, high] } as const]),
  );
}

/**
 * Makes problems whose formula takes distances to an optimum that lies at `optimum(i, low, high)` in coordinate `i`,
 * where it is 0.
 */
export function movedBy(optimum: (i: number, low: number, high: number) => number) {
  return (
    name: string,
    [d, low, high]: readonly [d: number, low: number, high: number],
    formula: (z: readonly number[]) => number,
    sigma = 0,
  ): Definition => ({
    name,
    space: box(d, low, high),
    f: (params) => formula(vector(params, d).map((x, i) => x - optimum(i, low, high))),
    fstar: 0,
    sigma,
  });
}

export function attachYardsticks(
  definitions: readonly Definition[],
  yardsticks: Readonly<Record<string, number>>,
): Problem[] {
  return definitions.map((definition) => {
    const fref = yardsticks[definition.name];
    if (fref === undefined) throw new Error(`Expected a yardstick of \`${definition.name}\`, found none`);
    return { ...definition, fref };
  });
}
