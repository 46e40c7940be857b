import { cpus } from 'node:os';
import Table from 'cli-table3';

/** What the bench shows of its runs. */

export interface Row {
  readonly engine: string;
  readonly cpuMs?: number;
  readonly wallMs?: number;
  readonly trades?: number;
  readonly pnl?: number;
  readonly peakMb?: number;
  /** Cores that other processes left. */
  readonly freeCores?: number;
  readonly load: number;
  readonly failed?: string;
}

/** The pair during which other processes left the most of the machine. */
export function freest(pairs: readonly Row[][]): Row[] {
  const free = (pair: readonly Row[]) => Math.min(...pair.map(({ freeCores }) => freeCores ?? 0));
  return [...pairs].sort((a, b) => free(b) - free(a))[0] ?? [];
}

export function print(rows: readonly Row[], quotes: number): void {
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
  const [scan, index, ...others] = rows;
  const peers = others.filter(({ engine }) => !engine.startsWith('arbtune'));
  for (const peer of peers) {
    const times = (row: Row | undefined) =>
      ((peer.cpuMs ?? Number.NaN) / (row?.cpuMs ?? Number.NaN)).toFixed(1);
    process.stdout.write(
      `beside ${peer.engine}: full scan ${times(scan)} times, index ${times(index)} times\n`,
    );
  }
}

/**
 * What two threads bring beside one: on the clock it shows only where nobody else takes a core; by CPU time, what two
 * free cores would bring if each gave what it gave here.
 */
export function printThreads(pairs: readonly Row[][]): void {
  const table = new Table({
    head: [
      '',
      '1 thread: free cores',
      'trials/s',
      'CPU ms',
      '2 threads: free cores',
      'trials/s',
      'CPU ms',
      'on the clock',
      'by CPU time',
    ],
    colAligns: ['left', ...Array.from({ length: 8 }, () => 'right' as const)],
    style: { head: [], border: [] },
  });
  for (const pair of pairs) {
    const [one, two] = pair;
    const figures = pair.flatMap(({ freeCores, wallMs, cpuMs }) => [
      freeCores?.toFixed(2) ?? '',
      wallMs === undefined ? '' : (1e3 / wallMs).toFixed(0),
      cpuMs?.toFixed(3) ?? '',
    ]);
    const ratio = (figure: 'wallMs' | 'cpuMs') =>
      (one?.[figure] ?? Number.NaN) / (two?.[figure] ?? Number.NaN);
    const onClock = ratio('wallMs').toFixed(2);
    table.push([
      pair === freest(pairs) ? 'freest' : '',
      ...figures,
      onClock,
      (2 * ratio('cpuMs')).toFixed(2),
    ]);
  }
  process.stdout.write(`one thread, then two, on the same data, in turn\n${table.toString()}\n`);
}
