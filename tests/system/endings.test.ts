import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goOn, loadStoredSession } from '../../src/client/go-on.ts';
import { recoverSession } from '../../src/client/recover.ts';
import { resume } from '../../src/client/resume.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { SessionSpec } from '../../src/config/session-spec.ts';
import type { TrialRecord } from '../../src/store/trial-record.ts';
import * as messages from '../../src/workflows/messages.ts';
import { taskQueueOf, workflowIdOf } from '../../src/workflows/names.ts';
import { quickConfig, slowConfig } from './support/configs.ts';
import { completed, ENDLESS, stoppedAfter } from './support/endless.ts';
import { column, figures, iterations, type Row, readCsv } from './support/figures.ts';
import { type InProcess, serveInProcess } from './support/in-process.ts';
import { makeFolder } from './support/sandbox.ts';

/** However a session came to its end, `resume` goes on with it: nothing is measured again, and no figure changes. */

/** So many trials are compared. A session that is to be found running has no end of its own. */
const TRIALS = 20;
const SOME = 3;
/** So that trials are measured one by one, and each takes many times a millisecond. */
const QUOTES_PER_SECOND = 500;
const LATE_MS = 3_000;

let here: InProcess;
let spec: SessionSpec;
let undisturbed: Row[];

beforeAll(async () => {
  here = await serveInProcess();
  spec = await specOf('endings', {});
  await start('whole');
  await here.client.wait('whole');
  undisturbed = figures(csvOf('whole'));
});
afterAll(() => here.close());

const csvOf = (id: string) => join(here.folder, `${id}.csv`);
const identity = (id: string) => ({ sessionId: id, env: here.env, mode: here.mode });

async function specOf(name: string, tuning: object): Promise<SessionSpec> {
  const folder = makeFolder(join(here.folder, name));
  const settings = { name: 'endings', method: 'bayesian', parallelism: 3, max_iterations: TRIALS, ...tuning };
  return (await loadConfig(slowConfig(folder, settings, QUOTES_PER_SECOND))).spec;
}

async function start(id: string, of = spec): Promise<void> {
  await here.client.start(of, { sessionId: id, csvPath: csvOf(id) });
}

const handleOf = (id: string) => here.client.temporal.workflow.getHandle(workflowIdOf(identity(id)));

/** Starts a session that only an order ends; returns when some of its trials are measured. */
async function startEndless(id: string): Promise<void> {
  await start(id, { ...spec, maxIterations: ENDLESS });
  await completed(here.client, id, SOME);
}

/** Goes on with it; says what it was told of how the session had ended. */
async function goesOn(id: string, more: { iterations?: number } = {}): Promise<string> {
  const log: string[] = [];
  await resume(here, id, { ...more, csvPath: csvOf(id), log: (line) => log.push(line) });
  return log.join('\n');
}

/** Goes on with it to the end; says what it was told of how the session had ended. */
async function resumed(id: string, more: { iterations?: number } = {}): Promise<string> {
  const before = await here.store.loadTrials(id);
  const said = await goesOn(id, more);
  expect(await here.client.wait(id)).toMatchObject({ status: 'completed' });
  await expectKept(id, before);
  return said;
}

/** Goes on with it until enough is measured to compare; says what it was told of how the session had ended. */
async function resumedEndless(id: string): Promise<string> {
  const before = await here.store.loadTrials(id);
  const said = await goesOn(id);
  await expectUndisturbed(id);
  await expectKept(id, before);
  return said;
}

/** Ends the endless session when enough is measured, and compares: no trial twice, each figure as if nothing had happened. */
async function expectUndisturbed(id: string): Promise<void> {
  const { completed } = await stoppedAfter(here.client, id, TRIALS);
  expect(column(readCsv(csvOf(id)), 'iteration')).toEqual(iterations(completed));
  expect(figures(csvOf(id)).slice(0, TRIALS)).toEqual(undisturbed);
}

/** No trial of these was measured again. */
async function expectKept(id: string, before: readonly TrialRecord[]): Promise<void> {
  expect(measured(await here.store.loadTrials(id))).toEqual(expect.arrayContaining(measured(before)));
}

/** When and by whom: what would differ, were a trial measured again. */
const measured = (records: readonly TrialRecord[]) =>
  records.map(({ iteration, timestamp, worker_id }) => ({ iteration, timestamp, worker_id }));

test('terminated', async () => {
  await startEndless('terminated');
  await handleOf('terminated').terminate('by hand');
  expect(await resumedEndless('terminated')).toMatch(
    /^session terminated was terminated; it goes on with \d+ of 4000 /,
  );
});

test('terminated between a search and its store: history tells what was measured, and why', async () => {
  const folder = makeFolder(join(here.folder, 'quick'));
  const quick = quickConfig(folder, { method: 'bayesian', max_iterations: ENDLESS });
  await start('quick', (await loadConfig(quick)).spec);
  await completed(here.client, 'quick', TRIALS);
  await handleOf('quick').terminate('by hand');
  const ended = await here.client.status('quick');
  await recoverSession(here, 'quick');
  const records = await here.store.loadTrials('quick');
  expect(records).toHaveLength(ended.completed);
  expect(records.filter(({ reason }) => reason === undefined)).toEqual([]);
});

test('cancelled', async () => {
  await startEndless('cancelled');
  await here.client.cancel('cancelled');
  await here.client.wait('cancelled').catch(() => {});
  expect(await resumedEndless('cancelled')).toMatch(/was cancelled; it goes on with/);
});

test('timed out', async () => {
  const input: messages.SessionInput = {
    ...{ session: identity('late'), startRequest: randomUUID(), csvPath: csvOf('late') },
    spec: { ...spec, maxIterations: ENDLESS },
  };
  await here.client.temporal.workflow.start(messages.WORKFLOW_TYPE, {
    workflowId: workflowIdOf(identity('late')),
    taskQueue: taskQueueOf(identity('late')),
    args: [input],
    workflowRunTimeout: LATE_MS,
  });
  await here.client.wait('late').catch(() => {});
  expect((await here.client.describe('late'))?.status.name).toBe('TIMED_OUT');
  expect(await resumedEndless('late')).toMatch(/was timed out by Temporal; it goes on with \d+ of 4000 /);
});

test('complete: with more iterations, as if it had been longer from the start', async () => {
  await start('short', { ...spec, maxIterations: 12 });
  await here.client.wait('short');
  expect(await resumed('short')).toMatch(/was complete; it goes on with 12 of 12/);
  expect(figures(csvOf('short'))).toEqual(undisturbed.slice(0, 12));
  await resumed('short', { iterations: TRIALS - 12 });
  expect(figures(csvOf('short'))).toEqual(undisturbed);

  const params = { min_spread_pct: -0.2, slippage_bps: 4, max_position_krw: 20_000 };
  const stored = await loadStoredSession(here.store, 'short');
  const more = { iterations: 2, parallelism: 2, enqueue: [params], csvPath: csvOf('short') };
  await goOn(here.client, 'short', stored, more);
  await here.client.wait('short');
  const rows = figures(csvOf('short'));
  expect(rows.slice(0, TRIALS)).toEqual(undisturbed);
  expect(rows[TRIALS]).toMatchObject({ reason: 'enqueued', 'param.slippage_bps': '4' });
  expect(rows).toHaveLength(TRIALS + 2);
  const { orders } = await loadStoredSession(here.store, 'short');
  expect(orders).toEqual({
    parallelism: [
      [1, 3],
      [TRIALS + 1, 2],
    ],
    enqueued: [[TRIALS + 1, params]],
  });
});

test('failed for its failed trials: they stay, the cause is said, and mended limits count', async () => {
  const limits = { trial_timeout_s: 0.001, max_failed_trials: 2 };
  const hopeless = await specOf('hopeless', { limits });
  await start('hopeless', hopeless);
  await here.client.wait('hopeless').catch(() => {});
  const failed = await here.store.countTrials('hopeless');
  expect(await goesOn('hopeless')).toMatch(
    /had failed \(\d+ trials failed, more than the 2 allowed; the first: The trial took longer than 1 ms\)/,
  );
  await expect(here.client.wait('hopeless')).rejects.toThrow(
    /\d+ more trials failed, more than the 2 allowed/,
  );
  expect(await here.store.countTrials('hopeless')).toBeGreaterThan(failed);

  const stored = await loadStoredSession(here.store, 'hopeless');
  await goOn(here.client, 'hopeless', stored, { limits: spec.limits, csvPath: csvOf('hopeless') });
  const { completed, failed: inAll } = await here.client.wait('hopeless');
  const stayed = stored.records.filter(({ status }) => status === 'failed').length;
  expect([inAll, completed + inAll]).toEqual([stayed, TRIALS]);
});

/** What the Web UI's Reset does: a new run that knows the history up to the workflow task, and the orders given after it. */
async function reset(id: string, finishedActivities: number): Promise<void> {
  const { events } = await handleOf(id).fetchHistory();
  let finished = 0;
  let task: number | undefined;
  for (const event of events ?? []) {
    if (event.activityTaskCompletedEventAttributes) finished += 1;
    if (finished <= finishedActivities && event.workflowTaskCompletedEventAttributes)
      task = Number(event.eventId);
  }
  const { client } = here;
  await client.temporal.workflowService.resetWorkflowExecution({
    namespace: client.temporal.options.namespace,
    workflowExecution: {
      workflowId: workflowIdOf(identity(id)),
      runId: (await handleOf(id).describe()).runId,
    },
    reason: 'test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: task as unknown as Long,
  });
}

test('reset to an earlier moment while it runs: no trial doubles', async () => {
  await startEndless('reset');
  await reset('reset', 2);
  await expectUndisturbed('reset');
});

test('reset to an earlier moment when it was complete: no trial doubles', async () => {
  await start('again');
  await here.client.wait('again');
  await reset('again', 8);
  expect(await here.client.wait('again')).toMatchObject({ status: 'completed', completed: TRIALS });
  expect(figures(csvOf('again'))).toEqual(undisturbed);
  expect(await here.store.countTrials('again')).toBe(TRIALS);
});

test('reset and then stopped: the CSV holds what the session says, `resume` takes what the store has', async () => {
  await startEndless('back');
  const whole = await stoppedAfter(here.client, 'back', TRIALS);
  await reset('back', 1); // The order to stop came later: it meets the new run at its start.
  const { status, completed } = await here.client.wait('back');
  expect(status).toBe('stopped');
  expect(completed).toBeLessThan(TRIALS);
  expect(figures(csvOf('back'))).toEqual(undisturbed.slice(0, completed));
  expect(await resumedEndless('back')).toMatch(
    `was stopped; it goes on with ${whole.completed} of ${ENDLESS}`,
  );
});
