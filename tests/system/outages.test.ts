import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/environment.ts';
import { waitUntil } from '../support/processes.ts';
import { startTemporalServer } from '../support/temporal-server.ts';
import { slowConfig } from './support/configs.ts';
import { completed, ENDLESS, measuredBy, stoppedAfter } from './support/endless.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { undisturbed } from './support/reference.ts';
import { sandbox } from './support/sandbox.ts';

/** What everyone is told while nobody works, while the service is gone, and when it has forgotten everything. */

/** Whose figures are compared. */
const TRIALS = 40;
const QUOTES_PER_SECOND = 200;
/** That the service does not answer is told within ten seconds: so long the command may try, its own start aside. */
const TRIED_FOR_S = 8;
/** The command as a whole, on a machine that has hardly any time for it. */
const TOLD_WITHIN_MS = 60_000;

interface Report {
  readonly status: string;
  readonly warnings: readonly string[];
  readonly stored: { readonly trials: number };
}

test('without workers, without the server, and with a server that has forgotten: said each time, and nothing is lost', {
  timeout: 360_000,
}, async () => {
  const server = await startTemporalServer(temporaryFolder());
  onTestFinished(() => server.stop());
  const machine = sandbox({ temporal: server });
  const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
  const csv = join(machine.folder, 'out.csv');
  const flags = ['--iterations', String(ENDLESS), '--session-id', 'tried', '--output-csv', csv];
  const first = await machine.worker('first');
  await machine.json(['start', '--config', config, ...flags]);
  const client = await machine.client();
  await completed(client, 'tried', 3);
  await first.kill();
  const unserved = await machine.run(['status', 'tried']);
  expect(unserved, unserved.stderr).toMatchObject({ code: 0 });
  expect(unserved.stdout).toMatch(
    new RegExp(`warning: no workers polling arbtune:${machine.name}:paper since \\d{4}-\\d\\d-\\d\\dT`),
  );

  const second = await machine.worker('second');
  await completed(client, 'tried', 8);
  await server.kill();
  const begun = performance.now();
  const told = await machine.run(['status', 'tried']);
  expect(told, told.stderr).toMatchObject({ code: 5, stdout: '' });
  expect(told.stderr).toContain(server.address);
  const [, seconds] = /\(tried for (\d+) s\)/.exec(told.stderr) ?? [];
  expect(Number(seconds)).toBeLessThan(TRIED_FOR_S);
  expect(performance.now() - begun).toBeLessThan(TOLD_WITHIN_MS);
  await server.restart();
  await waitUntil(async () => {
    const status = await client.status('tried').catch(() => undefined);
    return status && status.persisted > 5;
  }, 120_000);

  await Promise.all([second.kill(), server.kill()]);
  await server.restart({ forgetful: true });
  const orphaned = await machine.json<Report>(['status', 'tried']);
  expect(orphaned.status).toBe('orphaned');
  expect(orphaned.warnings[0]).toMatch(/Temporal does not know the session.*`arbtune resume tried`/);
  expect(orphaned.stored.trials).toBeGreaterThan(5);
  const resumed = machine.start(['resume', 'tried', '--worker-id', 'third', '--output-csv', csv]);
  await measuredBy(client, 'tried', 'third');
  const result = await stoppedAfter(client, 'tried', TRIALS);
  expect(result).toMatchObject({ status: 'stopped', failed: 0 });
  expect(await resumed.exited, resumed.stderr()).toMatchObject({ code: 0 });
  expect(column(readCsv(csv), 'iteration')).toEqual(iterations(result.completed));
  expect(figures(csv).slice(0, TRIALS)).toEqual(await undisturbed(TRIALS, QUOTES_PER_SECOND));
});
