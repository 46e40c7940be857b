import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { waitUntil } from '../support/processes.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { slowConfig } from './support/configs.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { undisturbed } from './support/reference.ts';
import { type Sandbox, sandbox } from './support/sandbox.ts';

/** One session on several processes: how many they are, and where their results are kept, changes no figure. */

const TRIALS = 24;
/** Trials long enough, and enough of them, that an order finds the session running. */
const MANY_TRIALS = 60;
const QUOTES_PER_SECOND = 250;

/** Starts the session on workers that are there already, waits for its end, and returns the path of its CSV. */
async function tuneOn(machine: Sandbox, workers: readonly string[], extra = {}): Promise<string> {
  const config = slowConfig(machine.folder);
  const csv = join(machine.folder, 'out.csv');
  await Promise.all(workers.map((id) => machine.worker(id, ['--concurrency', '1'], extra)));
  const started = await machine.json<{ session_id: string; joined: boolean }>(
    [
      'start',
      '--config',
      config,
      '--iterations',
      String(TRIALS),
      '--session-id',
      'shared',
      '--output-csv',
      csv,
    ],
    extra,
  );
  expect(started).toMatchObject({ session_id: 'shared', joined: false });
  const client = await machine.client();
  await client.wait('shared');
  return csv;
}

describe('a session on several worker processes', () => {
  test('has the figures of one process, and says who measured what', async () => {
    const csv = await tuneOn(sandbox(), ['north', 'south']);
    expect(figures(csv)).toEqual(await undisturbed(TRIALS));
    expect(new Set(column(readCsv(csv), 'worker_id'))).toEqual(new Set(['north', 'south']));
  });

  test('has them on Redis too, each worker’s trials under its own keys', async () => {
    const redis = await startRedisServer();
    try {
      const machine = sandbox({ environment: { REDIS_URL: redis.url } });
      const workers = ['east', 'west', 'south'];
      const csv = await tuneOn(machine, workers);
      expect(figures(csv)).toEqual(await undisturbed(TRIALS));
      const measuredBy = column(readCsv(csv), 'worker_id');
      expect(new Set(measuredBy).size).toBeGreaterThan(1);

      const prefix = `tuning:${machine.name}:paper:arbitrage:tuning_session:shared:worker`;
      const expected = measuredBy.map((worker, i) => `${prefix}:${worker}:iteration:${i + 1}`);
      const keys = await redis.client().keys(`${prefix}:*`);
      expect(keys.sort()).toEqual(expected.sort());
      const record = await redis.client().hgetall(keys[0] as string);
      expect(record).toMatchObject({ session_id: 'shared', status: 'completed' });
      expect(new Date(record.timestamp as string).toISOString()).toBe(record.timestamp);
    } finally {
      await redis.stop();
    }
  });

  test('of its own (`worker --session-id`) ends without any other worker', { timeout: 120_000 }, async () => {
    const machine = sandbox();
    const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
    const csv = join(machine.folder, 'out.csv');
    const flags = ['--iterations', String(MANY_TRIALS), '--session-id', 'alone', '--output-csv', csv];
    await machine.json(['start', '--config', config, ...flags]);
    const first = await machine.worker('own-1', ['--session-id', 'alone']);
    const client = await machine.client();
    await waitUntil(async () => (await client.status('alone')).completed > 0);
    await client.pause('alone');
    await first.kill();
    await machine.worker('own-2', ['--session-id', 'alone']);
    await client.unpause('alone');
    await client.wait('alone');
    expect(figures(csv)).toEqual(await undisturbed(MANY_TRIALS, QUOTES_PER_SECOND));
    expect(column(readCsv(csv), 'iteration')).toEqual(iterations(MANY_TRIALS));
    expect(new Set(column(readCsv(csv), 'worker_id'))).toEqual(new Set(['own-1', 'own-2']));
  });
});
