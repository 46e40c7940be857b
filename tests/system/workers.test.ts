import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startRedisServer } from '../support/redis-server.ts';
import { slowConfig } from './support/configs.ts';
import { ENDLESS, measuredBy, stoppedAfter } from './support/endless.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { undisturbed } from './support/reference.ts';
import { type Sandbox, sandbox } from './support/sandbox.ts';

/** One session on several processes: how many they are, and where their results are kept, changes no figure. */

/** Whose figures are compared. */
const TRIALS = 24;
const QUOTES_PER_SECOND = 250;

/** Starts the session on workers that are there already, ends it once each has measured some, and returns the path of its CSV. */
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
      String(ENDLESS),
      '--session-id',
      'shared',
      '--output-csv',
      csv,
    ],
    extra,
  );
  expect(started).toMatchObject({ session_id: 'shared', joined: false });
  const client = await machine.client();
  for (const id of workers) await measuredBy(client, 'shared', id);
  expect(await stoppedAfter(client, 'shared', TRIALS)).toMatchObject({ status: 'stopped', failed: 0 });
  return csv;
}

async function expectFirstAsUndisturbed(csv: string, perSecond?: number): Promise<void> {
  expect(figures(csv).slice(0, TRIALS)).toEqual(await undisturbed(TRIALS, perSecond));
}

describe('a session on several worker processes', () => {
  test('has the figures of one process, and says who measured what', async () => {
    const csv = await tuneOn(sandbox(), ['north', 'south']);
    await expectFirstAsUndisturbed(csv);
    expect(new Set(column(readCsv(csv), 'worker_id'))).toEqual(new Set(['north', 'south']));
  });

  test('has them on Redis too, each worker’s trials under its own keys', async () => {
    const redis = await startRedisServer();
    try {
      const machine = sandbox({ environment: { REDIS_URL: redis.url } });
      const workers = ['east', 'west', 'south'];
      const csv = await tuneOn(machine, workers);
      await expectFirstAsUndisturbed(csv);
      const by = column(readCsv(csv), 'worker_id');
      expect(new Set(by)).toEqual(new Set(workers));

      const prefix = `tuning:${machine.name}:paper:arbitrage:tuning_session:shared:worker`;
      const expected = by.map((worker, i) => `${prefix}:${worker}:iteration:${i + 1}`);
      const keys = await redis.client().keys(`${prefix}:*`);
      expect(keys.sort()).toEqual(expected.sort());
      const record = await redis.client().hgetall(keys[0] as string);
      expect(record).toMatchObject({ session_id: 'shared', status: 'completed' });
      expect(new Date(record.timestamp as string).toISOString()).toBe(record.timestamp);
    } finally {
      await redis.stop();
    }
  });

  test('of its own (`worker --session-id`) goes on without any other worker', async () => {
    const machine = sandbox();
    const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
    const csv = join(machine.folder, 'out.csv');
    const flags = ['--iterations', String(ENDLESS), '--session-id', 'alone', '--output-csv', csv];
    await machine.json(['start', '--config', config, ...flags]);
    const first = await machine.worker('own-1', ['--session-id', 'alone']);
    const client = await machine.client();
    await measuredBy(client, 'alone', 'own-1');
    await client.pause('alone');
    await first.kill();
    await machine.worker('own-2', ['--session-id', 'alone']);
    await client.unpause('alone');
    await measuredBy(client, 'alone', 'own-2');
    const result = await stoppedAfter(client, 'alone', TRIALS);
    await expectFirstAsUndisturbed(csv, QUOTES_PER_SECOND);
    expect(column(readCsv(csv), 'iteration')).toEqual(iterations(result.completed));
    expect(new Set(column(readCsv(csv), 'worker_id'))).toEqual(new Set(['own-1', 'own-2']));
  });
});
