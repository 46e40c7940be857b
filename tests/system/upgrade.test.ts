import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/client/index.ts';
import type { TuningClient } from '../../src/client/tuning-client.ts';
import { deploymentVersion } from '../../src/worker/deployment-version.ts';
import { waitUntil } from '../support/processes.ts';
import { slowConfig } from './support/configs.ts';
import { completed, ENDLESS, stoppedAfter } from './support/endless.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { sandbox } from './support/sandbox.ts';

/** A new release beside the one that runs: sessions end on the workers of the release that began them. */

/** Whose figures are compared. */
const TRIALS = 16;

test('a session ends on the release that began it, through continue-as-new, while new ones go to the new release', async () => {
  const machine = sandbox();
  const client = await machine.client();
  const deployment = `${machine.name}-arbtune`;
  const release = (id: string) =>
    machine.worker(`build-${id}`, ['--deployment', deployment, '--build-id', id]);
  const config = slowConfig(machine.folder, { method: 'random' }, 100);
  const { spec } = await loadConfig(config, { iterations: ENDLESS });
  const csvOf = (sessionId: string) => join(machine.folder, `${sessionId}.csv`);
  const start = (sessionId: string) =>
    client.start(spec, { sessionId, csvPath: csvOf(sessionId), maxHistoryEvents: 40 });

  await release('1');
  await makeCurrent(client, deployment, '1');
  await start('old');
  await completed(client, 'old', 1);
  await release('2');
  await makeCurrent(client, deployment, '2');
  await start('new');
  const runId = (await client.describe('old'))?.runId;
  await waitUntil(async () => (await client.describe('old'))?.runId !== runId, 120_000);
  for (const [session, worker] of [
    ['old', 'build-1'],
    ['new', 'build-2'],
  ] as const) {
    const result = await stoppedAfter(client, session, TRIALS);
    const rows = readCsv(csvOf(session));
    expect(column(rows, 'iteration')).toEqual(iterations(result.completed));
    expect(new Set(column(rows, 'worker_id')), session).toEqual(new Set([worker]));
  }
  const first = (session: string) => figures(csvOf(session)).slice(0, TRIALS);
  expect(first('old')).toEqual(first('new'));
});

test('half a version, or a name that Temporal would not take, is refused', async () => {
  const version = { deploymentName: 'desk', buildId: '1.2.0' };
  expect(deploymentVersion({ deployment: 'desk', buildId: '1.2.0' }, {})).toEqual(version);
  expect(deploymentVersion({}, { ARBTUNE_DEPLOYMENT: 'desk', ARBTUNE_BUILD_ID: '1.2.0' })).toEqual(version);
  expect(deploymentVersion({}, { ARBTUNE_DEPLOYMENT: '', ARBTUNE_BUILD_ID: '' })).toBeUndefined();
  expect(() => deploymentVersion({ deployment: 'desk' }, {})).toThrow(
    '--deployment goes with --build-id: name it too, or set ARBTUNE_BUILD_ID',
  );
  expect(() => deploymentVersion({ buildId: '1' }, {})).toThrow(
    '--build-id goes with --deployment: name it too, or set ARBTUNE_DEPLOYMENT',
  );
  expect(() => deploymentVersion({ deployment: 'a.b', buildId: '1' }, {})).toThrow(
    '--deployment: expected ^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$, got "a.b"',
  );
});

/** As `temporal worker deployment set-current-version` does; a version is known a moment after its first worker polls. */
async function makeCurrent(
  { temporal }: TuningClient,
  deploymentName: string,
  buildId: string,
): Promise<void> {
  await waitUntil(async () => {
    try {
      await temporal.workflowService.setWorkerDeploymentCurrentVersion({
        ...{ namespace: 'default', deploymentName, buildId, identity: 'test' },
      });
      return true;
    } catch (error) {
      if (
        error instanceof Error &&
        /not found|does your Worker Deployment have pollers|missing active task queues/i.test(error.message)
      )
        return false;
      throw error;
    }
  });
}
