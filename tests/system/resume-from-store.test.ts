import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadStoredSession } from '../../src/client/go-on.ts';
import { withReasons } from '../../src/client/reasons.ts';
import { resume } from '../../src/client/resume.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { SessionSpec } from '../../src/config/session-spec.ts';
import { randomStream } from '../../src/search-space/random-stream.ts';
import type { TrialRecord } from '../../src/store/trial-record.ts';
import { waitUntil } from '../support/processes.ts';
import { quickConfig } from './support/configs.ts';
import { figures, type Row } from './support/figures.ts';
import { type InProcess, serveInProcess } from './support/in-process.ts';
import { makeFolder } from './support/sandbox.ts';

/** A session whose history is gone goes on from the store, and finds what it would have found. */

const SEED = 20261127;
const CUTS = 2;

let here: InProcess;

beforeAll(async () => {
  here = await serveInProcess();
});
afterAll(() => here.close());

const csvOf = (id: string) => join(here.folder, `${id}.csv`);

async function specOf(name: string, tuning: object): Promise<SessionSpec> {
  return (await loadConfig(quickConfig(makeFolder(join(here.folder, name)), { name, ...tuning }))).spec;
}

async function start(id: string, spec: SessionSpec): Promise<void> {
  await here.client.start(spec, { sessionId: id, csvPath: csvOf(id) });
}

/** The session as the store might hold it when its history got lost: some of its trials, whichever. */
async function cut(id: string, into: string, keep: (iteration: number) => boolean): Promise<number> {
  const session = await here.store.loadSession(id);
  if (!session) throw new Error(`No session ${id}`);
  const kept = (await here.store.loadTrials(id)).filter(({ iteration }) => keep(iteration));
  await here.store.saveSession({ ...session, session_id: into, status: 'running' });
  await here.store.saveTrials(kept.map((record) => ({ ...record, session_id: into, worker_id: 'before' })));
  return kept.length;
}

async function resumed(id: string): Promise<Row[]> {
  await resume(here, id, { csvPath: csvOf(id) });
  await here.client.wait(id);
  return figures(csvOf(id));
}

/** Resumes the session from some of its trials, several times. */
async function expectSameFromAnyCut(id: string): Promise<void> {
  const whole = figures(csvOf(id));
  const { spec, orders, records: all } = await loadStoredSession(here.store, id);
  // What history knows of a trial that was measured and not stored: all but why it was proposed.
  const bare = all.map(({ reason: _, ...record }, i) => (i % 3 === 0 ? (all[i] as TrialRecord) : record));
  expect(withReasons(spec, orders, bare)).toEqual(all);
  const trials = all.length;
  await Promise.all(
    Array.from({ length: CUTS }, async (_, i) => {
      const random = randomStream(SEED, i, id);
      // All up to a point, then some: as trials in flight leave them.
      const last = Math.floor(random() * trials);
      const share = random();
      const name = `${id}-${i}`;
      const kept = await cut(id, name, (n) => n <= last || (n <= last + 6 && random() < share));
      expect(await resumed(name), `${name}: seed ${SEED}, ${kept} kept`).toEqual(whole);
      const records = await here.store.loadTrials(name);
      expect(records.filter(({ worker_id }) => worker_id === 'before')).toHaveLength(kept);
    }),
  );
}

const SPACE = {
  min_spread_pct: { type: 'float', bounds: [0.05, 0.5] },
  slippage_bps: { type: 'int', bounds: [1, 30] },
};
const FIRST = [
  { min_spread_pct: 0.1, slippage_bps: 5 },
  { min_spread_pct: 0.2, slippage_bps: 7 },
  { min_spread_pct: 0.3, slippage_bps: 9 },
];
const learning = { method: 'bayesian', max_iterations: 20 };

describe('from any of its trials', () => {
  test.for<[string, object]>([
    ['grid', { method: 'grid', parallelism: 3, max_iterations: 40 }],
    ['random', { method: 'random', parallelism: 4, max_iterations: 30 }],
    ['one-by-one', { ...learning, max_iterations: 12 }],
    ['bayesian', { ...learning, parallelism: 4 }],
    ['enqueued', { ...learning, parallelism: 3, search_space: SPACE, enqueue: FIRST }],
    ['patient', { ...learning, parallelism: 2, max_iterations: 40, stopping: { patience: 4 } }],
    ['patient-grid', { method: 'grid', parallelism: 3, max_iterations: 40, stopping: { patience: 9 } }],
    ['regretful', { ...learning, parallelism: 3, stopping: { expected_regret: 200 } }],
    [
      'constrained',
      {
        ...{ ...learning, parallelism: 3 },
        objective: { constraints: [{ metric: 'trades', op: '<=', value: 3 }] },
      },
    ],
  ])('%s', async ([name, tuning]) => {
    await start(name, await specOf(name, tuning));
    await here.client.wait(name);
    await expectSameFromAnyCut(name);
  });

  test('with a pruner', async () => {
    const spec = await specOf('pruned', { ...learning, parallelism: 3, max_iterations: 30 });
    const [scenario] = spec.scenarios;
    if (!scenario?.steps) throw new Error('No steps');
    const folder = join(here.folder, 'pruned');
    const names = ['one', 'two', 'three'];
    for (const [i, name] of names.entries()) {
      const steps = scenario.steps.map((step) => ({
        ...step,
        upbit_bid: step.upbit_bid * (1 + i / 1_000),
        upbit_ask: step.upbit_ask * (1 + i / 1_000),
      }));
      writeFileSync(join(folder, `${name}.yaml`), stringify({ ...scenario, name, steps }));
    }
    const path = quickConfig(folder, {
      ...{ ...learning, name: 'pruned', parallelism: 3, max_iterations: 30 },
      ...{ scenarios: names.map((name) => `${name}.yaml`), pruner: { max_error: 0.5 } },
    });
    await start('pruned', (await loadConfig(path)).spec);
    const { pruned } = await here.client.wait('pruned');
    expect(pruned).toBeGreaterThan(0);
    await expectSameFromAnyCut('pruned');
  });

  test('whose parallelism, length and next params were changed while it ran', async () => {
    const { client } = here;
    const tuning = { ...learning, parallelism: 2, max_iterations: 1_000, search_space: SPACE };
    await start('steered', await specOf('steered', tuning));
    const hasFinished = (count: number) =>
      waitUntil(async () => (await client.status('steered')).completed >= count);
    await hasFinished(4);
    await client.extend('steered', { iterations: 6, parallelism: 5, enqueue: FIRST });
    await waitUntil(async () => {
      const trials = await client.trials('steered', 1, 1_000);
      const enqueued = trials.filter(({ status, reason }) => status === 'completed' && reason === 'enqueued');
      return enqueued.length === FIRST.length;
    });
    const { completed } = await client.extend('steered', { parallelism: 3 });
    await hasFinished(completed + 4);
    await client.stop('steered');
    expect(await client.wait('steered')).toMatchObject({ status: 'stopped', iterations: 1_006 });
    const rows = figures(csvOf('steered'));
    expect(rows.filter(({ reason }) => reason === 'enqueued')).toHaveLength(FIRST.length);
    const session = await here.store.loadSession('steered');
    if (!session) throw new Error('Not stored');
    await here.store.saveSession({ ...session, iterations: rows.length });
    await expectSameFromAnyCut('steered');
  });
});
