import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test } from 'vitest';
import { stuckReason } from '../../src/client/session-troubles.ts';
import { cleanEnvironment } from '../support/environment.ts';
import { startScript, waitUntil } from '../support/processes.ts';
import { quickConfig } from './support/configs.ts';
import { readCsv } from './support/figures.ts';
import { sandbox } from './support/sandbox.ts';

/** Code that fails for ever looks like a session that runs: `status` says that it does not. */

const SAID_WITHIN_MS = 30_000;

test('a session whose code fails is STUCK within 30 s, says why, and goes on when a sound worker comes', {
  // Temporal waits twice as long before each attempt.
  timeout: 360_000,
}, async () => {
  const machine = sandbox();
  const broken = startScript(
    fileURLToPath(new URL('fixtures/broken-worker.ts', import.meta.url)),
    [machine.name],
    { env: cleanEnvironment({ TEMPORAL_ADDRESS: inject('temporalAddress') }) },
  );
  onTestFinished(() => broken.kill().then(() => {}));
  await broken.waitFor(/is ready/);
  const config = quickConfig(machine.folder, { method: 'random' });
  const flags = ['--config', config, '--iterations', '6', '--session-id', 'stuck'];
  const starting = machine.run(['start', ...flags, '--output-csv', 'out.csv']);
  const client = await machine.client();
  const said = await waitUntil(async () => {
    const execution = await client.describe('stuck');
    if (!execution || !(await stuckReason({ client }, execution))) return undefined;
    return Date.now() - execution.startTime.getTime();
  }, 120_000);
  expect(said).toBeLessThan(SAID_WITHIN_MS);
  const stuck = await machine.run(['status', 'stuck']);
  expect(stuck, stuck.stderr).toMatchObject({ code: 6 });
  expect(stuck.stdout).toMatch(/^session stuck: STUCK$/m);
  expect(stuck.stderr).toMatch(/failed \d+ times in a row: no such optimizer: bayesien\. It is stuck until/);
  await starting;

  await broken.kill();
  await machine.worker('sound');
  expect(await client.wait('stuck')).toMatchObject({ status: 'completed', completed: 6 });
  expect(readCsv(`${machine.folder}/out.csv`)).toHaveLength(6);
  expect(await machine.run(['status', 'stuck'])).toMatchObject({ code: 0 });
});
