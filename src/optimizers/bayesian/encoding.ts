import { choicesOf, fromUnit, isUnordered, toUnit, valueCount } from '../../search-space/parameter.ts';
import { isActive } from '../../search-space/params.ts';
import type { Parameter, Params, ParamValue, SearchSpace } from '../../search-space/space.ts';

/** What an inactive nominal parameter holds: equal to itself and to no choice. */
const NO_CHOICE = -1;

/**
 * A space as the model sees it, one column per parameter: a number's place in [0, 1] (0.5 where it is inactive), the
 * number of a choice. Points are kept snapped: what the model sees is what a trial would run.
 */
export class Encoding {
  readonly names: readonly string[];
  readonly parameters: readonly Parameter[];
  /** Columns that hold choices, compared for equality only. */
  readonly nominal: readonly boolean[];
  /** Columns of floats without a step. */
  readonly continuous: readonly boolean[];
  /** Choices of a nominal column, allowed values of a stepped one, Infinity of a continuous one. */
  readonly valueCounts: readonly number[];
  readonly #isPlain: boolean;

  constructor(space: SearchSpace) {
    this.names = Object.keys(space);
    this.parameters = Object.values(space);
    this.nominal = this.parameters.map(isUnordered);
    this.valueCounts = this.parameters.map(valueCount);
    this.continuous = this.valueCounts.map((count) => count === Number.POSITIVE_INFINITY);
    this.#isPlain = this.parameters.every((parameter, j) => this.continuous[j] && !parameter.when);
  }

  get columns(): number {
    return this.names.length;
  }

  /** Whether every point of the cube is a trial of its own. */
  get isPlain(): boolean {
    return this.#isPlain;
  }

  encode(params: Params, out: Float64Array = new Float64Array(this.columns)): Float64Array {
    for (let j = 0; j < this.columns; j++) {
      const value = params[this.names[j]!];
      const parameter = this.parameters[j]!;
      if (value === undefined) out[j] = this.nominal[j] ? NO_CHOICE : 0.5;
      else out[j] = this.nominal[j] ? choicesOf(parameter).indexOf(value) : toUnit(parameter, value);
    }
    return out;
  }

  /** A column value outside its range stands for the nearest inside. */
  decode(point: ArrayLike<number>): Params {
    const params: Record<string, ParamValue> = {};
    for (let j = 0; j < this.columns; j++) {
      const parameter = this.parameters[j]!;
      if (!isActive(parameter, params)) continue;
      const name = this.names[j]!;
      if (this.nominal[j]) params[name] = choicesOf(parameter)[Math.max(point[j]!, 0)]!;
      else params[name] = fromUnit(parameter, Math.min(Math.max(point[j]!, 0), 1));
    }
    return params;
  }

  /** Moves a point, in place, to the nearest one that is a trial. */
  snap(point: Float64Array): Float64Array {
    if (!this.#isPlain) return this.encode(this.decode(point), point);
    for (let j = 0; j < point.length; j++) point[j] = Math.min(Math.max(point[j]!, 0), 1);
    return point;
  }

  /** The choice at `unit` in [0, 1) of a nominal column. */
  choiceAt(j: number, unit: number): number {
    return Math.min(Math.floor(unit * this.valueCounts[j]!), this.valueCounts[j]! - 1);
  }
}
