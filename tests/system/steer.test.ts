import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/client/index.ts';
import type { TuningClient } from '../../src/client/tuning-client.ts';
import type { SessionStatus } from '../../src/workflows/messages.ts';
import { waitUntil } from '../support/processes.ts';
import { slowConfig } from './support/configs.ts';
import { completed, ENDLESS, stoppedAfter } from './support/endless.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { undisturbed } from './support/reference.ts';
import { type Sandbox, sandbox } from './support/sandbox.ts';

/** Joining a session and giving it orders: each has its effect, and none changes what a trial finds. */

/** Whose figures are compared. */
const TRIALS = 24;
const QUOTES_PER_SECOND = 250;
const CLIENTS = 10;

interface Outcome {
  readonly status: string;
  readonly iterations: number;
  readonly completed: number;
}

const flagsOf = (config: string, id: string, count: number) => [
  ...['--config', config, '--session-id', id, '--iterations', String(count)],
];

async function paused(machine: Sandbox, config: string, id: string, csv: string): Promise<void> {
  await machine.json(['start', ...flagsOf(config, id, ENDLESS), '--output-csv', csv]);
  const client = await machine.client();
  await completed(client, id, 2);
  expect((await client.pause(id)).status).toBe('paused');
  await waitUntil(async () => (await client.status(id)).running.length === 0);
}

async function expectFirstAsUndisturbed(csv: string): Promise<void> {
  expect(figures(csv).slice(0, TRIALS)).toEqual(await undisturbed(TRIALS, QUOTES_PER_SECOND));
}

describe('joining', () => {
  test('ten clients at once start one session, and each joiner’s trials count once', async () => {
    const machine = sandbox();
    const config = slowConfig(machine.folder, { method: 'random' }, QUOTES_PER_SECOND);
    await machine.worker('only', ['--concurrency', '1']);
    const { spec } = await loadConfig(config, { iterations: ENDLESS });
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => machine.client()));
    const started = await Promise.all(clients.map((client) => client.start(spec, { sessionId: 'raced' })));
    expect(new Set(started.map(({ runId }) => runId)).size).toBe(1);
    expect(started.filter(({ joined }) => !joined)).toHaveLength(1);
    const total = ENDLESS * CLIENTS;
    expect(Math.max(...started.map((answer) => answer.iterations))).toBe(total);
    const result = await stoppedAfter(clients[0] as TuningClient, 'raced', 1);
    expect(result).toMatchObject({ status: 'stopped', iterations: total, failed: 0 });
    // Who comes after the end is told so, and starts no second session.
    const late = await machine.run(['start', ...flagsOf(config, 'raced', ENDLESS)]);
    expect(late, late.stderr).toMatchObject({ code: 4, stdout: '' });
  });

  test('without a worker is not answered: who joins, or gives an order, is told so, and not that the service is gone', async () => {
    const machine = sandbox();
    const { spec } = await loadConfig(slowConfig(machine.folder), { iterations: TRIALS });
    const clients = await Promise.all([machine.client(), machine.client()]);
    const answers = await Promise.allSettled(
      clients.map((client) => client.start(spec, { sessionId: 'unserved' })),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toMatchObject([
      { value: { joined: false, served: false } },
    ]);
    expect(answers.filter(({ status }) => status === 'rejected')).toMatchObject([
      {
        reason: {
          kind: 'unreachable',
          message: expect.stringContaining('No worker answers for session "unserved"'),
        },
      },
    ]);
    await expect(clients[0]?.pause('unserved')).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('No worker answers for session "unserved" within 10 s'),
    });
  });

  test('a paused session says that it waits, and for what', async () => {
    const machine = sandbox();
    await machine.worker('only');
    const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
    await paused(machine, config, 'mine', join(machine.folder, 'out.csv'));
    const waits = /session mine is paused; `arbtune unpause mine` has it go on/;
    expect((await machine.run(['start', ...flagsOf(config, 'mine', 1)])).stderr).toMatch(waits);
    const joining = machine.start(['resume', 'mine']);
    await joining.waitFor(waits);
    const client = await machine.client();
    const before = (await client.unpause('mine')).completed;
    await stoppedAfter(client, 'mine', before + 1);
    expect(await joining.exited, joining.stderr()).toMatchObject({ code: 0 });
  });

  test('with another config is refused, and told what differs', async () => {
    const machine = sandbox();
    const csv = join(machine.folder, 'out.csv');
    await machine.worker('only');
    await paused(machine, slowConfig(machine.folder, {}, QUOTES_PER_SECOND), 'mine', csv);
    const other = await machine.run([
      'start',
      ...flagsOf(slowConfig(machine.folder, {}, QUOTES_PER_SECOND), 'mine', 5),
      '--seed',
      '7',
    ]);
    expect(other).toMatchObject({ code: 4, stdout: '' });
    expect(other.stderr).toMatch(
      /Session mine has another config \(the session [0-9a-f]{8}\/[0-9a-f]{8}, this config [0-9a-f]{8}\/[0-9a-f]{8}\).*tuning\.seed: 42 in the session, 7 in this config/s,
    );
    const client = await machine.client();
    expect(await client.status('mine')).toMatchObject({ status: 'paused', iterations: ENDLESS });
  });

  test('a finished session by `run` adds trials to it, as if it had been longer from the start', async () => {
    const machine = sandbox();
    const csv = join(machine.folder, 'out.csv');
    const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
    await machine.json(['run', ...flagsOf(config, 'longer', 14), '--output-csv', csv]);
    const more = await machine.json<Outcome>(['run', ...flagsOf(config, 'longer', 10), '--output-csv', csv]);
    expect(more).toMatchObject({ status: 'completed', iterations: TRIALS, completed: TRIALS });
    expect(figures(csv)).toEqual(await undisturbed(TRIALS, QUOTES_PER_SECOND));
    const differs = await machine.run(['run', ...flagsOf(config, 'longer', 1), '--optimizer', 'random']);
    expect(differs.code).toBe(4);
    expect(differs.stderr).toContain('tuning.method: "bayesian" in the session, "random" in this config');
  });
});

describe('orders', () => {
  test('a pause outlives every process, and changes no figure', async () => {
    const machine = sandbox();
    const csv = join(machine.folder, 'out.csv');
    const worker = await machine.worker('first');
    await paused(machine, slowConfig(machine.folder, {}, QUOTES_PER_SECOND), 'held', csv);
    await worker.kill();
    await machine.worker('second');
    const client = await machine.client();
    expect((await client.status('held')).status).toBe('paused');
    expect(await machine.json<SessionStatus>(['unpause', 'held'])).toMatchObject({ status: 'running' });
    await stoppedAfter(client, 'held', TRIALS);
    await expectFirstAsUndisturbed(csv);
  });

  test('`stop` lets running trials finish and analyses; `resume` goes on to the target with the same figures', async () => {
    const machine = sandbox();
    const csv = join(machine.folder, 'out.csv');
    const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
    const run = machine.start(['run', ...flagsOf(config, 'ended', ENDLESS), '--output-csv', csv, '--json']);
    const client = await machine.client();
    await completed(client, 'ended', 1);
    expect(await client.stop('ended')).toMatchObject({ status: 'stopping' });
    expect(await run.exited, run.stderr()).toMatchObject({ code: 0 });
    const stopped: Outcome = JSON.parse(run.stdout());
    expect(stopped.status).toBe('stopped');
    expect(column(readCsv(csv), 'iteration')).toEqual(iterations(stopped.completed));

    for (const order of [
      ['pause', 'ended'],
      ['extend', 'ended', '--iterations', '3'],
    ]) {
      const refused = await machine.run(order);
      expect(refused, refused.stderr).toMatchObject({ code: 4, stdout: '' });
      expect(refused.stderr).toMatch(/ended.*arbtune resume ended/);
    }
    const resumed = machine.start(['resume', 'ended', '--output-csv', csv]);
    const enough = Math.max(TRIALS, stopped.completed + 1);
    expect(await stoppedAfter(client, 'ended', enough)).toMatchObject({ iterations: ENDLESS });
    expect(await resumed.exited, resumed.stderr()).toMatchObject({ code: 0 });
    await expectFirstAsUndisturbed(csv);
  });

  test('one after the other: pause, extend, unpause, stop', async () => {
    const machine = sandbox();
    const csv = join(machine.folder, 'out.csv');
    await machine.worker('only');
    const config = slowConfig(machine.folder, { method: 'random' });
    const first = 'min_spread_pct=0.01,slippage_bps=3,max_position_krw=20000';
    const next = 'min_spread_pct=0.02,slippage_bps=5,max_position_krw=30000';
    await machine.json([
      ...['start', ...flagsOf(config, 'ordered', 40_000), '--output-csv', csv, '--enqueue', first],
    ]);
    const client = await machine.client();
    await completed(client, 'ordered', 2);

    expect(await machine.json<SessionStatus>(['pause', 'ordered'])).toMatchObject({ status: 'paused' });
    await waitUntil(async () => (await client.status('ordered')).running.length === 0);
    const before = (await client.status('ordered')).completed;
    const extend = ['extend', 'ordered', '--iterations', '3', '--workers', '2', '--enqueue', next];
    expect(await machine.json<SessionStatus>(extend)).toMatchObject({
      ...{ status: 'paused', completed: before, iterations: 40_003, parallelism: 2 },
    });

    expect(await machine.json<SessionStatus>(['unpause', 'ordered'])).toMatchObject({ status: 'running' });
    await completed(client, 'ordered', before + 2);
    expect(await machine.json<SessionStatus>(['stop', 'ordered'])).toMatchObject({ status: 'stopping' });
    const result = await client.wait('ordered');
    expect(result.status).toBe('stopped');
    expect(await machine.json(['status', 'ordered'])).toMatchObject({ status: 'stopped' });
    const again = await machine.run(['stop', 'ordered']);
    expect(again).toMatchObject({ code: 4, stdout: '' });
    expect(again.stderr).toContain('Session "ordered" has ended (stopped) and takes no more orders');

    const rows = readCsv(csv);
    expect(column(rows, 'iteration')).toEqual(iterations(result.completed));
    const enqueued = rows
      .filter((row) => row.reason === 'enqueued')
      .map((row) => row['param.min_spread_pct']);
    expect(enqueued).toEqual(['0.01', '0.02']);
    expect(rows[0]).toMatchObject({ 'param.slippage_bps': '3', 'param.max_position_krw': '20000' });
  });

  test('`cancel` ends at once and keeps what was measured', async () => {
    const machine = sandbox();
    const csv = join(machine.folder, 'out.csv');
    await machine.worker('only');
    await paused(machine, slowConfig(machine.folder, {}, QUOTES_PER_SECOND), 'gone', csv);
    const client = await machine.client();
    const measured = (await client.status('gone')).completed;
    await machine.json(['cancel', 'gone']);
    await expect(client.wait('gone')).rejects.toThrow(/was cancelled/);
    expect(existsSync(csv)).toBe(false);
    const report = await machine.json<{ status: string; stored: { trials: number } }>(['status', 'gone']);
    expect(report).toMatchObject({ status: 'cancelled', stored: { trials: measured } });
  });
});
