import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, inject, onTestFinished, test } from 'vitest';
import { randomStream } from '../../src/search-space/random-stream.ts';
import { cleanEnvironment } from '../support/environment.ts';
import { startScript, waitUntil } from '../support/processes.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { type Network, startTcpProxy } from '../support/tcp-proxy.ts';
import { slowConfig } from './support/configs.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { holdAt } from './support/hold.ts';
import { undisturbed } from './support/reference.ts';
import { type Sandbox, sandbox } from './support/sandbox.ts';

/** Workers that die at the worst moment, sleep through their session, tell the wrong time, or are hard to reach. */

const TRIALS = 40;
const QUOTES_PER_SECOND = 200;
const HOUR_MS = 3_600_000;
const SEED = 20261127;

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** More than any machine measures meanwhile: such a session goes on until it is told to stop. */
const UNTIL_STOPPED = 20_000;

async function start(machine: Sandbox, id: string, trials = TRIALS): Promise<string> {
  const csv = join(machine.folder, 'out.csv');
  const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
  const flags = ['--iterations', String(trials), '--session-id', id, '--output-csv', csv];
  await machine.json(['start', '--config', config, ...flags]);
  return csv;
}

/** Each trial once, and the first of them as a quiet session of so many finds them. */
async function expectUndisturbed(csv: string, trials = TRIALS): Promise<void> {
  expect(column(readCsv(csv), 'iteration')).toEqual(iterations(trials));
  expect(figures(csv).slice(0, TRIALS)).toEqual(await undisturbed(TRIALS, QUOTES_PER_SECOND));
}

test('one killed between its commit and its word of it, one asleep beyond its heartbeat: the retry stands, once', {
  timeout: 600_000,
}, async () => {
  const machine = sandbox();
  const csv = await start(machine, 'retried');
  const doomed = startScript(fixture('dies-after-commit.ts'), [machine.name, 'doomed'], {
    cwd: machine.folder,
    env: cleanEnvironment({ ARBTUNE_HOME: machine.home, TEMPORAL_ADDRESS: inject('temporalAddress') }),
  });
  onTestFinished(() => doomed.kill().then(() => {}));
  expect(await doomed.exited, doomed.stderr()).toMatchObject({ signal: 'SIGKILL' });
  expect(doomed.stdout()).toMatch(/^stored \d/m);

  const moment = holdAt(machine, { batch: 3 });
  const sleeper = await machine.worker('sleeper', ['--concurrency', '1'], moment.environment);
  const client = await machine.client();
  await moment.reached();
  await machine.worker('awake');
  await client.wait('retried');
  moment.release();
  expect(Math.max(...column(readCsv(csv), 'attempt').map(Number))).toBeGreaterThan(1);
  await expectUndisturbed(csv);
  // Awake again, it ends in order, and whatever it still had to say has changed nothing.
  await sleeper.kill('SIGTERM');
  const stored = join(machine.folder, 'stored.csv');
  expect(await machine.run(['export', '--session-id', 'retried', '--out', stored])).toMatchObject({
    code: 0,
  });
  expect(figures(stored)).toEqual(figures(csv));
});

test('three whose clocks are wrong, ahead, behind, and put back on the way: the order and the durations are right', {
  timeout: 600_000,
}, async () => {
  const machine = sandbox();
  const preload = `--import=${pathToFileURL(fixture('skewed-clock.ts')).href}`;
  const wrong = (id: string, clock: Readonly<Record<string, string>>) =>
    machine.worker(id, ['--concurrency', '1'], { NODE_OPTIONS: preload, ...clock });
  const [, , steps] = await Promise.all([
    wrong('ahead', { CLOCK_SKEW_MS: String(HOUR_MS) }),
    wrong('behind', { CLOCK_SKEW_MS: String(-HOUR_MS) }),
    wrong('put-back', { CLOCK_SKEW_MS: String(-HOUR_MS), CLOCK_STEP: '1' }),
  ]);
  const csv = await start(machine, 'untimely', UNTIL_STOPPED);
  const client = await machine.client();
  /** Resolves with what each has measured once it is that much. */
  const measured = (least: Readonly<Record<string, number>>) =>
    waitUntil(async () => {
      const status = await client.status('untimely').catch(() => undefined);
      const enough = Object.entries(least).every(([id, trials]) => (status?.workers[id] ?? 0) >= trials);
      return enough && status && status.completed >= TRIALS && status.workers;
    }, 120_000);
  const before = await measured({ ahead: 1, behind: 1, 'put-back': 1 });
  steps.child.kill('SIGUSR2');
  // Two may have been under way, or on theirs, by the clock of before.
  await measured({ 'put-back': (before['put-back'] ?? 0) + 3 });
  await client.stop('untimely');
  const { completed } = await client.wait('untimely');
  await expectUndisturbed(csv, completed);
  const rows = readCsv(csv);
  const times = (worker: string) =>
    rows.filter((row) => row.worker_id === worker).map((row) => Date.parse(row.timestamp ?? ''));
  expect(Math.max(...times('ahead')) - Math.max(...times('behind'))).toBeGreaterThan(1.9 * HOUR_MS);
  expect(Math.max(...times('put-back')) - Math.min(...times('put-back'))).toBeGreaterThan(0.9 * HOUR_MS);
  for (const duration of column(rows, 'duration_ms').map(Number)) {
    expect(duration).toBeGreaterThan(0);
    expect(duration).toBeLessThan(60_000);
  }
});

test('one behind a network that is slow, loses connections, stands still and is cut: every trial once', {
  timeout: 600_000,
}, async () => {
  const redis = await startRedisServer();
  onTestFinished(() => redis.stop());
  const random = randomStream(SEED, 0, 'network');
  const [, port] = inject('temporalAddress').split(':');
  const proxies = await Promise.all(
    [Number(port), redis.port].map((target) => startTcpProxy(target, random)),
  );
  onTestFinished(async () => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
  });
  const [temporal, store] = proxies.map((proxy) => `127.0.0.1:${proxy.port}`);
  const machine = sandbox({ environment: { REDIS_URL: redis.url } });
  const csv = await start(machine, 'afar', UNTIL_STOPPED);
  await machine.worker('remote', [], { TEMPORAL_ADDRESS: temporal ?? '', REDIS_URL: `redis://${store}` });
  const client = await machine.client();
  const become = (network: Network) => {
    for (const proxy of proxies) proxy.become(network);
  };
  const finished = async () => (await client.status('afar').catch(() => undefined))?.completed;
  const further = async (trials: number) => {
    const goal = (await waitUntil(finished, 60_000)) + trials;
    await waitUntil(async () => ((await finished()) ?? 0) >= goal, 120_000);
  };
  await further(2);
  become({ kind: 'slow', upToMs: 100 });
  await further(2);
  become({ kind: 'lossy', chance: 0.1 });
  await waitUntil(() => proxies.reduce((sum, { losses }) => sum + losses, 0) > 3, 120_000);
  become({ kind: 'good' });
  await further(2);
  for (const kind of ['stalled', 'cut'] as const) {
    become({ kind });
    // Nothing gets through: no answer from the only worker within a query's patience.
    await expect(client.status('afar')).rejects.toThrow(/No worker answers/);
    become({ kind: 'good' });
    await further(2);
  }
  await waitUntil(async () => ((await finished()) ?? 0) >= TRIALS, 120_000);
  await client.stop('afar');
  const { completed } = await client.wait('afar');
  await expectUndisturbed(csv, completed);
  const keys = await redis.client().keys('*:worker:*:iteration:*');
  expect(keys).toHaveLength(completed);
});
