import { fileURLToPath } from 'node:url';
import { expect, inject, onTestFinished, test } from 'vitest';
import { cleanEnvironment } from '../support/environment.ts';
import { startScript, waitUntil } from '../support/processes.ts';
import { quickConfig } from './support/configs.ts';
import { readCsv } from './support/figures.ts';
import { sandbox } from './support/sandbox.ts';

/** Code that fails for ever looks like a session that runs: `status` says that it does not. */

const SAID_WITHIN_MS = 30_000;

test('a session whose code fails is STUCK within 30 s, says why, and goes on when a sound worker comes', {
  timeout: 120_000,
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
  const begun = performance.now();
  const starting = machine.run(['start', ...flags, '--output-csv', 'out.csv']);
  const stuck = await waitUntil(async () => {
    const status = await machine.run(['status', 'stuck']);
    return status.code === 6 && status;
  }, SAID_WITHIN_MS);
  expect(performance.now() - begun).toBeLessThan(SAID_WITHIN_MS);
  expect(stuck.stdout).toMatch(/^session stuck: STUCK$/m);
  expect(stuck.stderr).toMatch(/failed \d+ times in a row: no such optimizer: bayesien\. It is stuck until/);
  await starting;

  await broken.kill();
  await machine.worker('sound');
  const client = await machine.client();
  expect(await client.wait('stuck')).toMatchObject({ status: 'completed', completed: 6 });
  expect(readCsv(`${machine.folder}/out.csv`)).toHaveLength(6);
  expect(await machine.run(['status', 'stuck'])).toMatchObject({ code: 0 });
});
