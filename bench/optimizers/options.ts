import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Acquisition, Method, OptimizerSettings, Sampler } from '../../src/optimizers/optimizer.ts';
import { PEER_NAMES, type PeerName } from './peers/peers.ts';
import type { Problem } from './problems/problem.ts';
import { problemsOf, SETS, type SetName } from './problems/sets.ts';

/** The command line of the optimizer bench. */

export interface BenchOptions {
  readonly problems: readonly Problem[];
  readonly budget: number;
  readonly batch: number;
  readonly seeds: number;
  readonly processes: number;
  /** Methods of ours to run. */
  readonly methods: readonly Method[];
  /** Peers to show beside ours, from the results that are there. */
  readonly peers: readonly PeerName[];
  /** Install the peers and run what of theirs is missing. */
  readonly runPeers: boolean;
  readonly settings: Omit<OptimizerSettings, 'seed' | 'method'>;
  /** Folder of the raw results; the peers' are in `peers` there. */
  readonly results: string;
  /** Overrides the folder name, which is otherwise taken from the optimizer's source. */
  readonly label: string | undefined;
}

const METHODS = ['bayesian', 'random', 'grid'] as const;
const ACQUISITIONS = ['ei', 'ucb', 'poi'] as const;
const SAMPLERS = ['sobol', 'uniform'] as const;

export const USAGE = `npm run bench:optimizers -- [options]
  --budget N        trials a session (100)
  --batch N         trials asked before any of them is told (1)
  --seeds N         sessions a problem, seeds 0 .. N-1 (20)
  --set NAME        ${SETS.join(' | ')} (standard)
  --problems A,B    problems of the set (all)
  --method A,B      ${METHODS.join(', ')}; none: show the peers alone (bayesian)
  --acquisition A   ${ACQUISITIONS.join(' | ')} (the method's own default)
  --sampler S       ${SAMPLERS.join(' | ')} (sobol)
  --processes N     sessions at once (2)
  --peers A,B       ${PEER_NAMES.join(', ')}, all or none: shown beside ours where measured (all)
  --run-peers       install the peers and measure what of theirs is missing, first
  --results DIR     folder of the raw results (build/bench/optimizers)
  --label NAME      keep our results under this name instead of the source's hash`;

const OPTIONS = {
  budget: { type: 'string', default: '100' },
  batch: { type: 'string', default: '1' },
  seeds: { type: 'string', default: '20' },
  set: { type: 'string', default: 'standard' },
  problems: { type: 'string', default: 'all' },
  method: { type: 'string', default: 'bayesian' },
  acquisition: { type: 'string' },
  sampler: { type: 'string', default: 'sobol' },
  processes: { type: 'string', default: '2' },
  peers: { type: 'string', default: 'all' },
  'run-peers': { type: 'boolean', default: false },
  results: { type: 'string', default: join(import.meta.dirname, '../../build/bench/optimizers') },
  label: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Undefined when help is asked for. Throws an error that says what was expected. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) return undefined;
  const acquisition: Acquisition | undefined =
    values.acquisition === undefined ? undefined : oneOf('acquisition', ACQUISITIONS, values.acquisition);
  return {
    problems: pickProblems(oneOf('set', SETS, values.set), values.problems),
    budget: wholeNumber('budget', values.budget),
    batch: wholeNumber('batch', values.batch),
    seeds: wholeNumber('seeds', values.seeds),
    processes: wholeNumber('processes', values.processes),
    methods: list('method', METHODS, values.method),
    peers: list('peers', PEER_NAMES, values.peers),
    runPeers: values['run-peers'],
    settings: {
      gridPoints: 5,
      sampler: oneOf<Sampler>('sampler', SAMPLERS, values.sampler),
      ...(acquisition && { acquisition }),
    },
    results: values.results,
    label: values.label,
  };
}

function pickProblems(set: SetName, names: string): readonly Problem[] {
  const problems = problemsOf(set);
  const wanted = list(
    'problems',
    problems.map((problem) => problem.name),
    names,
  );
  return problems.filter((problem) => wanted.includes(problem.name));
}

function list<T extends string>(option: string, allowed: readonly T[], value: string): readonly T[] {
  if (value === 'all') return allowed;
  if (value === 'none') return [];
  return value.split(',').map((item) => oneOf(option, allowed, item));
}

function oneOf<T extends string>(option: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined)
    throw new Error(`Expected --${option} to be of ${allowed.join(', ')}, got ${value}`);
  return found;
}

function wholeNumber(option: string, value: string): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 1)
    throw new Error(`Expected --${option} to be an integer >= 1, got ${value}`);
  return n;
}
