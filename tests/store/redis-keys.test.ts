import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { ResultStore } from '../../src/store/result-store.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { trial } from './records.ts';

/** The keys in Redis are an interface of their own: other tools read them, and older tools wrote them. */

let server: RedisServer;
let client: Redis;
let store: ResultStore;
beforeAll(async () => {
  server = await startRedisServer();
  client = server.client();
});
afterAll(() => server.stop());
beforeEach(async () => {
  await client.flushall();
  store = await openStore({ env: 'local', mode: 'paper', home: '', environment: { REDIS_URL: server.url } });
});
afterEach(() => store.close());

const SESSION = 'tuning:local:paper:arbitrage:tuning_session:s1';
const older = { session_id: 's1', iteration: '1', status: 'completed', timestamp: '2025-01-01T00:00:00' };
const trialKeys = async () => (await client.keys(`${SESSION}:*`)).filter((key) => /\d$/.test(key)).sort();

describe('the keys in Redis', () => {
  it('hold a trial as a hash with the documented fields and no expiry', async () => {
    await store.saveTrials([trial(7, { worker_id: 'w.1' })]);
    const key = `${SESSION}:worker:w.1:iteration:7`;
    expect(await client.hgetall(key)).toEqual({
      session_id: 's1',
      worker_id: 'w.1',
      iteration: '7',
      status: 'completed',
      timestamp: '2026-01-02T03:04:05.678Z',
      params: '{"min_spread_pct":0.10700000000000001,"slippage_bps":7,"mode":"fast","hedge":true}',
      metrics: '{"pnl":1227.5,"trades":7}',
      objective: '1227.5',
      violation: '0',
      scenario_metrics: '[{"scenario":"basic","metrics":{"pnl":0.3333333333333333,"trades":7}}]',
      duration_ms: '12.25',
      attempt: '1',
      data_hash: 'abc123',
    });
    expect(await client.ttl(key)).toBe(-1);
  });

  it('are one per iteration, whoever wrote it last', async () => {
    await store.saveTrials([trial(1, { worker_id: 'w1' })]);
    await store.saveTrials([trial(1, { worker_id: 'w2' })]);
    expect(await trialKeys()).toEqual([`${SESSION}:worker:w2:iteration:1`]);
  });

  it('are read in the older form without a worker, and with a suffix', async () => {
    await client.hset(`${SESSION}:1`, older);
    await client.hset(`${SESSION}:worker:w3:iteration:2`, {
      ...older,
      worker_id: 'w3',
      iteration: '2',
      status: 'failed',
    });
    await client.hset(`${SESSION}:worker:w3:iteration:3:result`, {
      ...older,
      worker_id: 'w3',
      iteration: '3',
    });
    await client.hset(`${SESSION}:worker:w3:iteration:2:result`, {
      ...older,
      worker_id: 'x',
      iteration: '2',
    });
    await client.hset('tuning:local:paper:arbitrage:tuning_session:s10:1', { ...older, session_id: 's10' });
    const trials = await store.loadTrials('s1');
    expect(trials.map((t) => [t.iteration, t.worker_id, t.status])).toEqual([
      [1, 'main', 'completed'],
      [2, 'w3', 'failed'],
      [3, 'w3', 'completed'],
    ]);
    expect(trials[0]).toMatchObject({
      params: {},
      metrics: {},
      objective: null,
      timestamp: '2025-01-01T00:00:00',
    });
    expect(await store.countTrials('s1')).toBe(3);
  });

  it('of the older form are replaced by a new trial of the same iteration, and kept otherwise', async () => {
    await client.hset(`${SESSION}:1`, older);
    await client.hset(`${SESSION}:2`, { ...older, iteration: '2' });
    await store.saveTrials([trial(1)]);
    expect((await store.loadTrials('s1')).map((t) => [t.iteration, t.data_hash])).toEqual([
      [1, 'abc123'],
      [2, ''],
    ]);
    expect(await trialKeys()).toEqual([`${SESSION}:2`, `${SESSION}:worker:main:iteration:1`]);
  });

  it('of a session are read without looking at those of others', async () => {
    await store.saveTrials([trial(1)]);
    await store.loadTrials('s1');
    await store.close();
    store = await openStore({
      env: 'local',
      mode: 'paper',
      home: '',
      environment: { REDIS_URL: server.url },
    });
    await client.config('RESETSTAT');
    await store.loadTrials('s1');
    await store.saveTrials([trial(2)]);
    const stats = await client.info('commandstats');
    expect(stats).toContain('cmdstat_hgetall');
    expect(stats).not.toMatch(/cmdstat_(scan|keys):/);
  });

  it('are not made by reading a session that is not there', async () => {
    expect(await store.loadTrials('nobody')).toEqual([]);
    expect(await store.countTrials('nobody')).toBe(0);
    expect(await store.warnings()).toEqual([]);
    expect(await client.dbsize()).toBe(0);
  });

  it('are never sought with KEYS', async () => {
    await client.config('RESETSTAT');
    await client.hset(`${SESSION}:1`, older);
    expect(await store.loadTrials('s1')).toHaveLength(1);
    const stats = await client.info('commandstats');
    expect(stats).toMatch(/cmdstat_scan:/);
    expect(stats).not.toMatch(/cmdstat_keys:/);
  });

  it('that hold something else are refused by name', async () => {
    await client.set(`${SESSION}:worker:main:iteration:1`, 'text');
    await expect(store.loadTrials('s1')).rejects.toThrow('WRONGTYPE');
    await client.del(`${SESSION}:worker:main:iteration:1`);
    await client.hset(`${SESSION}:worker:main:iteration:1`, { ...older, params: '{oops' });
    await expect(store.loadTrials('s1')).rejects.toThrow(`${SESSION}:worker:main:iteration:1`);
  });
});
