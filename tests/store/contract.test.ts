import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { type ResultStore, TRIALS_A_PAGE } from '../../src/store/result-store.ts';
import type { TrialRecord } from '../../src/store/trial-record.ts';
import { fc } from '../support/properties.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { anyTrials, session, trial, worker } from './records.ts';

/** What every result store promises, on the real ones. */

let server: RedisServer;
let home: string;

beforeAll(async () => {
  server = await startRedisServer();
  home = await mkdtemp(join(tmpdir(), 'arbtune-store-'));
});
afterAll(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

let namespaces = 0;

describe.each(['redis', 'sqlite'] as const)('the %s store', (kind) => {
  let env: string;
  let stores: ResultStore[];
  let store: ResultStore;

  const open = async (changes: { env?: string; mode?: string } = {}) => {
    const environment = kind === 'redis' ? { REDIS_URL: server.url } : {};
    const opened = await openStore({ env, mode: 'paper', home, environment, ...changes });
    stores.push(opened);
    return opened;
  };

  beforeEach(async () => {
    namespaces += 1;
    env = `test${namespaces}`;
    stores = [];
    store = await open();
  });
  afterEach(async () => {
    await Promise.all(stores.map((opened) => opened.close()));
  });

  it('reads back any trials exactly, in iteration order', async () => {
    let sessions = 0;
    await fc.assert(
      fc.asyncProperty(anyTrials(), async (records) => {
        sessions += 1;
        const session_id = `any${sessions}`;
        const own = records.map((record) => ({ ...record, session_id }));
        await store.saveTrials(own.toReversed());
        expect(await store.loadTrials(session_id)).toEqual(own);
        expect(await store.countTrials(session_id)).toBe(own.length);
      }),
      { numRuns: 60 },
    );
  });

  it('reads back what another client wrote, also after it was closed', async () => {
    await store.saveTrials([trial(1), trial(2)]);
    await store.close();
    expect(await (await open()).loadTrials('s1')).toEqual([trial(1), trial(2)]);
  });

  it('has no trials, session or workers it was not given', async () => {
    await store.saveTrials([]);
    expect(await store.loadTrials('nobody')).toEqual([]);
    expect(await store.countTrials('nobody')).toBe(0);
    expect(await store.loadSession('nobody')).toBeUndefined();
    expect(await store.loadWorkers('nobody')).toEqual([]);
    expect(await store.listSessions()).toEqual([]);
  });

  it('keeps one record of an iteration written twice', async () => {
    await store.saveTrials([trial(1), trial(2)]);
    await store.saveTrials([trial(2), trial(3)]);
    expect(await store.loadTrials('s1')).toEqual([trial(1), trial(2), trial(3)]);
    expect(await store.countTrials('s1')).toBe(3);
  });

  it('replaces the record of an iteration that another worker measured, leaving nothing of it', async () => {
    const first = trial(1, {
      worker_id: 'w1',
      status: 'failed',
      objective: null,
      error: 'gone',
      reason: 'first',
    });
    await store.saveTrials([first]);
    const second = trial(1, { worker_id: 'w2', attempt: 2 });
    await store.saveTrials([second]);
    expect(await store.loadTrials('s1')).toEqual([second]);
    const third = trial(1, { worker_id: 'w2', attempt: 3, error: 'e' });
    await store.saveTrials([third]);
    await store.saveTrials([second]);
    expect(await store.loadTrials('s1')).toEqual([second]);
  });

  it('keeps the last of two records of one iteration in the same call', async () => {
    await store.saveTrials([trial(1, { worker_id: 'w1' }), trial(1, { worker_id: 'w2' })]);
    expect(await store.loadTrials('s1')).toEqual([trial(1, { worker_id: 'w2' })]);
  });

  it('ends with exactly one whole record when writers race for an iteration', async () => {
    const writers = await Promise.all(Array.from({ length: 4 }, () => open()));
    const candidates = writers.map((_, n) => trial(1, { worker_id: `w${n}`, objective: n }));
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(writers.map((writer, n) => writer.saveTrials([candidates[n]!])));
      const [kept, ...more] = await store.loadTrials('s1');
      expect(more).toEqual([]);
      expect(candidates).toContainEqual(kept);
    }
  });

  it('takes the trials of two writers at once without losing any', async () => {
    const [one, two] = await Promise.all([open(), open()]);
    const odd = Array.from({ length: 100 }, (_, n) => trial(2 * n + 1, { worker_id: 'w1' }));
    const even = Array.from({ length: 100 }, (_, n) => trial(2 * n + 2, { worker_id: 'w2' }));
    await Promise.all([
      ...odd.map((record) => one.saveTrials([record])),
      ...even.map((record) => two.saveTrials([record])),
    ]);
    const kept = await store.loadTrials('s1');
    expect(kept.map((record) => record.iteration)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    expect(kept.filter((record) => record.worker_id === 'w1')).toHaveLength(100);
  });

  it('takes more trials in one call than a batch holds', async () => {
    const records = Array.from({ length: 1_203 }, (_, n) => trial(n + 1));
    await store.saveTrials(records);
    expect(await store.loadTrials('s1')).toEqual(records);
    expect(await store.countTrials('s1')).toBe(1_203);
  });

  it.each([0, 1, TRIALS_A_PAGE, 2 * TRIALS_A_PAGE + 3])('reads %i trials page by page', async (trials) => {
    const records = Array.from({ length: trials }, (_, n) => trial(n + 1));
    await store.saveTrials(records);
    const sizes: number[] = [];
    const read: TrialRecord[] = [];
    for await (const page of store.trialPages('s1')) {
      sizes.push(page.length);
      read.push(...page);
    }
    expect(read).toEqual(records);
    expect(sizes).toHaveLength(Math.ceil(trials / TRIALS_A_PAGE));
    expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(TRIALS_A_PAGE);
  });

  it('keeps sessions, environments and modes apart', async () => {
    await store.saveTrials([trial(1), trial(1, { session_id: 's10', objective: 5 })]);
    const elsewhere = [await open({ env: `${env}x` }), await open({ mode: 'shadow' })];
    for (const other of elsewhere) expect(await other.loadTrials('s1')).toEqual([]);
    expect(await store.loadTrials('s1')).toEqual([trial(1)]);
  });

  it('refuses a non-finite number by name and writes nothing of the call', async () => {
    const bad = trial(2, { metrics: { pnl: Number.NaN } });
    await expect(store.saveTrials([trial(1), bad])).rejects.toThrow(
      'Expected metrics to hold finite numbers',
    );
    expect(await store.loadTrials('s1')).toEqual([]);
  });

  it.each(['../x', 'a:b', 'a\nb', '', '-rf', 'a/b', 'x'.repeat(65)])(
    'refuses the session id %j',
    async (id) => {
      await expect(store.saveTrials([trial(1, { session_id: id })])).rejects.toThrow('session id');
      await expect(store.saveSession(session(id))).rejects.toThrow('session id');
    },
  );

  it('keeps the last state of a session and lists sessions newest first', async () => {
    await store.saveSession(session('old', { created_at: '2026-01-01T00:00:00.000Z' }));
    await store.saveSession(session('new', { created_at: '2026-02-01T00:00:00.000Z' }));
    const last = session('old', {
      status: 'completed',
      completed: 12,
      pruned: 5,
      orders: '{"parallelism":[[1,4]]}',
      data_root: '/srv/quotes',
    });
    await store.saveSession(last);
    expect(await store.loadSession('old')).toEqual(last);
    expect((await store.listSessions()).map((record) => record.session_id)).toEqual(['new', 'old']);
  });

  it('keeps the last state of each worker of a session', async () => {
    await store.saveWorker(worker('w2'));
    await store.saveWorker(worker('w1'));
    await store.saveWorker(worker('w2', { finished: 9, current: '' }));
    await store.saveWorker(worker('w3', { session_id: 's2' }));
    expect(await store.loadWorkers('s1')).toEqual([worker('w1'), worker('w2', { finished: 9, current: '' })]);
  });

  it('has nothing to warn of when it is set up well', async () => {
    const policy = (await store.warnings()).join();
    expect(policy).toBe('');
  });
});
