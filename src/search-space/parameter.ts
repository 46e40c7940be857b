import { exp, log } from './exact-math.ts';
import type { Parameter, ParamValue } from './space.ts';

/**
 * One parameter on [0, 1]: a float linearly or by its logarithm; each of n discrete values in a bin of its own
 * (of width 1/n, or the width its logarithm gives it), so that both ends are as likely as the middle.
 */

type NumericParameter = Extract<Parameter, { type: 'float' | 'int' }>;

const BOOL_VALUES: readonly ParamValue[] = [false, true];

export const isUnordered = (parameter: Parameter): boolean =>
  parameter.type === 'categorical' || parameter.type === 'bool';

export const choicesOf = (parameter: Parameter): readonly ParamValue[] =>
  parameter.type === 'categorical' ? parameter.choices : BOOL_VALUES;

const stepOf = (parameter: NumericParameter): number | undefined =>
  parameter.step ?? (parameter.type === 'int' ? 1 : undefined);

/** How many different values the parameter has; Infinity for a float without a step. */
export function valueCount(parameter: Parameter): number {
  if (parameter.type === 'categorical' || parameter.type === 'bool') return choicesOf(parameter).length;
  const step = stepOf(parameter);
  if (step === undefined) return Number.POSITIVE_INFINITY;
  return Math.floor((parameter.bounds[1] - parameter.bounds[0]) / step + 1e-9) + 1;
}

/** Value `index` of a parameter with a finite number of values. */
export function valueAt(parameter: Parameter, index: number): ParamValue {
  if (parameter.type === 'categorical' || parameter.type === 'bool') return choicesOf(parameter)[index]!;
  const value = parameter.bounds[0] + index * stepOf(parameter)!;
  // 15 digits: 3 * 0.1 is to read 0.3 and to be one value however it was reached.
  return parameter.type === 'int' ? value : Math.min(Number(value.toPrecision(15)), parameter.bounds[1]);
}

/** The index of the allowed value nearest to `value`; 0 for an unknown choice. */
export function indexOf(parameter: Parameter, value: ParamValue): number {
  if (parameter.type === 'categorical' || parameter.type === 'bool') {
    return Math.max(0, choicesOf(parameter).indexOf(value));
  }
  const index = Math.round((Number(value) - parameter.bounds[0]) / stepOf(parameter)!);
  return Math.min(Math.max(index, 0), valueCount(parameter) - 1);
}

/** The ends of each parameter's logarithmic scale: an ask goes through them thousands of times. */
const knownEnds = new WeakMap<NumericParameter, readonly [number, number]>();

function logEnds(parameter: NumericParameter): readonly [number, number] {
  const known = knownEnds.get(parameter);
  if (known) return known;
  const ends = endsOf(parameter);
  knownEnds.set(parameter, ends);
  return ends;
}

/** Half a step beyond the outermost values of a discrete parameter. */
function endsOf(parameter: NumericParameter): readonly [number, number] {
  const [low, high] = parameter.bounds;
  const step = stepOf(parameter);
  if (step === undefined) return [log(low), log(high)];
  const last = low + (valueCount(parameter) - 1) * step;
  return [log(Math.max(low - step / 2, low / 2)), log(last + step / 2)];
}

/** The value at `unit` in [0, 1]. */
export function fromUnit(parameter: Parameter, unit: number): ParamValue {
  const count = valueCount(parameter);
  if (isUnordered(parameter)) return valueAt(parameter, Math.min(Math.floor(unit * count), count - 1));
  const { bounds, log: logarithmic } = parameter as NumericParameter;
  if (logarithmic) {
    const [low, high] = logEnds(parameter as NumericParameter);
    const value = exp(low + unit * (high - low));
    if (count < Number.POSITIVE_INFINITY) return valueAt(parameter, indexOf(parameter, value));
    return Math.min(Math.max(value, bounds[0]), bounds[1]);
  }
  if (count < Number.POSITIVE_INFINITY) {
    return valueAt(parameter, Math.min(Math.floor(unit * count), count - 1));
  }
  // Written so that it cannot overflow or leave the bounds.
  return Math.min(Math.max(bounds[0] * (1 - unit) + bounds[1] * unit, bounds[0]), bounds[1]);
}

/** Where `value` lies on [0, 1]: the inverse of `fromUnit`, the middle of its bin for a discrete value. */
export function toUnit(parameter: Parameter, value: ParamValue): number {
  const count = valueCount(parameter);
  if (isUnordered(parameter)) return (indexOf(parameter, value) + 0.5) / count;
  const { bounds, log: logarithmic } = parameter as NumericParameter;
  if (logarithmic) {
    const [low, high] = logEnds(parameter as NumericParameter);
    return clampUnit((log(Number(value)) - low) / (high - low));
  }
  if (count < Number.POSITIVE_INFINITY) return (indexOf(parameter, value) + 0.5) / count;
  const halfRange = bounds[1] / 2 - bounds[0] / 2;
  return clampUnit((Number(value) / 2 - bounds[0] / 2) / halfRange);
}

/** The nearest allowed value: inside the bounds, on the step, of the right type. */
export function snapValue(parameter: Parameter, value: ParamValue): ParamValue {
  if (valueCount(parameter) < Number.POSITIVE_INFINITY) {
    return valueAt(parameter, indexOf(parameter, value));
  }
  const [low, high] = (parameter as NumericParameter).bounds;
  return Math.min(Math.max(Number(value), low), high);
}

const clampUnit = (unit: number): number => (unit > 0 ? Math.min(unit, 1) : 0);
