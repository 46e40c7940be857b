import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig, openStack, type Stack, type StartOptions } from '../src/client/index.ts';
import { serveSessions } from '../src/worker/serve.ts';
import { workflowIdOf } from '../src/workflows/names.ts';
import { historyToJson } from '../tests/support/history-json.ts';
import { waitUntil } from '../tests/support/processes.ts';
import { quickConfig, slowConfig } from '../tests/system/support/configs.ts';

/**
 * Records histories that tests/workflows/replay.test.ts replays: `npm run record:histories -- NAME …` for new ones. One
 * that exists stays as it is: a session of then must go on with the workflow of now (see `patched`).
 */

const target = fileURLToPath(new URL('../tests/fixtures/histories/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'arbtune-histories-'));
const environment = { PATH: process.env.PATH, HOME: process.env.HOME, ARBTUNE_HOME: join(folder, 'home') };

interface Recording {
  readonly name: string;
  readonly config: string;
  readonly iterations: number;
  readonly options?: Partial<StartOptions>;
  readonly meanwhile?: (stack: Stack, sessionId: string) => Promise<unknown>;
}

type Settings = Readonly<Record<string, unknown>>;

const config = (
  name: string,
  write: (folder: string, tuning: Settings) => string,
  tuning: Settings,
): string => {
  const own = join(folder, name);
  mkdirSync(own);
  return write(own, { name, parallelism: 4, ...tuning });
};
const limits = { trial_timeout_s: 0.001, max_failed_trials: 2, max_attempts: 1 };

const recordings: readonly Recording[] = [
  { name: 'grid', config: config('grid', quickConfig, { method: 'grid', grid_points: 2 }), iterations: 20 },
  { name: 'random', config: config('random', quickConfig, { method: 'random' }), iterations: 20 },
  // The same twice: recorded when a batch had 64 trials at most, and since it may have 256.
  {
    name: 'small-batches',
    config: config('small-batches', quickConfig, { method: 'random' }),
    iterations: 400,
  },
  {
    name: 'large-batches',
    config: config('large-batches', quickConfig, { method: 'random' }),
    iterations: 400,
  },
  { name: 'bayesian', config: config('bayesian', quickConfig, { method: 'bayesian' }), iterations: 14 },
  {
    name: 'steered',
    config: config('steered', slowConfig, { method: 'bayesian' }),
    iterations: 1_000,
    async meanwhile({ client }, sessionId) {
      await client.pause(sessionId);
      await client.extend(sessionId, { iterations: 2, parallelism: 3 });
      await client.unpause(sessionId);
      await client.stop(sessionId);
    },
  },
  {
    name: 'ordered',
    config: config('ordered', quickConfig, { method: 'bayesian' }),
    iterations: 1_000,
    async meanwhile({ client }, sessionId) {
      const finished = (count: number) =>
        waitUntil(async () => (await client.status(sessionId)).completed >= count);
      await finished(4);
      const params = { min_spread_pct: 0.1, slippage_bps: 5, max_position_krw: 500_000 };
      await client.extend(sessionId, { parallelism: 2, enqueue: [params] });
      await finished(12);
      await client.extend(sessionId, { iterations: 5, parallelism: 3 });
      await client.stop(sessionId);
    },
  },
  {
    name: 'failed-trials',
    config: config('failed-trials', slowConfig, { method: 'random', limits }),
    iterations: 8,
  },
  {
    name: 'continued',
    config: config('continued', quickConfig, { method: 'bayesian' }),
    iterations: 16,
    options: { maxHistoryEvents: 60 },
  },
  {
    name: 'sequence',
    config: config('sequence', quickConfig, { method: 'bayesian', parallelism: 1 }),
    iterations: 40,
    options: { maxHistoryEvents: 40 },
  },
];
const names = process.argv.slice(2);

async function record(stack: Stack, recording: Recording): Promise<void> {
  const { name, iterations, options, meanwhile } = recording;
  const { spec } = await loadConfig(recording.config, { iterations });
  const csvPath = join(folder, `${name}.csv`);
  const { runId } = await stack.client.start(spec, { sessionId: name, csvPath, ...options });
  await meanwhile?.(stack, name);
  await stack.client.wait(name).catch(() => {}); // A session that fails is a history too.
  const workflowId = workflowIdOf({ env: stack.env, mode: stack.mode, sessionId: name });
  const history = await stack.client.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
  writeFileSync(join(target, `${name}.json`), historyToJson(history));
  console.log(`${name}: ${history.events?.length} events`);
}

const stack = await openStack({ env: 'recorded', environment, log: console.error });
try {
  const worker = await serveSessions({
    ...stack,
    workerId: 'main',
    concurrency: 2,
    dataRoot: folder,
    log: () => {},
  });
  mkdirSync(target, { recursive: true });
  for (const recording of recordings) if (names.includes(recording.name)) await record(stack, recording);
  await worker.stop();
} finally {
  await stack.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
