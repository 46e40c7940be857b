import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { renderTable } from '../../src/analysis/table.ts';
import { openStack, type Stack } from '../../src/client/stack.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Method } from '../../src/optimizers/optimizer.ts';
import { serveSessions } from '../../src/worker/serve.ts';

/**
 * What orchestrating a trial costs: whole sessions over the baseline scenarios on an embedded server of their own.
 * `npm run bench:orchestration [-- --trials 1000] [-- --durable]`
 */

interface Variant {
  readonly optimizer: Method;
  readonly workers: number;
  readonly trials: number;
}

const { values } = parseArgs({ options: { trials: { type: 'string' }, durable: { type: 'boolean' } } });
const many = Number(values.trials ?? 1000);
const variants: Variant[] = [
  { optimizer: 'random', workers: 1, trials: many },
  { optimizer: 'random', workers: 8, trials: many },
  { optimizer: 'bayesian', workers: 1, trials: 40 },
  { optimizer: 'bayesian', workers: 8, trials: 80 },
];

const home = mkdtempSync(join(tmpdir(), 'arbtune-bench-'));
const environment = { ...process.env, ARBTUNE_HOME: home, TEMPORAL_ADDRESS: undefined, REDIS_URL: undefined };
const stack = await openStack({ environment, durable: values.durable === true, log: console.error });
const worker = await serveSessions({ ...stack, workerId: 'bench', outputs: home, log: console.error });
try {
  await measure(stack, { optimizer: 'random', workers: 4, trials: 200 }); // Warm-up: engine, caches, server.
  const rows: string[][] = [];
  for (const variant of variants) rows.push(await measure(stack, variant));
  const durability = values.durable ? 'durable' : 'default';
  console.log(
    `Embedded server, ${durability} settings; load average ${loadavg()[0]?.toFixed(1)}; Node ${process.version}`,
  );
  console.log(renderTable(columns(), rows));
} finally {
  await worker.stop();
  await stack.close();
  rmSync(home, { recursive: true, force: true });
}

function columns() {
  const right = [
    'trials',
    'in flight',
    'ms a trial',
    'engine ms',
    'orchestration ms',
    'CPU ms',
    'events',
    'bytes',
    'runs',
  ];
  return [{ title: 'optimizer' }, ...right.map((title) => ({ title, align: 'right' as const }))];
}

async function measure({ client, store }: Stack, { optimizer, workers, trials }: Variant): Promise<string[]> {
  const { spec } = await loadConfig('configs/tuning/advanced_baseline.yaml', {
    iterations: trials,
    optimizer,
    workers,
  });
  const sessionId = `${optimizer}-${workers}-${trials}-${Date.now()}`;
  const startedAt = performance.now();
  const cpuAtStart = process.cpuUsage();
  await client.start(spec, { sessionId, csvPath: join(home, `${sessionId}.csv`) });
  const result = await client.wait(sessionId);
  const elapsed = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuAtStart);
  if (result.completed !== trials) throw new Error(`${result.completed} of ${trials} trials completed`);
  const history = await historyTotals(client.temporal, `tuning:local:paper:${sessionId}`);
  const records = await store.loadTrials(sessionId);
  const engine = records.reduce((sum, { duration_ms }) => sum + duration_ms, 0);
  const perTrial = (value: number) => value / trials;
  const times = [elapsed, engine, elapsed - engine, (cpu.user + cpu.system) / 1000];
  const numbers = times.map((ms) => perTrial(ms).toFixed(2));
  const { events, bytes, runs } = history;
  return [
    optimizer,
    ...[trials, workers].map(String),
    ...numbers,
    perTrial(events).toFixed(2),
    perTrial(bytes).toFixed(0),
    String(runs),
  ];
}

/** Over all runs of a continued session. */
async function historyTotals(temporal: Stack['client']['temporal'], workflowId: string) {
  const totals = { events: 0, bytes: 0, runs: 0 };
  for await (const execution of temporal.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const description = await temporal.workflow.getHandle(workflowId, execution.runId).describe();
    totals.events += description.historyLength;
    totals.bytes += description.historySize ?? 0;
    totals.runs += 1;
  }
  return totals;
}
