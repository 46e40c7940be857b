import type { JudgedSession } from './court.ts';
import type { Fault } from './fault.ts';

/** The fault matrix: what became of each fault, as the table that docs/operations.md shows. Pure. */

export interface MatrixEntry {
  readonly fault: Fault;
  readonly session: JudgedSession;
}

export function matrixTable(entries: readonly MatrixEntry[]): string {
  const faults = [...new Set(entries.map(({ fault }) => fault))];
  const rows = faults.map((fault) => {
    // One session may have had the same fault several times, and others as well.
    const sessions = [
      ...new Set(entries.filter((entry) => entry.fault === fault).map(({ session }) => session)),
    ];
    const injections = sessions.flatMap(({ run }) => run.injections.filter((own) => own.fault === fault));
    const sum = (of: 'lost' | 'doubled' | 'changed') =>
      sessions.reduce((total, { verdict }) => total + verdict[of].length, 0);
    return [
      fault.what,
      injections.length,
      ...(['lost', 'doubled', 'changed'] as const).map(sum),
      seconds(injections.map(({ goesOnAfterMs }) => goesOnAfterMs)),
      seconds(injections.map(({ standstillMs }) => standstillMs)),
    ];
  });
  const header = [
    'fault',
    'times',
    'lost',
    'doubled',
    'changed',
    'goes on after, s',
    'longest standstill, s',
  ];
  return [header, header.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The range of times, in seconds; of a fault after which no trial was left, a dash. */
function seconds(times: readonly (number | undefined)[]): string {
  const known = times.filter((time) => time !== undefined).map((time) => (time / 1000).toFixed(1));
  const sorted = [...new Set(known)].sort((a, b) => Number(a) - Number(b));
  if (sorted.length <= 1) return sorted[0] ?? '–';
  return `${sorted[0]} to ${sorted.at(-1)}`;
}
