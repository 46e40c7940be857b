import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { benchFile } from './data-set.ts';
import { type BenchFile, FOLDER } from './quotes-file.ts';
import { freest, print, printThreads, type Row } from './tables.ts';

/**
 * `npm run bench:engine`: the paper engine beside its peers on the same quotes and, as near as each allows, the same
 * rule. Each engine in a process of its own, one after the other, with the machine's load beside its figures; what is
 * compared with each other takes turns.
 */

/** Least net edge by millions of quotes: both trade over a thousand times. */
const RUNS = [
  { millions: 1, minSpread: '0.195' },
  { millions: 10, minSpread: '0.23' },
] as const;

const VENV = 'build/bench-venv';
const RUST = 'build/rust';

function run(engine: string, command: string, args: readonly string[]): Row {
  const load = loadavg()[0] ?? 0;
  process.stderr.write(`${engine} …\n`);
  try {
    const out = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return { engine, load, ...JSON.parse(out.trim().split('\n').at(-1) ?? '{}') };
  } catch (error) {
    return {
      engine,
      load,
      failed: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
    };
  }
}

function prepare(): void {
  const steps: [string, string[]][] = [];
  if (!existsSync(`${VENV}/bin/python`)) {
    steps.push(['python3', ['-m', 'venv', VENV]]);
    steps.push([`${VENV}/bin/pip`, ['install', '-q', '-r', 'bench/engine/peers/requirements.txt']]);
  }
  const cargo = [
    'build',
    '--release',
    '--quiet',
    '--manifest-path',
    'bench/engine/rust/Cargo.toml',
    '--target-dir',
    RUST,
  ];
  steps.push(['cargo', cargo]);
  for (const [command, args] of steps) {
    try {
      execFileSync(command, args, {
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, RUSTFLAGS: '-C target-cpu=native' },
      });
    } catch {
      process.stderr.write(`${command} ${args[0]} did not work: the engines that need it are left out\n`);
    }
  }
}

/** Odd, so that one of them is the median. */
const ROUNDS = 3;

/** Runs all of them in turn, round after round. */
function inTurns(runs: readonly (() => Row)[]): Row[][] {
  const rounds: Row[][] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(runs.map((run) => run()));
  return rounds;
}

/** By engine, the round of median CPU time. */
function medians(rounds: readonly Row[][]): Row[] {
  return (rounds[0] ?? []).map((_, engine) => {
    const rows = rounds.flatMap((round) => round[engine] ?? []);
    rows.sort((a, b) => (a.cpuMs ?? Infinity) - (b.cpuMs ?? Infinity));
    return rows[rows.length >> 1] as Row;
  });
}

function engines({ path, rows }: BenchFile, minSpread: string): Row[] {
  const args = [path, String(rows), minSpread];
  const node = process.execPath;
  const python = `${VENV}/bin/python`;
  const repeats = String(Math.max(20, Math.round(1e9 / rows)));
  const arbtune = (mode: string) => () =>
    run(`arbtune, ${mode === 'scan' ? 'full scan' : 'index'}`, node, [
      'bench/engine/measure.ts',
      ...args,
      mode,
    ]);
  const rust = (kind: string) => () =>
    run(`Rust, ${kind} scan`, `${RUST}/release/engine-scan`, [...args, '5', '1000000', repeats, kind]);
  return [
    ...medians(inTurns([arbtune('scan'), arbtune('index'), rust('plain'), rust('vector')])),
    run('hftbacktest', python, ['bench/engine/peers/hft.py', ...args]),
    run('vectorbt', python, ['bench/engine/peers/vbt.py', ...args]),
    ...(rows > 1e6 ? [] : [run('nautilus_trader', python, ['bench/engine/peers/nautilus.py', ...args])]),
  ];
}

/** Pairs of runs, with one thread and with two, on the same shared data. */
function threads({ path, rows }: BenchFile, minSpread: string): Row[][] {
  const args = [path, String(rows), minSpread];
  const withThreads = (count: string) => () =>
    run(`arbtune, index, ${count} thread${count === '1' ? '' : 's'}`, process.execPath, [
      'bench/engine/threads.ts',
      ...args,
      count,
    ]);
  return inTurns([withThreads('1'), withThreads('2')]);
}

prepare();
const all: Record<string, readonly Row[]> = {};
for (const { millions, minSpread } of RUNS) {
  const file = benchFile(millions);
  const alone = engines(file, minSpread);
  const pairs = threads(file, minSpread);
  all[`${millions}m`] = [...alone, ...pairs.flat()];
  print([...alone, ...freest(pairs)], file.rows);
  printThreads(pairs);
}
writeFileSync(`${FOLDER}/engine.json`, JSON.stringify({ at: new Date().toISOString(), ...all }, null, 2));
