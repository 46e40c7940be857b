import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { codecKeys } from '../../src/payloads/keys.ts';
import { waitUntil } from '../support/processes.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { slowConfig } from './support/configs.ts';
import { column, figures, readCsv } from './support/figures.ts';
import { holdAt, pauseAt } from './support/hold.ts';
import { undisturbed } from './support/reference.ts';
import { sandbox } from './support/sandbox.ts';

/** A Redis that is not to be trusted under a session: its dangers are named, what it loses comes back, what it refuses waits. */

const TRIALS = 24;
const QUOTES_PER_SECOND = 250;

interface Report {
  readonly status: string;
  readonly warnings: readonly string[];
}

test('a Redis that keeps no log, is wiped, and is then full: said each time, and every trial is there at the end', {
  timeout: 480_000,
}, async () => {
  // A policy that evicts nothing of ours, and is to be warned of all the same.
  const redis = await startRedisServer({ config: ['appendonly no', 'maxmemory-policy volatile-lru'] });
  onTestFinished(() => redis.stop());
  // Temporal keeps nothing readable, failures included: what `status` says of them it has to decrypt.
  const environment = { REDIS_URL: redis.url, ARBTUNE_CODEC_KEY: randomBytes(32).toString('base64') };
  const machine = sandbox({ environment });
  const csv = join(machine.folder, 'out.csv');
  const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
  const flags = ['--iterations', String(TRIALS), '--session-id', 'kept', '--output-csv', csv];
  const started = await machine.run(['start', '--config', config, ...flags]);
  expect(started.stderr).toContain('warning: appendonly=no: results can be lost');
  expect(started.stderr).toContain('warning: maxmemory-policy=volatile-lru: results can be lost');

  const moment = holdAt(machine, { batch: 5 });
  await machine.worker('only', [], moment.environment);
  const client = await machine.client(codecKeys(environment));
  const settings = redis.client();
  const held = await pauseAt(moment, client, 'kept');
  expect(held.persisted).toBeGreaterThan(1);

  await settings.flushall();
  const corrupt = await machine.run(['status', 'kept']);
  expect(corrupt, corrupt.stderr).toMatchObject({ code: 0 });
  expect(corrupt.stdout).toMatch(/^session kept: CORRUPT$/m);
  expect(corrupt.stdout).toContain(
    `warning: ${held.persisted} trials in history, 0 in store; rebuild it by \`arbtune repair kept\``,
  );
  expect(await machine.json(['repair', 'kept'])).toMatchObject({ in_store: 0, restored: held.persisted });
  const status = () => machine.json<Report>(['status', 'kept']);
  expect(await status()).toMatchObject({ status: 'paused' });

  await settings.config('SET', 'maxmemory', '1');
  const unpausing = client.unpause('kept').catch(() => {}); // Its answer waits for the store.
  const full = await waitUntil(async () => {
    const report = await status();
    return report.warnings.some((warning) => warning.includes('OOM')) && report;
  }, 120_000);
  expect(full.warnings.join('\n')).toMatch(
    /is at attempt \d+: Redis at \S+ refused the write of .*: OOM command not allowed.* Remedy: raise maxmemory/,
  );
  expect(full.warnings.join('\n')).toMatch(/appendonly=no.*\n.*maxmemory-policy=volatile-lru/);
  await settings.config('SET', 'maxmemory', '0');
  await unpausing;
  await client.wait('kept');
  expect(figures(csv)).toEqual(await undisturbed(TRIALS, QUOTES_PER_SECOND));
  expect(new Set(column(readCsv(csv), 'status'))).toEqual(new Set(['completed']));
  await settings.flushall();
  expect(await machine.json(['status', 'kept'])).toMatchObject({
    status: 'corrupt',
    warnings: [
      expect.stringContaining(`${TRIALS} trials in history, 0 in store`),
      ...full.warnings.slice(0, 2),
    ],
  });
});
