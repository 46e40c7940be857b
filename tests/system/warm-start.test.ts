import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeResultsCsv } from '../../src/analysis/csv.ts';
import { resume } from '../../src/client/resume.ts';
import { warmStart } from '../../src/client/warm-start.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { SessionSpec } from '../../src/config/session-spec.ts';
import type { SessionResult } from '../../src/workflows/messages.ts';
import { workflowIdOf } from '../../src/workflows/names.ts';
import { quickConfig } from './support/configs.ts';
import { figures, readCsv } from './support/figures.ts';
import { type InProcess, serveInProcess } from './support/in-process.ts';
import { makeFolder, sandbox } from './support/sandbox.ts';

/** A session that learns from an earlier one: sooner at its best, as repeatable as any, and with trials of its own alone. */

let here: InProcess;
let earlier: SessionResult;

beforeAll(async () => {
  here = await serveInProcess();
  const spec = await specOf('earlier', { method: 'random', max_iterations: 30, seed: 7 });
  earlier = await run('earlier', spec);
});
afterAll(() => here.close());

const csvOf = (id: string) => join(here.folder, `${id}.csv`);

async function specOf(name: string, tuning: object = {}, scenario: object = {}): Promise<SessionSpec> {
  const settings = { name: 'warm', method: 'bayesian', max_iterations: 8, seed: 1, ...tuning };
  const folder = makeFolder(join(here.folder, name));
  return (await loadConfig(quickConfig(folder, settings, { ...scenario }))).spec;
}

async function run(id: string, spec: SessionSpec): Promise<SessionResult> {
  await here.client.start(spec, { sessionId: id, csvPath: csvOf(id) });
  return await here.client.wait(id);
}

const warm = (spec: SessionSpec, source: string, anyway = false) =>
  warmStart(spec, [source], {
    ...{ store: here.store, anyway },
    location: { root: here.folder, cacheDir: join(here.folder, 'home/cache') },
  });

/** The first trial that is as good as the best one of the earlier session. */
const firstAsGood = (id: string) =>
  readCsv(csvOf(id)).findIndex(({ objective }) => Number(objective) >= (earlier.best?.objective ?? 0)) + 1;

test('it is at the earlier best in fewer trials, and counts and ranks its own alone', async () => {
  const cold = await specOf('cold', { max_iterations: 25 });
  await run('cold', cold);
  const { spec, note } = await warm({ ...cold, maxIterations: 8 }, 'earlier');
  expect(note).toBe('warm start: the search knows 30 of the 30 trials of earlier');
  const result = await run('warm', spec);
  expect(result).toMatchObject({ completed: 8, iterations: 8 });
  const rows = readCsv(csvOf('warm'));
  expect(rows).toHaveLength(8);
  expect(rows[(result.best?.iteration ?? 0) - 1]?.objective).toBe(String(result.best?.objective));
  expect(firstAsGood('warm')).toBeGreaterThan(0);
  expect(firstAsGood('warm')).toBeLessThan(firstAsGood('cold') || 26);
});

test('it is the same from the session, from its CSV, on every run, in parts, and resumed from the store', async () => {
  const plain = await specOf('same', { parallelism: 3, max_iterations: 12 });
  const { spec } = await warm(plain, 'earlier');
  const fromCsv = (await warm(plain, csvOf('earlier'))).spec;
  expect(fromCsv).toEqual({ ...spec, prior: { ...spec.prior, source: csvOf('earlier') } });
  expect(spec.specHash).not.toBe(plain.specHash);
  await Promise.all([run('first', spec), run('second', fromCsv), inParts('parts', spec)]);
  const whole = figures(csvOf('first'));
  expect(figures(csvOf('second'))).toEqual(whole);
  expect(figures(csvOf('parts'))).toEqual(whole);

  const session = await here.store.loadSession('first');
  if (!session) throw new Error('Not stored');
  const records = await here.store.loadTrials('first');
  const kept = records.filter(({ iteration }) => iteration < 6 || iteration === 7);
  await here.store.saveSession({ ...session, session_id: 'cut' });
  await here.store.saveTrials(kept.map((record) => ({ ...record, session_id: 'cut' })));
  await resume(here, 'cut', { csvPath: csvOf('cut') });
  await here.client.wait('cut');
  expect(figures(csvOf('cut'))).toEqual(whole);
});

async function inParts(id: string, spec: SessionSpec): Promise<void> {
  const options = { sessionId: id, csvPath: csvOf(id), maxHistoryEvents: 20 };
  await here.client.start(spec, options);
  await here.client.wait(id);
  const history = await here.client.temporal.workflow
    .getHandle(workflowIdOf({ sessionId: id, ...here }))
    .fetchHistory();
  const [started] = history.events ?? [];
  expect(started?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId).toBeTruthy();
}

describe('trials that this session would not have measured so', () => {
  test.for<[string, object, object, RegExp]>([
    [
      'other data',
      {},
      { symbols: { exchange_rate: 1301 } },
      /symbols.exchange_rate: 1300 in session earlier, 1301 in this config/,
    ],
    [
      'another fee',
      { engine: { upbit: { taker_fee_bps: 4 } } },
      {},
      /tuning.engine.upbit.taker_fee_bps: 5 in session earlier, 4 in this config/,
    ],
    [
      'another fixed param',
      { fixed: { trade_cooldown_s: 15 } },
      {},
      /tuning.fixed.trade_cooldown_s: absent in session earlier, 15 in this config/,
    ],
  ])('%s: refused, unless the user says so', async ([name, tuning, scenario, differs]) => {
    const spec = await specOf(name.replaceAll(' ', '-'), tuning, scenario);
    const refused = /was measured otherwise; --warm-start-anyway has the search learn from it all the same/;
    await expect(warm(spec, 'earlier')).rejects.toThrow(refused);
    await expect(warm(spec, 'earlier')).rejects.toThrow(differs);
    expect((await warm(spec, 'earlier', true)).spec.prior?.trials).toHaveLength(30);
  });

  test('a CSV whose session nobody knows: by its data, and by what a replay finds', async () => {
    const records = await here.store.loadTrials('earlier');
    const stranger = records.map((record) => ({ ...record, session_id: 'stranger' }));
    await writeResultsCsv(csvOf('stranger'), stranger);
    const same = await specOf('stranger');
    expect((await warm(same, csvOf('stranger'))).spec.prior?.trials).toHaveLength(30);
    const otherFee = await specOf('stranger-fee', { engine: { upbit: { taker_fee_bps: 4 } } });
    await expect(warm(otherFee, csvOf('stranger'))).rejects.toThrow(
      /measured otherwise: trial \d+ has pnl [\d.]+, this session measures [\d.]+ \(another engine setting/,
    );
    const otherData = await specOf('stranger-data', {}, { symbols: { exchange_rate: 1301 } });
    await expect(warm(otherData, csvOf('stranger'))).rejects.toThrow(/was measured on other data/);
  });

  test('another objective: scored by this one', async () => {
    const objective = { metric: 'total_fees', direction: 'minimize' };
    const { spec } = await warm(await specOf('fees', { objective }), 'earlier');
    const fees = (await here.store.loadTrials('earlier')).map(({ metrics }) => metrics.total_fees);
    expect(spec.prior?.trials.map(([, losses]) => losses)).toEqual(fees.map((fee) => [fee]));
  });
});

test('the command says what it learns from, and refuses what cannot be learnt from', async () => {
  const machine = sandbox();
  const config = quickConfig(machine.folder, { method: 'random' });
  const csv = join(machine.folder, 'earlier.csv');
  const flags = ['--config', config, '--iterations', '6'];
  const first = await machine.run(['run', ...flags, '--session-id', 'one', '--output-csv', csv]);
  expect(first, first.stderr).toMatchObject({ code: 0 });

  const learning = ['run', ...flags, '--optimizer', 'bayesian', '--session-id', 'two'];
  const second = await machine.run([...learning, '--warm-start', 'one', '--warm-start', csv]);
  expect(second, second.stderr).toMatchObject({ code: 0 });
  expect(second.stderr).toContain(
    `warm start: the search knows 6 of the 12 trials of one, ${csv}; left out: 6 measured again later`,
  );

  for (const [args, code, says] of [
    [
      ['run', ...flags, '--warm-start', csv],
      2,
      /random does not learn from results; use --optimizer bayesian/,
    ],
    [[...learning, '--warm-start', 'nobody'], 3, /no trials of a session "nobody", and there is no such CSV/],
  ] as const) {
    const refused = await machine.run([...args]);
    expect(refused, refused.stderr).toMatchObject({ code, stdout: '' });
    expect(refused.stderr).toMatch(says);
  }

  const narrow = quickConfig(machine.folder, {
    search_space: { slippage_bps: { type: 'int', bounds: [900, 1_000] } },
  });
  const none = await machine.run(['run', '--config', narrow, '--warm-start', csv]);
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toMatch(
    /none of the 6 trials of .*earlier.csv fits this session: 6 min_spread_pct not searched here/,
  );
});
