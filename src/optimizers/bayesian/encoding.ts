import { choicesOf, fromUnit, isUnordered, toUnit, valueCount } from '../../search-space/parameter.ts';
import { isActive } from '../../search-space/params.ts';
import type { Parameter, Params, ParamValue, SearchSpace } from '../../search-space/space.ts';

/** A space as the model sees it: one column per parameter, units for numbers, the choice's number for the rest. */
export class Encoding {
  readonly names: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly nominal: readonly boolean[];
  readonly continuous: readonly boolean[];
  readonly allContinuous: boolean;
  readonly choiceCounts: readonly number[];
  constructor(space: SearchSpace) {
    this.names = Object.keys(space);
    this.parameters = Object.values(space);
    this.nominal = this.parameters.map(isUnordered);
    this.continuous = this.parameters.map((p) => valueCount(p) === Number.POSITIVE_INFINITY);
    this.allContinuous = this.parameters.every((p, j) => this.continuous[j] && !p.when);
    this.choiceCounts = this.parameters.map((p) => (isUnordered(p) ? choicesOf(p).length : 0));
  }
  get columns(): number {
    return this.names.length;
  }
  encode(params: Params, out: Float64Array = new Float64Array(this.columns), offset = 0): Float64Array {
    for (let j = 0; j < this.names.length; j++) {
      const value = params[this.names[j]!];
      const parameter = this.parameters[j]!;
      if (value === undefined) out[offset + j] = this.nominal[j] ? -1 : 0.5;
      else if (this.nominal[j]) out[offset + j] = choicesOf(parameter).indexOf(value);
      else out[offset + j] = toUnit(parameter, value);
    }
    return out;
  }
  decode(columns: ArrayLike<number>): Params {
    const params: Record<string, ParamValue> = {};
    for (let j = 0; j < this.names.length; j++) {
      const parameter = this.parameters[j]!;
      if (!isActive(parameter, params)) continue;
      const c = columns[j]!;
      params[this.names[j]!] = this.nominal[j]
        ? choicesOf(parameter)[Math.max(c, 0)]!
        : fromUnit(parameter, Math.min(Math.max(c, 0), 1));
    }
    return params;
  }
  /** unit cube point -> columns */
  fromCube(u: ArrayLike<number>): Float64Array {
    const x = new Float64Array(this.columns);
    for (let j = 0; j < x.length; j++)
      x[j] = this.nominal[j]
        ? Math.min(Math.floor(u[j]! * this.choiceCounts[j]!), this.choiceCounts[j]! - 1)
        : u[j]!;
    return this.snap(x);
  }
  snap(x: Float64Array): Float64Array {
    if (this.allContinuous) {
      for (let j = 0; j < x.length; j++) x[j] = Math.min(Math.max(x[j]!, 0), 1);
      return x;
    }
    return this.encode(this.decode(x), x);
  }
}
