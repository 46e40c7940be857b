import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadMarketData } from '../../src/market-data/load.ts';
import type { MarketData, VenueColumns } from '../../src/market-data/market-data.ts';
import { numberAt } from '../../src/market-data/packing.ts';
import { type Figures, measure, median } from './measure.ts';
import { type Source, type Written, writeSources } from './sources.ts';

/**
 * A million recorded rows: read, checked and cached through the library, then again from the cache, then compared
 * with what was written, value by value. `npm run bench:market-data [-- rows]`; the garbage of one run is collected before
 * the next. A load from the cache is timed in a process that has loaded before, and anew: in one that has just started.
 */

const CACHED_RUNS = 15;
const LOAD_CACHED = fileURLToPath(new URL('./load-cached.ts', import.meta.url));

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = await mkdtemp(join(tmpdir(), 'arbtune-bench-'));
try {
  console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, load ${load()}`);
  console.log(
    'CPU: user and system time of all threads, ms; cached, in the same process and anew: median and least',
  );
  const sources = await writeSources(folder, rows);
  console.log(
    'source                              rows out  MB read  cold CPU ms   wall | cached   least | anew    least | mismatches',
  );
  for (const source of sources) console.log(await benchmark(source));
  console.log(`load at the end ${load()}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function benchmark({ name, files, scenario, written }: Source): Promise<string> {
  const location = { root: folder, cacheDir: join(folder, `cache-${scenario.name}`) };
  const cold = await measure(() => loadMarketData(scenario, location));
  let mismatches = countMismatches(cold.result, written);
  mismatches += countMismatches(await loadMarketData(scenario, location), written);
  const args = [LOAD_CACHED, JSON.stringify(scenario), JSON.stringify(location)];
  const again: Figures[] = [];
  const fresh: Figures[] = [];
  for (let run = 0; run < CACHED_RUNS; run++) {
    again.push(await measure(() => loadMarketData(scenario, location)));
    fresh.push(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })));
  }
  const sizes = await Promise.all(files.map((file) => stat(join(folder, file))));
  const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
  return [
    name.padEnd(34),
    String(cold.result.rows).padStart(9),
    (bytes / 1e6).toFixed(1).padStart(8),
    cold.cpuMs.toFixed(0).padStart(12),
    cold.wallMs.toFixed(0).padStart(6),
    '|',
    ...[again, fresh].flatMap((runs) => [cpuMs(runs, median), cpuMs(runs, (all) => Math.min(...all)), '|']),
    String(mismatches).padStart(10),
  ].join(' ');
}

function cpuMs(runs: readonly Figures[], of: (all: readonly number[]) => number): string {
  return of(runs.map((figures) => figures.cpuMs))
    .toFixed(1)
    .padStart(7);
}

/** Values that are not those written, and quotes that are missing. */
function countMismatches({ time, upbit, binance }: MarketData, written: Written): number {
  return countIn(time, upbit, written.upbit) + countIn(time, binance, written.binance);
}

/** The rows in which a venue quotes, against its quotes as they were written; those outside of the overlap aside. */
function countIn(time: Float64Array, venue: VenueColumns, written: readonly Float64Array[]): number {
  const times = written[0]!;
  const last = time.at(-1)!;
  let next = times.indexOf(venue.updated[0]!);
  let mismatches = 0;
  for (let row = 0; row < time.length; row++) {
    if (row > 0 && venue.updated[row] !== time[row]) continue;
    if (venue.updated[row] !== times[next]) mismatches++;
    const quote = [venue.bid[row], numberAt(venue.bidQty, row), venue.ask[row], numberAt(venue.askQty, row)];
    quote.forEach((number, index) => {
      if (number !== written[index + 1]![next]) mismatches++;
    });
    next++;
  }
  while (next < times.length && times[next]! <= last) {
    mismatches++;
    next++;
  }
  return mismatches;
}

function load(): string {
  return loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
}
