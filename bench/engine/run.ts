import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import Table from 'cli-table3';
import { type BenchFile, benchFile, FOLDER } from './data-set.ts';

/**
 * `npm run bench:engine`: the paper engine beside its peers on the same quotes and, as near as each allows, the same
 * rule. Each engine in a process of its own, one after the other, with the machine's load beside its figures.
 */

/** Least net edge by millions of quotes: both trade over a thousand times. */
const RUNS = [
  { millions: 1, minSpread: '0.195' },
  { millions: 10, minSpread: '0.23' },
] as const;

const VENV = 'build/bench-venv';
const RUST = 'build/rust';

interface Row {
  readonly engine: string;
  readonly cpuMs?: number;
  readonly wallMs?: number;
  readonly trades?: number;
  readonly pnl?: number;
  readonly peakMb?: number;
  readonly load: number;
  readonly failed?: string;
}

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

function engines({ path, rows }: BenchFile, minSpread: string): Row[] {
  const args = [path, String(rows), minSpread];
  const node = process.execPath;
  const python = `${VENV}/bin/python`;
  const repeats = String(Math.max(20, Math.round(4e8 / rows)));
  const rust = (kind: string) => [...args, '5', '1000000', repeats, kind];
  return [
    run('arbtune, full scan', node, ['bench/engine/measure.ts', ...args, 'scan']),
    run('arbtune, index', node, ['bench/engine/measure.ts', ...args, 'index']),
    run('Rust, plain scan', `${RUST}/release/engine-scan`, rust('plain')),
    run('Rust, vector scan', `${RUST}/release/engine-scan`, rust('vector')),
    run('hftbacktest', python, ['bench/engine/peers/hft.py', ...args]),
    run('vectorbt', python, ['bench/engine/peers/vbt.py', ...args]),
    ...(rows > 1e6 ? [] : [run('nautilus_trader', python, ['bench/engine/peers/nautilus.py', ...args])]),
    run('arbtune, index, 1 thread', node, ['bench/engine/threads.ts', ...args, '1']),
    run('arbtune, index, 2 threads', node, ['bench/engine/threads.ts', ...args, '2']),
  ];
}

function print(rows: readonly Row[], quotes: number): void {
  const table = new Table({
    head: [
      'engine',
      'CPU ms a run',
      'wall ms',
      'Mticks/s a core',
      'runs/s a core',
      'trades',
      'pnl KRW',
      'peak MB',
      'load',
    ],
    colAligns: ['left', ...Array.from({ length: 8 }, () => 'right' as const)],
    style: { head: [], border: [] },
  });
  for (const { engine, cpuMs, wallMs, trades, pnl, peakMb, load, failed } of rows) {
    if (failed !== undefined || cpuMs === undefined) {
      table.push([engine, { colSpan: 8, content: `left out: ${failed ?? 'no figure'}` }]);
      continue;
    }
    table.push([
      engine,
      cpuMs.toFixed(3),
      wallMs?.toFixed(3) ?? '',
      (quotes / cpuMs / 1e3).toFixed(2),
      (1e3 / cpuMs).toFixed(cpuMs > 1e3 ? 2 : 0),
      trades ?? '',
      pnl?.toFixed(4) ?? '',
      peakMb?.toFixed(0) ?? '',
      load.toFixed(1),
    ]);
  }
  process.stdout.write(
    `\n${quotes.toLocaleString('en')} quotes · ${cpus().length} × ${cpus()[0]?.model}\n${table.toString()}\n`,
  );
}

prepare();
const all: Record<string, readonly Row[]> = {};
for (const { millions, minSpread } of RUNS) {
  const file = benchFile(millions);
  const rows = engines(file, minSpread);
  all[`${millions}m`] = rows;
  print(rows, file.rows);
}
writeFileSync(`${FOLDER}/engine.json`, JSON.stringify({ at: new Date().toISOString(), ...all }, null, 2));
