import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/client/index.ts';
import { startProcess, waitUntil } from '../support/processes.ts';
import { quickConfig, slowConfig } from './support/configs.ts';
import { completed, ENDLESS, stoppedAfter } from './support/endless.ts';
import { column, readCsv } from './support/figures.ts';
import { checkout, sandbox } from './support/sandbox.ts';

/** Trials that cannot succeed, scripts, and what can be seen with Temporal gone. */

/** Shorter than a worker may be silent. */
const HELD_MS = 3_000;

test('too many trials over their time limit fail the session; what was found is stored, and says why', async () => {
  const machine = sandbox();
  const csv = join(machine.folder, 'out.csv');
  const limits = { trial_timeout_s: 0.001, max_failed_trials: 2 };
  const config = slowConfig(machine.folder, { method: 'random', limits });
  const flags = ['--config', config, '--iterations', '12', '--session-id', 'hopeless', '--output-csv', csv];
  const { code, stdout, stderr } = await machine.run(['run', ...flags, '--json']);
  expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(
    /Session hopeless failed: \d+ trials failed, more than the 2 allowed; the first: The trial took longer than 1 ms/,
  );

  const rows = readCsv(csv);
  const failed = rows.filter(({ status }) => status === 'failed');
  expect(failed.length).toBeGreaterThan(2);
  expect(new Set(column(failed, 'error'))).toEqual(new Set(['The trial took longer than 1 ms']));
  expect(new Set(column(failed, 'objective'))).toEqual(new Set(['']));
  const report = await machine.json<Record<string, unknown>>(['status', 'hopeless']);
  expect(report).toMatchObject({ status: 'failed', stored: { trials: rows.length } });
  expect(report.reason).toMatch(/^Session hopeless failed: \d+ trials failed, more than the 2 allowed/);
});

test('a worker that was held up for longer than a trial may take fails none of its trials', async () => {
  const machine = sandbox();
  const worker = await machine.worker('held');
  const limits = { trial_timeout_s: 2, max_failed_trials: 0 };
  const config = slowConfig(machine.folder, { method: 'random', limits }, 250);
  const { spec } = await loadConfig(config, { iterations: ENDLESS });
  const client = await machine.client();
  await client.start(spec, { sessionId: 'mine' });
  const before = await completed(client, 'mine', 4);
  worker.child.kill('SIGSTOP');
  const held = performance.now();
  await waitUntil(() => performance.now() - held > HELD_MS);
  worker.child.kill('SIGCONT');
  expect(await stoppedAfter(client, 'mine', before + 8)).toMatchObject({ status: 'stopped', failed: 0 });
});

test('`watch` tells of a session with Temporal gone, from the store alone', async () => {
  const machine = sandbox({ temporal: 'embedded' });
  const config = quickConfig(machine.folder, { method: 'grid', max_iterations: 8 });
  const run = await machine.run(['run', '--config', config, '--session-id', 'seen', '--worker-id', 'eye']);
  expect(run, run.stderr).toMatchObject({ code: 0 });
  rmSync(join(machine.home, 'temporal'), { recursive: true });
  const watched = await machine.json<Record<string, unknown>>(['watch', 'seen']);
  expect(watched).toMatchObject({
    session_id: 'seen',
    status: 'completed',
    stored: { trials: 8, completed: 8 },
    workers: [{ worker_id: 'eye', finished: 8, current: '' }],
  });
});

test('the example script tunes, and prints what it found', async () => {
  const machine = sandbox();
  const environment = { ...process.env, ARBTUNE_HOME: machine.home } as Record<string, string>;
  const script = startProcess(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(checkout, 'examples/tune.ts'),
      join(checkout, 'configs/tuning/advanced_baseline.yaml'),
      '6',
    ],
    { cwd: machine.folder, env: environment },
  );
  expect(await script.exited, script.stderr()).toMatchObject({ code: 0 });
  expect(script.stdout().match(/^trial \d+: -?[\d.]+$/gm)).toHaveLength(6);
  expect(script.stdout()).toMatch(/^best \{/m);
  const csv = /^results (.+)$/m.exec(script.stdout())?.[1] as string;
  expect(readCsv(csv)).toHaveLength(6);
});
