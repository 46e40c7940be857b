import { isActive } from './params.ts';
import type { Parameter, Params, ParamValue, SearchSpace } from './space.ts';

/**
 * All parameter sets of a space whose parameters take finitely many values, numbered without listing them: where a
 * parameter is inactive there is one case, not one per value. Parameters tied by conditions form a group; groups
 * are independent, so their counts multiply.
 */

/** The values one parameter takes. */
export interface ValueList {
  readonly count: number;
  at(index: number): ParamValue;
}

export interface PointTree {
  /** Number of points; exact below 2^53, approximate or Infinity above. */
  readonly size: number;
  /** Point `index`, 0 <= index < size (and below 2^53). */
  pointAt(index: number): Params;
}

interface Node {
  readonly name: string;
  readonly parameter: Parameter;
  readonly values: ValueList;
  /** Indices, ascending, of the values that some condition names; all others act alike. */
  readonly mentioned: readonly number[];
}

export function pointTree(space: SearchSpace, valuesOf: (parameter: Parameter) => ValueList): PointTree {
  const groups = groupsOf(space).map((names) =>
    names.map((name) => nodeOf(space, name, valuesOf(space[name]!))),
  );
  const sizes = groups.map((group) => countFrom(group, 0, {}));
  const size = sizes.reduce((product, factor) => product * factor, 1);
  return {
    size,
    pointAt(index) {
      const chosen: Record<string, ParamValue> = {};
      let rest = index;
      for (let g = groups.length - 1; g >= 0; g--) {
        const groupSize = sizes[g]!;
        const own = groupSize < Number.POSITIVE_INFINITY ? rest % groupSize : rest;
        choose(groups[g]!, own, chosen);
        rest = groupSize < Number.POSITIVE_INFINITY ? Math.floor(rest / groupSize) : 0;
      }
      const params: Record<string, ParamValue> = {};
      for (const name in space) if (chosen[name] !== undefined) params[name] = chosen[name];
      return params;
    },
  };
}

/** Names by group, each group in the space's order: a parameter and the parents in its condition share one. */
function groupsOf(space: SearchSpace): string[][] {
  const group = new Map<string, string>();
  const root = (name: string): string => {
    const above = group.get(name) ?? name;
    return above === name ? name : root(above);
  };
  for (const name in space) {
    for (const parent in space[name]!.when ?? {}) group.set(root(name), root(parent));
  }
  const members = new Map<string, string[]>();
  for (const name in space) members.set(root(name), [...(members.get(root(name)) ?? []), name]);
  return [...members.values()];
}

function nodeOf(space: SearchSpace, name: string, values: ValueList): Node {
  const named = Object.values(space).flatMap((child) => child.when?.[name] ?? []);
  const mentioned: number[] = [];
  if (named.length > 0) {
    for (let i = 0; i < values.count; i++) if (named.includes(values.at(i))) mentioned.push(i);
  }
  return { name, parameter: space[name]!, values, mentioned };
}

/** Points of the group from its node `i` on, given the values chosen before. */
function countFrom(group: readonly Node[], i: number, chosen: Readonly<Record<string, ParamValue>>): number {
  const node = group[i];
  if (!node) return 1;
  if (!isActive(node.parameter, chosen)) return countFrom(group, i + 1, chosen);
  const others = node.values.count - node.mentioned.length;
  let count = others > 0 ? others * countFrom(group, i + 1, with_(chosen, node, firstOther(node))) : 0;
  for (const index of node.mentioned) count += countFrom(group, i + 1, with_(chosen, node, index));
  return count;
}

/** Sets in `chosen` the values of the group's point `index`. */
function choose(group: readonly Node[], index: number, chosen: Record<string, ParamValue>): void {
  let rest = index;
  for (let i = 0; i < group.length; i++) {
    const node = group[i]!;
    if (!isActive(node.parameter, chosen)) continue;
    const others = node.values.count - node.mentioned.length;
    const below = others > 0 ? countFrom(group, i + 1, with_(chosen, node, firstOther(node))) : 0;
    if (rest < others * below) {
      chosen[node.name] = node.values.at(otherAt(node, Math.floor(rest / below)));
      rest %= below;
      continue;
    }
    rest -= others * below;
    for (const mentioned of node.mentioned) {
      chosen[node.name] = node.values.at(mentioned);
      const size = countFrom(group, i + 1, chosen);
      if (rest < size) break;
      rest -= size;
    }
  }
}

const firstOther = (node: Node): number => otherAt(node, 0);

/** Index of the k-th value that no condition names. */
function otherAt(node: Node, k: number): number {
  let index = k;
  for (const mentioned of node.mentioned) if (mentioned <= index) index++;
  return index;
}

const with_ = (chosen: Readonly<Record<string, ParamValue>>, node: Node, index: number) => ({
  ...chosen,
  [node.name]: node.values.at(index),
});
