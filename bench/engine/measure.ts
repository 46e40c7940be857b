import { cpuUsage } from 'node:process';
import type { Metrics } from '../../src/objective/objective.ts';
import { buildEdgeIndex, createIndexedFinder } from '../../src/paper-engine/edge-index.ts';
import { resolveStrategy } from '../../src/paper-engine/params.ts';
import { measure } from '../../src/paper-engine/replay.ts';
import { createScan } from '../../src/paper-engine/scan.ts';
import { createWorld } from '../../src/paper-engine/world.ts';
import { inlineTheEngine } from '../../src/worker/v8-flags.ts';
import { readBenchFile } from './quotes-file.ts';
import { BENCH_SETTINGS, benchParams } from './rule.ts';

/** One process of the bench: the paper engine, by full scan or with the index. `file rows min_spread scan|index`. */

inlineTheEngine();

const [path = '', rows = '', minSpread = '', mode = ''] = process.argv.slice(2);
const market = readBenchFile({ path, rows: Number(rows) });
const world = createWorld(market, BENCH_SETTINGS);
const strategy = resolveStrategy(benchParams(Number(minSpread)));

const beforeIndex = cpuUsage();
const finder =
  mode === 'scan'
    ? createScan(market, world.factors)
    : createIndexedFinder(market, world.factors, buildEdgeIndex(market, world.factors));
const indexMs = cpuSince(beforeIndex);

function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = cpuUsage(start);
  return (user + system) / 1e3;
}

/** At least a second of work, after a second in which V8 compiles what it finds hot. */
function timed(): { cpuMs: number; trades: number; pnl: number } {
  repeatFor(1_000);
  const { cpuMs, metrics } = repeatFor(1_500);
  return { cpuMs, trades: metrics.trades ?? 0, pnl: metrics.pnl ?? 0 };
}

function repeatFor(leastMs: number): { cpuMs: number; metrics: Metrics } {
  const start = cpuUsage();
  for (let repeats = 1; ; repeats++) {
    const metrics = measure(world, strategy, finder);
    if (repeats % 10 === 0 && cpuSince(start) >= leastMs)
      return { cpuMs: cpuSince(start) / repeats, metrics };
  }
}

const result = timed();
const peakMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ ...result, peakMb, indexMs })}\n`);
