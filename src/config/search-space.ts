import type { Condition, Parameter, ParamValue, SearchSpace } from '../search-space/space.ts';
import { parentsOf } from './condition-checks.ts';
import type { TuningConfig } from './tuning-schema.ts';

/** `tuning.search_space` as a session has it: conditions as lists, parents before their children. */

type Written = TuningConfig['search_space'];

/** The order is the config's, save that a parameter moves behind the parents of its condition. */
export function searchSpace(written: Written): SearchSpace {
  const ordered = new Map<string, Parameter>();
  const place = (name: string): void => {
    if (ordered.has(name)) return;
    for (const parent of parentsOf(written, name)) place(parent);
    ordered.set(name, parameterOf(written[name]!));
  };
  for (const name of Object.keys(written)) place(name);
  return Object.fromEntries(ordered);
}

function parameterOf(written: Written[string]): Parameter {
  const when = written.when === undefined ? {} : { when: condition(written.when) };
  if (written.type === 'bool') return { type: 'bool', ...when };
  if (written.type === 'categorical') return { type: 'categorical', choices: written.choices, ...when };
  const { type, bounds, log, step } = written;
  return { type, bounds, ...(log ? { log } : {}), ...(step === undefined ? {} : { step }), ...when };
}

function condition(written: Readonly<Record<string, ParamValue | ParamValue[]>>): Condition {
  const lists = Object.entries(written).map(([parent, value]) => [
    parent,
    Array.isArray(value) ? value : [value],
  ]);
  return Object.fromEntries(lists) as Condition;
}
