import { CIRCUMSTANCES } from '../../tests/system/support/figures.ts';

/** Compares a session with an undisturbed one of the same config. Pure. */

/** A record of a trial, however it is kept. */
export type TrialRow = Readonly<Record<string, unknown>>;

export interface Evidence {
  /** The iteration of each result that the history holds. */
  readonly history: readonly number[];
  /** The iteration of each record that the store holds, as the store itself counts them. */
  readonly kept: readonly number[];
  readonly store: readonly TrialRow[];
  readonly csv: readonly TrialRow[];
}

/** Trials, each counted once. */
export interface Verdict {
  /** Not in the history, or not in the store, or not in the CSV. */
  readonly lost: readonly number[];
  /** More than once in one of them, or never asked for. */
  readonly doubled: readonly number[];
  /** With a figure that is not the undisturbed one, to the last byte. */
  readonly changed: readonly number[];
}

export function judge(undisturbed: Evidence, found: Evidence): Verdict {
  const wanted = new Set(undisturbed.store.map(iterationOf));
  const places = [found.history, found.kept, found.store.map(iterationOf), found.csv.map(iterationOf)];
  const counts = places.map(count);
  const seen = new Set(counts.flatMap((place) => [...place.keys()]));
  return {
    lost: [...wanted].filter((trial) => counts.some((place) => !place.has(trial))),
    doubled: [...seen].filter(
      (trial) => !wanted.has(trial) || counts.some((place) => (place.get(trial) ?? 0) > 1),
    ),
    changed: [
      ...new Set([...differing(undisturbed.store, found.store), ...differing(undisturbed.csv, found.csv)]),
    ],
  };
}

export function isSound({ lost, doubled, changed }: Verdict): boolean {
  return lost.length + doubled.length + changed.length === 0;
}

/** The trials of both whose figures are not the same text. */
function differing(undisturbed: readonly TrialRow[], found: readonly TrialRow[]): number[] {
  const right = new Map(undisturbed.map((row) => [iterationOf(row), figuresOf(row)]));
  return found
    .filter((row) => right.has(iterationOf(row)) && right.get(iterationOf(row)) !== figuresOf(row))
    .map(iterationOf);
}

/** All but who measured it, when, and how long it took; JSON writes a number so that no bit is lost. */
function figuresOf(row: TrialRow): string {
  return JSON.stringify(Object.entries(row).filter(([name]) => !CIRCUMSTANCES.includes(name)));
}

function iterationOf(row: TrialRow): number {
  return Number(row.iteration);
}

function count(iterations: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const iteration of iterations) counts.set(iteration, (counts.get(iteration) ?? 0) + 1);
  return counts;
}
