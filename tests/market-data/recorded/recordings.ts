import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Cached } from '../../../src/market-data/cache.ts';
import { type DataLocation, loadWithReports } from '../../../src/market-data/load.ts';
import { recordingSchema } from '../../../src/market-data/recorded/settings.ts';
import type { Scenario } from '../../../src/market-data/scenario.ts';
import { temporaryFolder } from '../../support/environment.ts';
import { scenarioWith } from '../scenarios.ts';

/** Recordings in a folder of their own that goes when the test ends. */

/** 2024-08-09 00:00:00 UTC. */
export const START_S = 1_723_161_600;
export const START_US = START_S * 1e6;

export class Folder implements DataLocation {
  readonly root: string;
  readonly cacheDir: string;

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    const base = temporaryFolder();
    this.root = join(base, 'root');
    this.cacheDir = join(base, 'cache');
    mkdirSync(this.root);
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }
}

type Source = Readonly<Record<string, unknown>>;

/** Mapped columns t, b, a with quantities bq and aq. */
export const MAPPED: Source = {
  format: 'csv',
  columns: { time: 't', bid: 'b', ask: 'a', bid_qty: 'bq', ask_qty: 'aq' },
};

export function recordingOf(data: {
  readonly upbit: Source;
  readonly binance: Source;
  readonly rate?: number | Source;
}): Scenario {
  return scenarioWith({ name: 'recorded', data: recordingSchema.parse(data) });
}

/** Beside a Binance that is quoted throughout; what is loaded is Upbit's `source`. */
export async function loadUpbit(folder: Folder, source: Source): Promise<Cached> {
  folder.write('other.csv', `t,b,a,bq,aq\n${START_S - 3600},100,101,1,1\n${START_S + 36_000},100,101,1,1\n`);
  const binance = { ...MAPPED, file: 'other.csv', max_gap_s: 1e6 };
  return loadWithReports(recordingOf({ upbit: source, binance }), folder);
}

/** Rows of the mapped CSV: seconds from the start, bid, ask. */
export function csvOf(
  rows: readonly (readonly [seconds: number | string, bid: unknown, ask: unknown])[],
): string {
  const lines = rows.map(([seconds, bid, ask]) => {
    const time = typeof seconds === 'number' ? START_S + seconds : seconds;
    return `${time},${bid},${ask},1,2\n`;
  });
  return `t,b,a,bq,aq\n${lines.join('')}`;
}
