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
import { undisturbed } from './support/reference.ts';
import { type Sandbox, sandbox } from './support/sandbox.ts';

/** Workers that die at the worst moment, sleep through their session, tell the wrong time, or are hard to reach. */

const TRIALS = 40;
const QUOTES_PER_SECOND = 200;
const HOUR_MS = 3_600_000;
const SEED = 20261127;

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

async function start(machine: Sandbox, id: string): Promise<string> {
  const csv = join(machine.folder, 'out.csv');
  const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
  const flags = ['--iterations', String(TRIALS), '--session-id', id, '--output-csv', csv];
  await machine.json(['start', '--config', config, ...flags]);
  return csv;
}

async function expectUndisturbed(csv: string): Promise<void> {
  expect(column(readCsv(csv), 'iteration')).toEqual(iterations(TRIALS));
  expect(figures(csv)).toEqual(await undisturbed(TRIALS, QUOTES_PER_SECOND));
}

test('one killed between its commit and its word of it, one asleep beyond its heartbeat: the retry stands, once', {
  timeout: 180_000,
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

  const sleeper = await machine.worker('sleeper', ['--concurrency', '1']);
  const client = await machine.client();
  await waitUntil(async () => {
    const status = await client.status('retried').catch(() => undefined);
    return status && (status.workers.sleeper ?? 0) > 0 && status.running.length > 0;
  });
  sleeper.child.kill('SIGSTOP');
  await machine.worker('awake');
  await client.wait('retried');
  sleeper.child.kill('SIGCONT');
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

test('three whose clocks are wrong, ahead, behind, and put back on the way: the order and the durations are right', async () => {
  const machine = sandbox();
  const preload = `--import=${pathToFileURL(fixture('skewed-clock.ts')).href}`;
  const wrong = (id: string, clock: Readonly<Record<string, string>>) =>
    machine.worker(id, ['--concurrency', '1'], { NODE_OPTIONS: preload, ...clock });
  const [, , steps] = await Promise.all([
    wrong('ahead', { CLOCK_SKEW_MS: String(HOUR_MS) }),
    wrong('behind', { CLOCK_SKEW_MS: String(-HOUR_MS) }),
    wrong('put-back', { CLOCK_SKEW_MS: String(-HOUR_MS), CLOCK_STEP: '1' }),
  ]);
  const csv = await start(machine, 'untimely');
  const client = await machine.client();
  await waitUntil(async () => {
    const status = await client.status('untimely').catch(() => undefined);
    return (status?.workers['put-back'] ?? 0) > 0;
  });
  steps.child.kill('SIGUSR2');
  await client.wait('untimely');
  await expectUndisturbed(csv);
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
  timeout: 180_000,
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
  const csv = await start(machine, 'afar');
  await machine.worker('remote', [], { TEMPORAL_ADDRESS: temporal ?? '', REDIS_URL: `redis://${store}` });
  const client = await machine.client();
  const become = (network: Network) => {
    for (const proxy of proxies) proxy.become(network);
  };
  const further = async (trials: number) => {
    const finished = async () => (await client.status('afar').catch(() => undefined))?.completed;
    const goal = Math.min(TRIALS, ((await waitUntil(finished, 60_000)) ?? 0) + trials);
    await waitUntil(async () => ((await finished()) ?? 0) >= goal, 60_000);
  };
  await further(2);
  become({ kind: 'slow', upToMs: 100 });
  await further(2);
  become({ kind: 'lossy', chance: 0.1 });
  await waitUntil(() => proxies.reduce((sum, { losses }) => sum + losses, 0) > 3, 60_000);
  become({ kind: 'good' });
  await further(2);
  for (const kind of ['stalled', 'cut'] as const) {
    become({ kind });
    // Nothing gets through: no answer from the only worker within a query's patience.
    await expect(client.status('afar')).rejects.toThrow(/No worker answers/);
    become({ kind: 'good' });
    await further(2);
  }
  await client.wait('afar');
  await expectUndisturbed(csv);
  const keys = await redis.client().keys('*:worker:*:iteration:*');
  expect(keys).toHaveLength(TRIALS);
});
