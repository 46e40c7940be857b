import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type NativeDeployment, startDeployment } from '../../scripts/native-deployment/deployment.ts';
import { findPrograms } from '../../scripts/native-deployment/programs.ts';
import { TuningClient } from '../../src/client/tuning-client.ts';
import { slowConfig } from './support/configs.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { holdAt } from './support/hold.ts';
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
    timeout: 600_000,
  }, async () => {
    const machine = sandbox({ environment: deployment.environment });
    const moment = holdAt(machine, { batch: 2 });
    const flags = ['--worker-id', 'w', '--processes', String(PROCESSES)];
    const fleet = machine.start(['worker', ...flags], moment.environment);
    for (let i = 1; i <= PROCESSES; i += 1) await fleet.waitFor(new RegExp(`worker w-${i} is ready`));
    const csv = join(machine.folder, 'out.csv');
    const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
    const named = ['--iterations', String(TRIALS), '--session-id', 'fleet', '--output-csv', csv];
    const started = await machine.json<{ joined: boolean }>(['start', '--config', config, ...named]);
    expect(started.joined).toBe(false);
    const client = await TuningClient.connect({
      server: serverOf(deployment),
      env: machine.name,
      mode: 'paper',
    });
    onTestFinished(() => client.close());

    process.kill(await moment.reached(), 'SIGKILL');
    await fleet.waitFor(/worker w-\d was ended by SIGKILL; it is started again/);
    await client.wait('fleet');

    expect(await fleet.kill('SIGTERM')).toMatchObject({ code: 0 });

    const rows = readCsv(csv);
    expect(column(rows, 'iteration')).toEqual(iterations(TRIALS));
    // What it had taken up was measured by another.
    expect(Math.max(...column(rows, 'attempt').map(Number))).toBeGreaterThan(1);
    expect(figures(csv)).toEqual(await undisturbed(TRIALS, QUOTES_PER_SECOND));
  });
});

function serverOf({ environment }: NativeDeployment) {
  const address = environment.TEMPORAL_ADDRESS ?? '';
  return { address, namespace: 'default', connection: { address } };
}
