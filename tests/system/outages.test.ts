import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/environment.ts';
import { waitUntil } from '../support/processes.ts';
import { startTemporalServer } from '../support/temporal-server.ts';
import { slowConfig } from './support/configs.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { undisturbed } from './support/reference.ts';
import { sandbox } from './support/sandbox.ts';

/** What everyone is told while nobody works, while the service is gone, and when it has forgotten everything. */

const TRIALS = 40;
const QUOTES_PER_SECOND = 200;
const TOLD_WITHIN_MS = 10_000;

interface Report {
  readonly status: string;
  readonly warnings: readonly string[];
  readonly stored: { readonly trials: number };
}

test('without workers, without the server, and with a server that has forgotten: said each time, and nothing is lost', {
  timeout: 240_000,
}, async () => {
  const server = await startTemporalServer(temporaryFolder());
  onTestFinished(() => server.stop());
  const machine = sandbox({ temporal: server });
  const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
  const csv = join(machine.folder, 'out.csv');
  const flags = ['--iterations', String(TRIALS), '--session-id', 'tried', '--output-csv', csv];
  const first = await machine.worker('first');
  await machine.json(['start', '--config', config, ...flags]);
  const client = await machine.client();
  const completed = async (trials: number) =>
    waitUntil(async () => {
      // What was with a worker that was killed is not answered at once.
      const status = await client.status('tried').catch(() => undefined);
      return status && status.completed >= trials;
    }, 60_000);

  await completed(3);
  await first.kill();
  const unserved = await machine.run(['status', 'tried']);
  expect(unserved, unserved.stderr).toMatchObject({ code: 0 });
  expect(unserved.stdout).toMatch(
    new RegExp(`warning: no workers polling arbtune:${machine.name}:paper since \\d{4}-\\d\\d-\\d\\dT`),
  );

  const second = await machine.worker('second');
  await completed(8);
  await server.kill();
  const begun = performance.now();
  const told = await machine.run(['status', 'tried']);
  expect(told, told.stderr).toMatchObject({ code: 5, stdout: '' });
  expect(told.stderr).toContain(server.address);
  expect(performance.now() - begun).toBeLessThan(TOLD_WITHIN_MS);
  await server.restart();
  await completed(14);

  await Promise.all([second.kill(), server.kill()]);
  await server.restart({ forgetful: true });
  const orphaned = await machine.json<Report>(['status', 'tried']);
  expect(orphaned.status).toBe('orphaned');
  expect(orphaned.warnings[0]).toMatch(/Temporal does not know the session.*`arbtune resume tried`/);
  expect(orphaned.stored.trials).toBeGreaterThan(5);
  const resumed = await machine.json(['resume', 'tried', '--output-csv', csv]);
  expect(resumed).toMatchObject({ status: 'completed', completed: TRIALS, failed: 0 });
  expect(column(readCsv(csv), 'iteration')).toEqual(iterations(TRIALS));
  expect(figures(csv)).toEqual(await undisturbed(TRIALS, QUOTES_PER_SECOND));
});
