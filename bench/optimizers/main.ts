import { loadavg } from 'node:os';
import { join } from 'node:path';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { runPeers } from './peers/run-peers.ts';
import { appendResult, keyOf, type RunKey, type RunResult, readResults } from './raw-results.ts';
import { runSessions } from './session-pool.ts';
import { sourceVersion } from './source-version.ts';
import { aggregateTable, askTable, type Column, regretTable } from './table.ts';

/** `npm run bench:optimizers`: measures our optimizer on the test problems and prints it beside its peers. */

const ROOT = join(import.meta.dirname, '../..');
const RESULTS = join(ROOT, 'build/bench/optimizers');

async function runOurs(options: BenchOptions, folder: string): Promise<void> {
  const done = new Set(readResults(folder).map(keyOf));
  const { budget, batch, settings } = options;
  const requests = options.methods
    .flatMap((method) =>
      Array.from({ length: options.seeds }, (_, seed) =>
        options.problems.map((problem) => ({
          key: { peer: ourName(method, options), problem: problem.name, seed, budget, batch },
          settings: { ...settings, method },
        })),
      ).flat(),
    )
    .filter(({ key }) => !done.has(keyOf(key)));
  let left = requests.length;
  await runSessions(requests, options.processes, (result) => {
    appendResult(folder, result);
    left -= 1;
    if (left % 20 === 0) process.stderr.write(`${left} sessions left, load ${loadavg()[0]!.toFixed(1)}\n`);
  });
}

const ourName = (method: string, { settings }: BenchOptions): string =>
  ['arbtune', method, settings.acquisition].filter(Boolean).join('-');

function columnsOf(options: BenchOptions, folder: string): Column[] {
  const wanted = new Set(options.problems.map((problem) => problem.name));
  // A peer that does not plan for its budget counts with the first trials of a longer run.
  const matches = (run: RunKey): boolean =>
    wanted.has(run.problem) && run.batch === options.batch && run.seed < options.seeds;
  const exact = (run: RunResult): boolean => matches(run) && run.budget === options.budget;
  const ours = readResults(folder).filter(exact);
  const peers = readResults(join(RESULTS, 'peers')).filter(
    (run) => exact(run) || (matches(run) && run.budget > options.budget && run.peer !== 'ngopt'),
  );
  return [
    ...options.methods.map((m) => ourName(m, options)).map((name) => columnOf(name, ours)),
    ...options.peers.map((name) => columnOf(name, peers)),
  ].filter((column) => column.runs.length > 0);
}

/** One run a (problem, seed): the shortest that is long enough. */
function columnOf(name: string, runs: readonly RunResult[]): Column {
  const chosen = new Map<string, RunResult>();
  for (const run of runs.filter((r) => r.peer === name).sort((a, b) => a.budget - b.budget)) {
    const key = `${run.problem} ${run.seed}`;
    if (!chosen.has(key)) chosen.set(key, run);
  }
  return { name, runs: [...chosen.values()] };
}

const options = readOptions(process.argv.slice(2));
if (options) {
  const folder = join(RESULTS, options.label ?? `arbtune-${sourceVersion(ROOT)}`);
  if (options.runPeers) await runPeers(options, ROOT, join(RESULTS, 'peers'));
  await runOurs(options, folder);
  const columns = columnsOf(options, folder);
  if (columns.length === 0) throw new Error('Expected at least one method or a measured peer, found none');
  const { problems, budget, batch, seeds } = options;
  console.log(`budget ${budget}, batch ${batch}, seeds 0..${seeds - 1}, results in ${folder}`);
  console.log(regretTable(problems, columns, budget));
  console.log(aggregateTable(problems, columns, budget));
  console.log(askTable(columns, budget));
} else {
  console.log(USAGE);
}
