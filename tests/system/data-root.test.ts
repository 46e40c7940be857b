import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { openStack } from '../../src/client/stack.ts';
import { serveSessions } from '../../src/worker/serve.ts';
import { workflowIdOf } from '../../src/workflows/names.ts';
import { csvOf, MAPPED } from '../market-data/recorded/recordings.ts';
import { cleanEnvironment } from '../support/environment.ts';
import { waitUntil } from '../support/processes.ts';
import { slowConfig } from './support/configs.ts';
import { ENDLESS, measuredBy } from './support/endless.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { type Sandbox, sandbox } from './support/sandbox.ts';

/** Sessions on recorded data go on from wherever they are called, and a worker without their files does them no harm. */

const seconds = Array.from({ length: 50 }, (_, second) => second);
const QUOTES = {
  upbit: csvOf(seconds.map((s) => [s, 50_000_000 * (1 + (s % 4) * 0.002), 50_300_000])),
  binance: csvOf(seconds.map((s) => [s, 38_461, 38_462])),
};

/** A config beside its scenario and its recordings, all in one folder; returns its path. */
function recordedConfig(folder: string, tuning: Readonly<Record<string, unknown>> = {}): string {
  mkdirSync(folder, { recursive: true });
  for (const [venue, rows] of Object.entries(QUOTES)) writeFileSync(join(folder, `${venue}.csv`), rows);
  const data = Object.fromEntries(
    Object.keys(QUOTES).map((venue) => [venue, { ...MAPPED, file: `${venue}.csv` }]),
  );
  const scenario = { name: 'recorded', symbols: { exchange_rate: 1300 }, data };
  writeFileSync(join(folder, 'recorded.yaml'), stringify(scenario));
  const search_space = {
    min_spread_pct: { type: 'float', bounds: [-0.3, 0.5] },
    slippage_bps: { type: 'int', bounds: [1, 30] },
  };
  const path = join(folder, 'my.yaml');
  writeFileSync(path, stringify({ tuning: { scenarios: ['recorded.yaml'], search_space, ...tuning } }));
  return path;
}

/** A session that a user has left by Ctrl-C half-way. */
async function interrupted(machine: Sandbox, config: string): Promise<void> {
  const flags = ['--session-id', 'mine', '--optimizer', 'bayesian', '--iterations', String(ENDLESS)];
  const run = machine.start(['run', '--config', config, ...flags]);
  await run.waitFor(/\[RESULT\] trial/);
  expect(await run.kill('SIGINT'), run.stderr()).toMatchObject({ code: 130 });
}

async function forget(machine: Sandbox): Promise<void> {
  const client = await machine.client();
  const execution = await client.describe('mine');
  if (!execution) throw new Error('Temporal does not know the session');
  const { workflowId, runId } = execution;
  await client.temporal.workflowService.deleteWorkflowExecution({
    ...{ namespace: 'default', workflowExecution: { workflowId, runId } },
  });
  await waitUntil(async () => (await client.describe('mine')) === undefined);
}

/** What happened in a session: all of its history but workflow tasks that nobody has taken and that are offered again. */
async function happenings(machine: Sandbox): Promise<number> {
  const client = await machine.client();
  const workflowId = workflowIdOf({ env: machine.name, mode: 'paper', sessionId: 'mine' });
  const { events } = await client.temporal.workflow.getHandle(workflowId).fetchHistory();
  const offered = (events ?? []).filter(
    (event) => event.workflowTaskScheduledEventAttributes || event.workflowTaskTimedOutEventAttributes,
  );
  return (events ?? []).length - offered.length;
}

/** `resume` measures more of its trials, and brings all there are to its end. */
async function expectGoesOn(machine: Sandbox): Promise<void> {
  const flags = ['--worker-id', 'later', '--output-csv', 'out.csv'];
  const resumed = machine.start(['resume', 'mine', ...flags]);
  const client = await machine.client();
  await measuredBy(client, 'mine', 'later');
  await client.stop('mine');
  expect(await resumed.exited, resumed.stderr()).toMatchObject({ code: 0 });
  const { completed } = await client.wait('mine');
  const rows = readCsv(join(machine.folder, 'out.csv'));
  expect(column(rows, 'iteration')).toEqual(iterations(completed));
  expect(new Set(column(rows, 'status'))).toEqual(new Set(['completed']));
  expect(column(rows, 'worker_id')).toContain('later');
}

test.for([
  ['in another folder', (machine: Sandbox) => join(machine.folder, 'project/tuning')],
  ['in the folder of the config itself', (machine: Sandbox) => machine.folder],
] as const)('`resume` finds the data of a session that was run %s', async ([, folderOf]) => {
  const machine = sandbox();
  await interrupted(machine, recordedConfig(folderOf(machine)));
  await expectGoesOn(machine);
});

test('`resume` from the store alone finds them too', async () => {
  const machine = sandbox();
  await interrupted(machine, recordedConfig(join(machine.folder, 'project/tuning')));
  await forget(machine);
  await expectGoesOn(machine);
});

test('`resume` refuses a session whose data are nowhere, and leaves it as it was', async () => {
  const machine = sandbox();
  const config = recordedConfig(join(machine.folder, 'project/tuning'));
  await interrupted(machine, config);
  const project = join(machine.folder, 'project');
  const moved = join(machine.folder, 'moved');
  renameSync(project, moved);
  const before = await happenings(machine);
  const refused = await machine.run(['resume', 'mine', '--output-csv', 'out.csv']);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  const why = refused.stderr.trimEnd();
  expect(why).toContain('tuning/upbit.csv');
  for (const place of [machine.folder, project]) expect(why).toContain(`no such file under ${place}`);
  expect((await (await machine.client()).describe('mine'))?.status.name).toBe('RUNNING');
  expect(await happenings(machine)).toBe(before);

  renameSync(moved, project);
  const upbit = join(project, 'tuning/upbit.csv');
  writeFileSync(upbit, QUOTES.upbit.replace('50300000', '50300001'));
  const other = await machine.run(['resume', 'mine', '--output-csv', 'out.csv']);
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining(`under ${project}`) });
  writeFileSync(upbit, QUOTES.upbit);
  await expectGoesOn(machine);
});

test('an unrelated `run` does not fail a session whose data it lacks', async () => {
  const machine = sandbox();
  await interrupted(machine, recordedConfig(join(machine.folder, 'project/tuning')));
  renameSync(join(machine.folder, 'project'), join(machine.folder, 'moved'));
  const config = slowConfig(machine.folder);
  const other = machine.start(['run', '--config', config, '--session-id', 'other', '--iterations', '10000']);
  await other.waitFor(/ \(tuning:[^)]+:mine\): .*tuning\/upbit\.csv: no such file under/);
  expect(await other.kill('SIGINT'), other.stderr()).toMatchObject({ code: 130 });
  expect((await (await machine.client()).describe('mine'))?.status.name).toBe('RUNNING');
  renameSync(join(machine.folder, 'moved'), join(machine.folder, 'project'));
  await expectGoesOn(machine);
});

test('a trial waits for a worker that has its data, however few attempts it has, and `status` says for what', {
  // The worker without the data and its owner take turns at random, and each turn of the first costs up to ten seconds.
  timeout: 360_000,
}, async () => {
  const machine = sandbox();
  const project = join(machine.folder, 'project');
  const config = recordedConfig(join(project, 'tuning'), { limits: { max_attempts: 1 } });
  const flags = ['--session-id', 'waits', '--optimizer', 'random', '--iterations', '4', '--workers', '4'];
  const csv = join(machine.folder, 'out.csv');
  await machine.json(['start', '--config', config, ...flags, '--output-csv', csv]);
  const moved = join(machine.folder, 'moved');
  renameSync(project, moved);
  const stranger = await machine.worker('stranger', ['--concurrency', '1']);
  await stranger.waitFor(/no such file under/);
  const warning = await waitUntil(async () => {
    const { warnings } = await machine.json<{ warnings: string[] }>(['status', 'waits']);
    return warnings.find((text) => /evaluateTrials is at attempt \d+/.test(text));
  });
  expect(warning).toContain(`tuning/upbit.csv: no such file under ${machine.folder}`);

  const environment = cleanEnvironment({
    ARBTUNE_HOME: machine.home,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
  });
  const stack = await openStack({ env: machine.name, environment });
  onTestFinished(() => stack.close());
  const owner = await serveSessions({
    ...stack,
    ...{ workerId: 'owner', dataRoot: moved, concurrency: 4, log: () => {} },
  });
  onTestFinished(() => owner.stop());
  await (await machine.client()).wait('waits');
  const rows = readCsv(csv);
  expect(column(rows, 'status')).toEqual(iterations(4).map(() => 'completed'));
  expect(new Set(column(rows, 'worker_id'))).toEqual(new Set(['owner']));

  renameSync(moved, project);
  const alone = join(machine.folder, 'alone.csv');
  flags[1] = 'alone';
  await machine.json(['run', '--config', config, ...flags, '--output-csv', alone]);
  expect(figures(csv)).toEqual(figures(alone));
});
