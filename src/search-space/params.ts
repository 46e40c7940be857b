import { fromUnit, snapValue, toUnit } from './parameter.ts';
import type { Parameter, Params, ParamValue, SearchSpace } from './space.ts';

/** Whole parameter sets: which parameters are active, to and from the unit cube, one key and one text for each. */

/** Whether the parameter's condition holds under `params`, which must hold the values of its active parents. */
export function isActive(parameter: Parameter, params: Params): boolean {
  if (!parameter.when) return true;
  for (const parent in parameter.when) {
    const value = params[parent];
    if (value === undefined || !parameter.when[parent]!.includes(value)) return false;
  }
  return true;
}

/**
 * One coordinate per parameter of the space, in its order, all in [0, 1]; the middle stands for an inactive one, so
 * that two sets that differ only in what does not act are the same point.
 */
export function encode(space: SearchSpace, params: Params): Float64Array {
  const names = Object.keys(space);
  const unit = new Float64Array(names.length).fill(0.5);
  for (let i = 0; i < names.length; i++) {
    const value = params[names[i]!];
    if (value !== undefined) unit[i] = toUnit(space[names[i]!]!, value);
  }
  return unit;
}

/** The parameter set at a point of the unit cube; coordinates of inactive parameters are not looked at. */
export function decode(space: SearchSpace, unit: ArrayLike<number>): Params {
  const params: Record<string, ParamValue> = {};
  let i = 0;
  for (const name in space) {
    const parameter = space[name]!;
    if (isActive(parameter, params)) params[name] = fromUnit(parameter, unit[i]!);
    i++;
  }
  return params;
}

/**
 * A whole parameter set from a part of one: given values are snapped to the nearest allowed ones, active
 * parameters that are missing get the middle of their range (the first choice, `false`), what is inactive or
 * unknown is dropped. It does not judge: `config` tells the user what was wrong with what they wrote.
 */
export function completeParams(space: SearchSpace, partial: Params): Params {
  const params: Record<string, ParamValue> = {};
  for (const name in space) {
    const parameter = space[name]!;
    if (!isActive(parameter, params)) continue;
    const value = partial[name];
    const missing = parameter.type === 'categorical' || parameter.type === 'bool' ? 0 : 0.5;
    params[name] = value === undefined ? fromUnit(parameter, missing) : snapValue(parameter, value);
  }
  return params;
}

/** The values alone, in the space's order, null where a parameter is inactive: short in history. */
export function packParams(space: SearchSpace, params: Params): (ParamValue | null)[] {
  return Object.keys(space).map((name) => params[name] ?? null);
}

export function unpackParams(space: SearchSpace, values: readonly (ParamValue | null)[]): Params {
  const params: Record<string, ParamValue> = {};
  Object.keys(space).forEach((name, i) => {
    const value = values[i];
    if (value !== null && value !== undefined) params[name] = value;
  });
  return params;
}

/** A text that two parameter sets of a space share exactly when they are the same. */
export function paramsKey(space: SearchSpace, params: Params): string {
  let key = '';
  for (const name in space) {
    const value = params[name];
    // -0 and 0 are one value; a choice 1 and a choice '1' are two.
    key += value === undefined ? '|' : typeof value === 'string' ? `|${JSON.stringify(value)}` : `|${value}`;
  }
  return key;
}

/** Whether two parameter sets of a space are the same; quick where they differ early. */
export function sameParams(names: readonly string[], a: Params, b: Params): boolean {
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (a[name] !== b[name]) return false;
  }
  return true;
}

/** Short text for people, four significant digits: `min_spread_pct 0.2141 · mode MT`. */
export function describeParams(params: Params): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? shortNumber(value) : value}`)
    .join(' · ');
}

function shortNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e9
    ? String(value)
    : String(Number(value.toPrecision(4)));
}
