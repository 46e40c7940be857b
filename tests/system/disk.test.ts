import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { waitUntil } from '../support/processes.ts';
import { fillDisk, mountSmallDisk, unmount } from '../support/small-disk.ts';
import { slowConfig } from './support/configs.ts';
import { figures } from './support/figures.ts';
import { holdAt, pauseAt } from './support/hold.ts';
import { undisturbed } from './support/reference.ts';
import { sandbox } from './support/sandbox.ts';

/** A store on a disk that fills up under a session. */

const TRIALS = 24;
const QUOTES_PER_SECOND = 200;
/** Room for the store and the columns of the market data. */
const DISK_MB = 128;

const probe = mkdtempSync(join(tmpdir(), 'arbtune-disk-'));
const canMount = mountSmallDisk(probe, 1);
if (canMount) unmount(probe);
rmSync(probe, { recursive: true });

interface Report {
  readonly session?: { readonly persisted: number };
  readonly warnings: readonly string[];
}

test.skipIf(!canMount)(
  'the session waits while the disk of its store is full, `status` says so, and it goes on',
  {
    timeout: 480_000,
  },
  async () => {
    const machine = sandbox();
    mkdirSync(machine.home);
    mountSmallDisk(machine.home, DISK_MB);
    onTestFinished(() => unmount(machine.home));
    const csv = join(machine.folder, 'out.csv');
    const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
    const flags = ['--iterations', String(TRIALS), '--session-id', 'full', '--output-csv', csv];
    await machine.json(['start', '--config', config, ...flags]);
    const moment = holdAt(machine, { batch: 4 });
    await machine.worker('only', [], moment.environment);
    const client = await machine.client();
    // Paused, so that what is left meets the full disk however long filling it takes.
    const { persisted } = await pauseAt(moment, client, 'full');
    expect(persisted).toBeGreaterThan(0);
    const filler = join(machine.home, 'filler');
    await fillDisk(filler);
    await client.unpause('full');
    const status = () => machine.json<Report>(['status', 'full']);
    const full = await waitUntil(async () => {
      const report = await status();
      return report.warnings.some((warning) => warning.includes('the disk is full')) && report;
    }, 120_000);
    expect(full.warnings.join()).toMatch(
      /is at attempt \d+: The result store \S+ cannot be written: the disk is full/,
    );
    expect(full.session?.persisted).toBeLessThan(TRIALS);
    await rm(filler);
    await client.wait('full');
    expect(figures(csv)).toEqual(await undisturbed(TRIALS, QUOTES_PER_SECOND));
  },
);
