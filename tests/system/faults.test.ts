import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endProcess } from '../../src/embedded/dev-server.ts';
import { identifyProcess } from '../../src/embedded/process-identity.ts';
import { randomStream } from '../../src/search-space/random-stream.ts';
import { type TestProcess, waitUntil } from '../support/processes.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { slowConfig } from './support/configs.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { holdAt, pauseAt } from './support/hold.ts';
import { undisturbed } from './support/reference.ts';
import { embeddedServer, type Sandbox, sandbox } from './support/sandbox.ts';

/** Whatever is killed, and whenever: no trial is lost, none counts twice, and the figures are those of a quiet run. */

const TRIALS = 40;
const KILLS = 3;
/** Trials long enough that a kill finds some running. */
const QUOTES_PER_SECOND = 200;
const SEED = 20261121;

async function expectUndisturbed(csv: string): Promise<void> {
  expect(column(readCsv(csv), 'iteration')).toEqual(iterations(TRIALS));
  expect(figures(csv)).toEqual(await undisturbed(TRIALS, QUOTES_PER_SECOND));
}

function sessionFlags(machine: Sandbox, id: string): { flags: string[]; csv: string } {
  const csv = join(machine.folder, 'out.csv');
  const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
  return {
    csv,
    flags: ['--config', config, '--iterations', String(TRIALS), '--session-id', id, '--output-csv', csv],
  };
}

test(`a worker killed ${KILLS} times, whatever it was doing`, { timeout: 600_000 }, async () => {
  const machine = sandbox();
  const { flags, csv } = sessionFlags(machine, 'killed');
  await machine.json(['start', ...flags]);
  const client = await machine.client();
  const random = randomStream(SEED, 0, 'kills');
  for (let kill = 0; kill < KILLS; kill += 1) {
    const moment = holdAt(machine, { batch: 1 + Math.floor(random() * 4), afterMs: random() * 200 });
    const worker = await machine.worker(`w${kill}`, [], moment.environment);
    await moment.reached();
    expect((await client.describe('killed'))?.status.name).toBe('RUNNING');
    await worker.kill();
  }
  await machine.worker('last');
  await client.wait('killed');
  await expectUndisturbed(csv);
});

test('`run` killed with its whole process tree, server included: `resume` ends it', {
  timeout: 600_000,
}, async () => {
  const machine = sandbox({ temporal: 'embedded' });
  const { flags, csv } = sessionFlags(machine, 'felled');
  const moment = holdAt(machine, { batch: 9 });
  const run = machine.start(['run', ...flags], moment.environment);
  await moment.reached();
  const server = embeddedServer(machine.home);
  if (!server) throw new Error('No embedded server');
  process.kill(server.pid, 'SIGKILL');
  await run.kill();
  await waitUntil(() => identifyProcess(server.pid)?.began !== server.began);

  const resumed = await machine.json<{ completed: number; status: string }>([
    ...['resume', 'felled', '--output-csv', csv],
  ]);
  expect(resumed).toMatchObject({ status: 'completed', completed: TRIALS });
  await expectUndisturbed(csv);
});

test('the history lost with everything else, at any moment: `resume` ends it from the store', {
  timeout: 600_000,
}, async () => {
  const machine = sandbox({ temporal: 'embedded' });
  const { flags, csv } = sessionFlags(machine, 'lost');
  const random = randomStream(SEED, 0, 'loss');
  const moment = holdAt(machine, {
    batch: 4 + Math.floor(random() * (TRIALS - 12)),
    afterMs: random() * 200,
  });
  const run = machine.start(['run', ...flags], moment.environment);
  await moment.reached();
  const server = embeddedServer(machine.home);
  if (!server) throw new Error('No embedded server');
  await run.kill();
  await endProcess(server);
  rmSync(join(machine.home, 'temporal'), { recursive: true });

  const resumed = await machine.run(['resume', 'lost', '--output-csv', csv, '--worker-id', 'later']);
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
  const [, kept] =
    /session lost is not known to Temporal any more; it goes on with (\d+) of 40 trials measured/.exec(
      resumed.stderr,
    ) ?? [];
  await expectUndisturbed(csv);
  const later = readCsv(csv).filter(({ worker_id }) => worker_id === 'later');
  expect(later).toHaveLength(TRIALS - Number(kept));
});

test('the embedded server killed alone under `run`: it comes back by itself', {
  timeout: 600_000,
}, async () => {
  const machine = sandbox({ temporal: 'embedded' });
  const { flags, csv } = sessionFlags(machine, 'serverless');
  const moment = holdAt(machine, { batch: 5 });
  const run = machine.start(['run', ...flags], moment.environment);
  await moment.reached();
  const server = embeddedServer(machine.home);
  if (!server) throw new Error('No embedded server');
  process.kill(server.pid, 'SIGKILL');
  moment.release();
  expect(await run.exited, run.stderr()).toMatchObject({ code: 0 });
  await expectUndisturbed(csv);
});

test('clients interrupted and killed: each says how to come back, and the session goes on', {
  timeout: 600_000,
}, async () => {
  const machine = sandbox();
  const { flags, csv } = sessionFlags(machine, 'unwatched');
  const moment = holdAt(machine, { batch: 3 });
  await machine.worker('steady', [], moment.environment);
  await machine.json(['start', ...flags]);
  const client = await machine.client();
  // So that it does not end before they have come and gone.
  await pauseAt(moment, client, 'unwatched');
  const watch = machine.start(['watch', 'unwatched']);
  const resumes = ['first', 'second'].map((id) => machine.start(['resume', 'unwatched', '--worker-id', id]));
  const [interrupted, killed] = resumes as [TestProcess, TestProcess];
  await Promise.all([
    watch.waitFor(/session unwatched: paused/),
    ...resumes.map((resume) => resume.waitFor(/session unwatched joined/)),
  ]);
  await killed.kill();
  expect(await watch.kill('SIGINT')).toEqual({ code: 130, signal: null });
  expect(watch.stderr()).toBe(
    'the session goes on where workers serve it; come back with: arbtune watch unwatched\n',
  );
  expect(await interrupted.kill('SIGINT')).toEqual({ code: 130, signal: null });
  expect(interrupted.stderr()).toContain('Come back with: arbtune resume unwatched');
  await client.unpause('unwatched');
  await client.wait('unwatched');
  await expectUndisturbed(csv);
  expect(column(readCsv(csv), 'worker_id')).toContain('steady');
});

test('the store killed and started again in the middle of a session', { timeout: 600_000 }, async () => {
  const redis = await startRedisServer();
  try {
    const machine = sandbox({ environment: { REDIS_URL: redis.url } });
    const { flags, csv } = sessionFlags(machine, 'storeless');
    const moment = holdAt(machine, { batch: 8 });
    const run = machine.start(['run', ...flags], moment.environment);
    await moment.reached();
    await redis.kill();
    moment.release();
    // Trials are measured while nothing can be stored.
    await run.waitFor(/\[RESULT\] trial 24 /);
    await redis.restart();
    expect(await run.exited, run.stderr()).toMatchObject({ code: 0 });
    await expectUndisturbed(csv);
    expect(new Set(column(readCsv(csv), 'status'))).toEqual(new Set(['completed']));
  } finally {
    await redis.stop();
  }
});
