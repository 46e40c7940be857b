import type { Parameter, Params, ParamValue, SearchSpace } from '../../../src/search-space/space.ts';
import type { Problem } from './problem.ts';

/** Seeded numbers that the Python peers reproduce exactly: noise of a trial and uniform points of a space. */

/** The generator mulberry32: uniform in [0, 1), 32 bits of state. */
export function mulberry32(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Standard normal of trial `t` (from 0, in the order told) in the replicate `seed`. */
export function noise(seed: number, t: number): number {
  const draw = mulberry32((seed * 1000003 + t * 7919 + 12345) >>> 0);
  draw();
  const u1 = draw();
  const u2 = draw();
  return Math.sqrt(-2 * Math.log(Math.max(u1, 1e-12))) * Math.cos(2 * Math.PI * u2);
}

/** What an optimizer is told of a trial whose true value is `value`. */
export function observe(problem: Problem, value: number, seed: number, t: number): number {
  return problem.sigma > 0 ? value + problem.sigma * noise(seed, t) : value;
}

/** A unit number to a value, uniform in the parameter's own scale; integers own half a bin beyond their bounds. */
export function fromUnit(parameter: Parameter, u: number): ParamValue {
  if (parameter.type === 'bool') return u >= 0.5;
  if (parameter.type === 'categorical') {
    const { choices } = parameter;
    return choices[Math.min(Math.floor(u * choices.length), choices.length - 1)]!;
  }
  const [low, high] = parameter.bounds;
  if (parameter.step !== undefined) {
    const n = Math.round((high - low) / parameter.step) + 1;
    return low + parameter.step * Math.min(Math.floor(u * n), n - 1);
  }
  if (parameter.type === 'int') {
    const [from, to] = [low - 0.5, high + 0.5];
    const value = parameter.log
      ? Math.exp(Math.log(from) + u * (Math.log(to) - Math.log(from)))
      : from + u * (high - low + 1);
    return Math.max(low, Math.min(high, Math.floor(value + 0.5)));
  }
  if (!parameter.log) return low + u * (high - low);
  const value = Math.exp(Math.log(low) + u * (Math.log(high) - Math.log(low)));
  return Math.max(low, Math.min(high, value));
}

/** A uniform point; every parameter takes one draw, in the space's order, whether active or not. */
export function uniformPoint(space: SearchSpace, draw: () => number): Params {
  return Object.fromEntries(Object.entries(space).map(([name, p]) => [name, fromUnit(p, draw())]));
}

/** Median of `f` over 4,001 uniform points: what `fref` holds. */
export function yardstick(definition: Pick<Problem, 'space' | 'f'>): number {
  const draw = mulberry32(20260101);
  const values = Array.from({ length: 4001 }, () => definition.f(uniformPoint(definition.space, draw)));
  return values.sort((a, b) => a - b)[2000]!;
}
