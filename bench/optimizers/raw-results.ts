import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The raw results: one JSON line a run, in one file per (optimizer, problem, budget, batch), ours and the peers' alike. */

export interface RunKey {
  readonly peer: string;
  readonly problem: string;
  readonly seed: number;
  readonly budget: number;
  readonly batch: number;
}

export interface RunResult extends RunKey {
  /** True value of each trial, in the order told. */
  readonly values: readonly number[];
  /** What the optimizer was told, where that is not the true value. */
  readonly observed: readonly number[] | null;
  /** CPU time of each ask, milliseconds. */
  readonly askCpuMs: readonly number[];
  /** One-minute load average when the run ended. */
  readonly load: number;
}

const fileName = ({ peer, problem, budget, batch }: RunKey): string =>
  `${peer}__${problem}__b${budget}__q${batch}.jsonl`;

export function appendResult(folder: string, result: RunResult): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, fileName(result)), `${JSON.stringify(result)}\n`);
}

/** Every whole line of every file of the folder; a line cut short by a kill is left out and so run again. */
export function readResults(folder: string): RunResult[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .flatMap(parseLine);
}

function parseLine(line: string): RunResult[] {
  try {
    return [JSON.parse(line) as RunResult];
  } catch {
    return [];
  }
}

export const keyOf = ({ peer, problem, seed, budget, batch }: RunKey): string =>
  [peer, problem, seed, budget, batch].join(' ');
