import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Method } from '../../../src/optimizers/optimizer.ts';
import { installPeers } from '../peers/install.ts';
import type { PeerName } from '../peers/peers.ts';
import { type RunResult, readResults } from '../raw-results.ts';
import { runMissing } from '../run-missing.ts';
import { median, quantile } from '../score.ts';
import type { SessionRequest } from '../session-process.ts';
import { sourceVersion } from '../source-version.ts';
import { markdown } from '../table.ts';
import { ENGINE_PREFIX } from '../task.ts';
import { ENGINE_TASKS } from './engine-task.ts';

/** `npm run bench:engine-search`: sessions on the paper engine, bayesian beside random and Optuna's TPE. */

const ROOT = join(import.meta.dirname, '../../..');
const SOURCES = ['optimizers', 'search-space', 'paper-engine', 'market-data'].map((name) => `src/${name}`);
const OURS = ['bayesian', 'random'] as const satisfies readonly Method[];
const PEERS = ['tpe'] as const satisfies readonly PeerName[];
const NAMES = [...OURS.map((method) => `arbtune-${method}`), ...PEERS];

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    budget: { type: 'string', default: '60' },
    processes: { type: 'string', default: '2' },
    set: { type: 'string', default: 'standard' },
  },
});
const [seeds, budget, processes] = [values.seeds, values.budget, values.processes].map(Number) as [
  number,
  number,
  number,
];
if (values.set !== 'standard' && values.set !== 'other')
  throw new Error(`Expected --set to be of standard, other, got ${values.set}`);
const tasks = ENGINE_TASKS[values.set];

function sessions(peer: string, method: Method): SessionRequest[] {
  return Array.from({ length: seeds }, (_, seed) =>
    tasks.map((task) => ({
      key: { peer, problem: ENGINE_PREFIX + task, seed, budget, batch: 1 },
      settings: { method, sampler: 'sobol' as const, gridPoints: 5 },
    })),
  ).flat();
}

/** The best objective of a session: net profit, KRW. */
const best = (run: RunResult): number => -Math.min(...run.values);

function cell(runs: readonly RunResult[], task: string, peer: string): string {
  const profits = runs.filter((run) => run.problem === ENGINE_PREFIX + task && run.peer === peer).map(best);
  if (profits.length === 0) return '-';
  const [low, middle, high] = [0.25, 0.5, 0.75].map((q) =>
    Math.round(quantile(profits, q)).toLocaleString('en'),
  );
  return `${middle} [${low} .. ${high}] (${profits.length})`;
}

installPeers(PEERS);
const folder = join(ROOT, 'build/bench/engine-search', sourceVersion(ROOT, SOURCES));
const ours = OURS.flatMap((method) => sessions(`arbtune-${method}`, method));
await runMissing(folder, [...ours, ...PEERS.flatMap((peer) => sessions(peer, 'random'))], processes);
const runs = readResults(folder).filter((run) => run.budget === budget && run.seed < seeds);
console.log(
  `net profit in KRW, ${budget} trials: median [quartiles] of the best trial (seeds); raw in ${folder}\n`,
);
console.log(
  markdown(
    ['data', ...NAMES],
    tasks.map((task) => [task, ...NAMES.map((name) => cell(runs, task, name))]),
  ),
);
console.log(`\nload average, median over sessions: ${median(runs.map((run) => run.load)).toFixed(1)}`);
