import { canonicalJson } from './canonical.ts';
import type { SessionSpec } from './session-spec.ts';
import { decidingPart } from './spec-hash.ts';

/** What differs between two sessions' configs, in the config's own words: why one cannot be joined with the other. */

export interface SpecDifference {
  /** `tuning.seed`, `scenario choppy_market: steps`. */
  readonly path: string;
  /** As short text; `absent` where nothing is said. */
  readonly a: string;
  readonly b: string;
}

type HashedSpec = Omit<SessionSpec, 'specHash'>;

/** Everything that decides results and is not the same; empty for two specs that may share a session. */
export function diffSpecs(a: HashedSpec, b: HashedSpec): SpecDifference[] {
  const [left, right] = [leaves(a), leaves(b)];
  const differences: SpecDifference[] = [];
  for (const path of new Set([...left.keys(), ...right.keys()])) {
    const [one, other] = [left.get(path), right.get(path)];
    if (canonicalJson(one) === canonicalJson(other)) continue;
    differences.push({ path, a: short(one), b: short(other) });
  }
  if (differences.length === 0 && a.dataHash !== b.dataHash) {
    differences.push({ path: 'data files', a: a.dataHash.slice(0, 12), b: b.dataHash.slice(0, 12) });
  }
  return differences;
}

/** A line each: `tuning.seed: 42 in the session, 7 in this config`; at most `limit`, then how many more. */
export function describeDifferences(
  differences: readonly SpecDifference[],
  names: { readonly a: string; readonly b: string },
  limit = 10,
): string {
  const lines = differences
    .slice(0, limit)
    .map(({ path, a, b }) => `${path}: ${a} in ${names.a}, ${b} in ${names.b}`);
  const more = differences.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/** The spec's names of what the config calls otherwise. */
const CONFIG_NAMES: Readonly<Record<string, string>> = {
  'optimizer.method': 'method',
  'optimizer.seed': 'seed',
  'optimizer.gridPoints': 'grid_points',
  'optimizer.sampler': 'sampler',
  'optimizer.acquisition': 'acquisition_fn',
  'stopping.timeLimitMs': 'stopping.time_limit_s',
};

function leaves(spec: HashedSpec): Map<string, unknown> {
  const { space: _listed, scenarios: _files, prior, ...rest } = decidingPart(spec);
  const found = new Map<string, unknown>();
  if (prior !== undefined) found.set('--warm-start', prior);
  collect(rest, '', (path, value) => {
    const inSeconds = path === 'stopping.timeLimitMs' ? Number(value) / 1_000 : value;
    found.set(`tuning.${CONFIG_NAMES[path] ?? path}`, inSeconds);
  });
  found.set('tuning.search_space (order)', Object.keys(spec.space));
  collect(spec.space, '', (path, value) => found.set(`tuning.search_space.${path}`, value));
  found.set(
    'tuning.scenarios',
    spec.scenarios.map((scenario) => scenario.name),
  );
  for (const scenario of spec.scenarios) {
    collect(scenario, '', (path, value) => found.set(`scenario ${scenario.name}: ${path}`, value));
  }
  return found;
}

/** Lists are leaves: a list that differs in one place is another list. */
function collect(value: unknown, path: string, add: (path: string, value: unknown) => void): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    if (value !== undefined) add(path, value);
    return;
  }
  for (const [key, member] of Object.entries(value))
    collect(member, path === '' ? key : `${path}.${key}`, add);
}

const LONGEST = 80;

function short(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = canonicalJson(value);
  if (text.length <= LONGEST) return text;
  return Array.isArray(value) ? `a list of ${value.length}` : `${text.slice(0, LONGEST - 3)}...`;
}
