import { cpus } from 'node:os';
import { cpuUsage } from 'node:process';
import { Piscina } from 'piscina';
import type { TrialRequest } from '../../src/activities/trial-evaluator.ts';
import type { Chunk, SessionData } from '../../src/worker/engine-thread.ts';
import { engineThreadLimits } from '../../src/worker/v8-flags.ts';
import { readBenchFile } from './quotes-file.ts';
import { BENCH_SETTINGS, benchParams } from './rule.ts';

/** One process of the bench: the engine's threads on the same shared data. `file rows min_spread threads`. */

/** Enough for a second: the machine's own clock of its cores goes in steps of 10 ms. */
const TRIALS = 4_000;
const CHUNK = 50;

const [path = '', rows = '', minSpread = '', threads = ''] = process.argv.slice(2);
const market = readBenchFile({ path, rows: Number(rows) });
const pool = new Piscina({
  filename: new URL('../../src/worker/engine-thread.ts', import.meta.url).href,
  name: 'measureChunk',
  minThreads: Number(threads),
  maxThreads: Number(threads),
  resourceLimits: engineThreadLimits(),
});
const index = await pool.run({ market, settings: BENCH_SETTINGS }, { name: 'indexMarket' });
const session: SessionData = {
  key: 'bench',
  sets: [{ scenario: 'bench', market, profile: {} as SessionData['sets'][number]['profile'], index }],
  settings: BENCH_SETTINGS,
  objective: {
    objectives: [{ metric: 'pnl', direction: 'maximize', aggregate: { kind: 'mean' } }],
    constraints: [],
    weights: {},
  },
  fixed: {},
};
const trials: TrialRequest[] = Array.from({ length: TRIALS }, (_, i) => ({
  iteration: i + 1,
  params: { ...benchParams(Number(minSpread)), slippage_bps: 4 + (i % 100) / 50 },
}));

async function measureAll(): Promise<void> {
  const chunks: Promise<unknown>[] = [];
  for (let i = 0; i < TRIALS; i += CHUNK) {
    const progress = new Int32Array(new SharedArrayBuffer(4));
    const chunk: Chunk = { session, trials: trials.slice(i, i + CHUNK), progress };
    chunks.push(pool.run(chunk));
  }
  await Promise.all(chunks);
}

/** CPU milliseconds that all processes of the machine have taken. */
function machineMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

await measureAll();
const started = performance.now();
const before = cpuUsage();
const machineBefore = machineMs();
await measureAll();
const elapsedMs = performance.now() - started;
const { user, system } = cpuUsage(before);
const ownMs = (user + system) / 1e3;
const othersMs = machineMs() - machineBefore - ownMs;
const freeCores = cpus().length - Math.max(0, othersMs) / elapsedMs;
const peakMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(
  `${JSON.stringify({ cpuMs: ownMs / TRIALS, wallMs: elapsedMs / TRIALS, freeCores, peakMb })}\n`,
);
await pool.destroy();
