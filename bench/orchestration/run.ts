import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { renderTable } from '../../src/analysis/table.ts';
import { openStack, type Stack } from '../../src/client/stack.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Method } from '../../src/optimizers/optimizer.ts';
import { workflowBundle } from '../../src/worker/workflow-bundle.ts';
import { historyTotals } from './history-totals.ts';
import { startWorkers, type WorkerProcesses } from './worker-processes.ts';

/**
 * What orchestrating a trial costs, and that it costs the same in the longest session: whole sessions over the baseline
 * scenarios. On an embedded server and store of their own, or, with `--deployment`, on what the environment names
 * (TEMPORAL_ADDRESS, REDIS_URL).
 * `npm run bench:orchestration [-- --trials 100,1000,10000] [--processes 1] [--deployment] [--durable]`
 */

interface Variant {
  readonly optimizer: Method;
  /** Trials in flight. */
  readonly workers: number;
  readonly trials: number;
}

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '100,1000,10000' },
    processes: { type: 'string', default: '1' },
    deployment: { type: 'boolean', default: false },
    durable: { type: 'boolean', default: false },
  },
});
const processes = Number(values.processes);
/** By a process's thousandth trial V8 has compiled what runs often, and has taken the memory for that. */
const warmUp: Variant = { optimizer: 'random', workers: 8 * processes, trials: 1_100 * processes };
const variants: Variant[] = [
  ...values.trials.split(',').map((trials) => ({
    optimizer: 'random' as const,
    workers: 8 * processes,
    trials: Number(trials),
  })),
  { optimizer: 'bayesian', workers: 1, trials: 40 },
  { optimizer: 'bayesian', workers: 8, trials: 80 },
];

const home = mkdtempSync(join(tmpdir(), 'arbtune-bench-'));
const embedded = { TEMPORAL_ADDRESS: undefined, REDIS_URL: undefined };
const environment = { ...process.env, ARBTUNE_HOME: home, ...(values.deployment ? {} : embedded) };
const env = `bench-${process.pid}`;
// Else the first worker makes it, and keeps the memory of that.
await workflowBundle();
const stack = await openStack({ env, environment, durable: values.durable, log: console.error });
try {
  const workers = await startWorkers(processes, ['--env', env], environment);
  try {
    const freshMb = workers.peakMb();
    await measure(stack, workers, warmUp);
    const rows: string[][] = [];
    for (const variant of variants) rows.push(await measure(stack, workers, variant));
    const where = values.deployment
      ? `Temporal at ${stack.server.address}`
      : `Embedded server, ${values.durable ? 'durable' : 'default'} settings`;
    console.log(
      `${where}; worker processes: ${processes}, fresh ${freshMb.toFixed(0)} MB; Node ${process.version}`,
    );
    console.log(renderTable(columns(), rows));
  } finally {
    await workers.stop();
  }
} finally {
  await stack.close();
  rmSync(home, { recursive: true, force: true });
}

function columns() {
  const right = [
    ...['trials', 'in flight', 'trials/s', 'ms a trial', 'engine ms', 'CPU ms', 'events', 'bytes'],
    ...['workflow task ms', 'runs', 'peak MB', 'load'],
  ];
  return [{ title: 'optimizer' }, ...right.map((title) => ({ title, align: 'right' as const }))];
}

async function measure(
  { client, store }: Stack,
  workers: WorkerProcesses,
  { optimizer, workers: inFlight, trials }: Variant,
): Promise<string[]> {
  const { spec } = await loadConfig('configs/tuning/advanced_baseline.yaml', {
    iterations: trials,
    optimizer,
    workers: inFlight,
  });
  const sessionId = `${optimizer}-${inFlight}-${trials}`;
  const load = loadavg()[0] ?? 0;
  const startedAt = performance.now();
  const cpuAtStart = workers.cpuMs();
  await client.start(spec, { sessionId, csvPath: join(home, `${sessionId}.csv`) });
  const result = await client.wait(sessionId);
  const elapsed = performance.now() - startedAt;
  const cpu = workers.cpuMs() - cpuAtStart;
  if (result.completed !== trials) throw new Error(`${result.completed} of ${trials} trials completed`);
  const history = await historyTotals(client.temporal, `tuning:${env}:paper:${sessionId}`);
  const records = await store.loadTrials(sessionId);
  if (records.length !== trials) throw new Error(`${records.length} of ${trials} trials are stored`);
  const engine = records.reduce((sum, { duration_ms }) => sum + duration_ms, 0);
  const perTrial = (value: number, digits: number) => (value / trials).toFixed(digits);
  return [
    ...[optimizer, String(trials), String(inFlight)],
    ((1e3 * trials) / elapsed).toFixed(0),
    ...[elapsed, engine, cpu].map((ms) => perTrial(ms, 2)),
    ...[perTrial(history.events, 2), perTrial(history.bytes, 0), perTrial(history.workflowTaskMs, 2)],
    ...[String(history.runs), workers.peakMb().toFixed(0), load.toFixed(1)],
  ];
}
