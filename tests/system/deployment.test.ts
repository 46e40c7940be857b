import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type NativeDeployment, startDeployment } from '../../scripts/native-deployment/deployment.ts';
import { findPrograms } from '../../scripts/native-deployment/programs.ts';
import { TuningClient } from '../../src/client/tuning-client.ts';
import { taskQueueOf } from '../../src/workflows/names.ts';
import { waitUntil } from '../support/processes.ts';
import { slowConfig } from './support/configs.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { undisturbed } from './support/reference.ts';
import { sandbox } from './support/sandbox.ts';

/**
 * The services of docker-compose.yml as processes of this machine: the Temporal server on PostgreSQL, Redis, and a fleet
 * of workers. Set-up brings the programs in where CI asks for it; elsewhere the tests run when they are there.
 */

const programs = findPrograms(process.env);
const PROCESSES = 4;
const TRIALS = 28;
const QUOTES_PER_SECOND = 150;

test.runIf(process.env.CI !== undefined)('CI has the programs of a deployment', () => {
  expect(programs).not.toHaveProperty('missing');
});

describe.skipIf('missing' in programs)('a deployment of PostgreSQL, the Temporal server and Redis', () => {
  let deployment: NativeDeployment;

  beforeAll(async () => {
    if ('missing' in programs) return;
    deployment = await startDeployment(programs);
    return () => deployment.stop();
  });

  test('has the figures of the embedded server on four worker processes, one of them killed', {
    timeout: 180_000,
  }, async () => {
    const machine = sandbox({ environment: deployment.environment });
    const fleet = machine.start(['worker', '--worker-id', 'w', '--processes', String(PROCESSES)]);
    for (let i = 1; i <= PROCESSES; i += 1) await fleet.waitFor(new RegExp(`worker w-${i} is ready`));
    const csv = join(machine.folder, 'out.csv');
    const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
    const flags = ['--iterations', String(TRIALS), '--session-id', 'fleet', '--output-csv', csv];
    const started = await machine.json<{ joined: boolean }>(['start', '--config', config, ...flags]);
    expect(started.joined).toBe(false);
    const client = await TuningClient.connect({
      server: serverOf(deployment),
      env: machine.name,
      mode: 'paper',
    });
    onTestFinished(() => client.close());

    await waitUntil(async () => (await client.status('fleet')).completed > 0);
    const victim = await pidOf(client, machine.name, 'w-2');
    process.kill(victim, 'SIGKILL');
    expect((await client.describe('fleet'))?.status.name).toBe('RUNNING');
    await fleet.waitFor(/worker w-2 was ended by SIGKILL; it is started again/);
    await client.wait('fleet');

    expect(await fleet.kill('SIGTERM')).toMatchObject({ code: 0 });

    expect(column(readCsv(csv), 'iteration')).toEqual(iterations(TRIALS));
    expect(figures(csv)).toEqual(await undisturbed(TRIALS, QUOTES_PER_SECOND));
  });
});

function serverOf({ environment }: NativeDeployment) {
  const address = environment.TEMPORAL_ADDRESS ?? '';
  return { address, namespace: 'default', connection: { address } };
}

/** A worker's identity, `<worker-id>@<host>:<pid>/<slots>`, as the server knows it of those who poll. */
async function pidOf({ temporal }: TuningClient, env: string, workerId: string): Promise<number> {
  return await waitUntil(async () => {
    const { pollers } = await temporal.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: taskQueueOf({ env, mode: 'paper' }) },
      taskQueueType: 2,
    });
    const identity = pollers?.find((poller) => poller.identity?.startsWith(`${workerId}@`))?.identity;
    const pid = identity && /:(\d+)\//.exec(identity)?.[1];
    return pid ? Number(pid) : undefined;
  });
}
