import { join } from 'node:path';
import type { Method } from '../../src/optimizers/optimizer.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { installPeers } from './peers/install.ts';
import { peerOf } from './peers/peers.ts';
import { type RunResult, readResults } from './raw-results.ts';
import { runMissing } from './run-missing.ts';
import { serves } from './serves.ts';
import type { SessionRequest } from './session-process.ts';
import { sourceVersion } from './source-version.ts';
import { aggregateTable, askTable, type Column, regretTable } from './table.ts';

/** `npm run bench:optimizers`: measures our optimizer on the test problems and prints it beside its peers. */

const ROOT = join(import.meta.dirname, '../..');
/** What our results depend on besides the bench. */
const SOURCES = ['src/optimizers', 'src/search-space'];

const peerFolder = ({ results }: BenchOptions): string => join(results, 'peers');

function ourName(method: Method, { settings }: BenchOptions): string {
  return ['arbtune', method, settings.acquisition].filter(Boolean).join('-');
}

/** Seed by seed over all problems, so that an interrupted run has measured all of them alike. */
function sessions(options: BenchOptions, peer: string, seeds: number, method: Method): SessionRequest[] {
  const { problems, budget, batch, settings } = options;
  return Array.from({ length: seeds }, (_, seed) =>
    problems.map((problem) => ({
      key: { peer, problem: problem.name, seed, budget, batch },
      settings: { ...settings, method },
    })),
  ).flat();
}

function runOurs(options: BenchOptions, folder: string): Promise<void> {
  const requests = options.methods.flatMap((method) =>
    sessions(options, ourName(method, options), options.seeds, method),
  );
  return runMissing(folder, requests, options.processes);
}

async function runPeers(options: BenchOptions): Promise<void> {
  const able = options.peers.filter((name) => {
    const { budget, batches } = peerOf(name);
    return options.budget <= budget && (batches === 'any' || options.batch === 1);
  });
  installPeers(able);
  const requests = able.flatMap((name) =>
    sessions(options, name, Math.min(options.seeds, peerOf(name).seeds), 'random'),
  );
  await runMissing(peerFolder(options), requests, options.processes);
}

function columnsOf(options: BenchOptions, folder: string): Column[] {
  const results = [...readResults(folder), ...readResults(peerFolder(options))];
  const names = [...options.methods.map((method) => ourName(method, options)), ...options.peers];
  return names.map((name) => columnOf(name, results, options)).filter((column) => column.runs.length > 0);
}

/** One run a (problem, seed), the first that has its trials. */
function columnOf(peer: string, results: readonly RunResult[], options: BenchOptions): Column {
  const wanted = sessions(options, peer, options.seeds, 'random').map(({ key }) => key);
  return { name: peer, runs: wanted.flatMap((key) => results.find((run) => serves(run, key)) ?? []) };
}

const options = readOptions(process.argv.slice(2));
if (options) {
  const folder = join(options.results, options.label ?? `arbtune-${sourceVersion(ROOT, SOURCES)}`);
  if (options.runPeers) await runPeers(options);
  await runOurs(options, folder);
  const columns = columnsOf(options, folder);
  if (columns.length === 0) throw new Error('Expected at least one method or a measured peer, found none');
  const { problems, budget, batch, seeds } = options;
  console.log(`budget ${budget}, batch ${batch}, seeds 0 to ${seeds - 1}, ours in ${folder}\n`);
  console.log(
    [regretTable, aggregateTable, askTable].map((print) => print(problems, columns, budget)).join('\n\n'),
  );
} else {
  console.log(USAGE);
}
