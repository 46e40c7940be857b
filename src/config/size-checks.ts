import type { Findings } from './findings.ts';
import { isMapping } from './written.ts';
import type { DataPath } from './yaml-source.ts';

/**
 * How much of anything a config may hold: far above what anyone writes, and so little that checking it costs nothing.
 * Looked at before all else, since the other checks compare what is written with one another.
 */

const MOST = {
  scenarios: 1_000,
  enqueue: 10_000,
  constraints: 1_000,
  weights: 1_000,
  /** The strategy has a dozen. */
  search_space: 100,
  fixed: 100,
  choices: 1_000,
  when: 100,
} as const;

/** False, and an issue, for every list or mapping that is too long to be looked at. */
export function checkSizes(data: unknown, findings: Findings): boolean {
  const tuning = isMapping(data) ? data.tuning : undefined;
  if (!isMapping(tuning)) return true;
  let fits = true;
  const limit = (value: unknown, path: DataPath, most: number) => {
    const count = sizeOf(value);
    if (count <= most) return;
    fits = false;
    const message = `has ${count.toLocaleString('en-US')} entries; at most ${most.toLocaleString('en-US')} are allowed`;
    findings.add({ path, at: 'key', code: 'TOO_LARGE', message });
  };
  for (const key of ['scenarios', 'enqueue', 'search_space', 'fixed'] as const) {
    limit(tuning[key], ['tuning', key], MOST[key]);
  }
  const { objective, search_space: space } = tuning;
  for (const key of ['constraints', 'weights'] as const) {
    if (isMapping(objective)) limit(objective[key], ['tuning', 'objective', key], MOST[key]);
  }
  if (!isMapping(space) || !fits) return fits;
  for (const [name, parameter] of Object.entries(space)) {
    if (!isMapping(parameter)) continue;
    const path = ['tuning', 'search_space', name];
    for (const key of ['choices', 'when'] as const) limit(parameter[key], [...path, key], MOST[key]);
    if (!isMapping(parameter.when)) continue;
    for (const [parent, wanted] of Object.entries(parameter.when)) {
      limit(wanted, [...path, 'when', parent], MOST.choices);
    }
  }
  return fits;
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return isMapping(value) ? Object.keys(value).length : 0;
}
