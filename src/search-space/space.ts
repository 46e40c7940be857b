/** The search space as data: what a session may vary. Everyone reads these types; none of them holds behaviour. */

/** One value of one parameter. */
export type ParamValue = number | string | boolean;

/** One parameter set. A parameter whose condition does not hold is absent. Key order is the space's order. */
export type Params = Readonly<Record<string, ParamValue>>;

/** Every named parent must hold one of the listed values for the parameter to be active. */
export type Condition = Readonly<Record<string, readonly ParamValue[]>>;

export interface FloatParameter {
  readonly type: 'float';
  /** Inclusive, low < high, both finite; low > 0 when `log`. */
  readonly bounds: readonly [number, number];
  readonly log?: boolean;
  /** Grid of values `low + k * step`; not together with `log`. */
  readonly step?: number;
  readonly when?: Condition;
}

export interface IntParameter {
  readonly type: 'int';
  /** Inclusive safe integers, low < high; low >= 1 when `log`. */
  readonly bounds: readonly [number, number];
  readonly log?: boolean;
  readonly step?: number;
  readonly when?: Condition;
}

export interface CategoricalParameter {
  readonly type: 'categorical';
  /** At least two distinct values, unordered. */
  readonly choices: readonly ParamValue[];
  readonly when?: Condition;
}

export interface BoolParameter {
  readonly type: 'bool';
  readonly when?: Condition;
}

export type Parameter = FloatParameter | IntParameter | CategoricalParameter | BoolParameter;

/** Parameters by name (`^[A-Za-z_][A-Za-z0-9_]*$`), in the config's order; a parent stands before its children. */
export type SearchSpace = Readonly<Record<string, Parameter>>;
