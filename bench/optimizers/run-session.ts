import { loadavg } from 'node:os';
import type { Params } from '../../src/search-space/space.ts';
import type { AskTell } from './ask-tell.ts';
import type { RunKey, RunResult } from './raw-results.ts';

/** One session: batches of asks, each answered before the next batch is asked. */

export interface Measurement {
  readonly value: number;
  /** What the optimizer is told: the value with its noise. */
  readonly told: number;
}

/** `measure` gets the trial's params and its number in the order told, from 0. */
export async function runSession(
  key: RunKey,
  optimizer: AskTell,
  measure: (params: Params, trial: number) => Measurement,
): Promise<RunResult> {
  const values: number[] = [];
  const observed: number[] = [];
  const askCpuMs: number[] = [];
  let exhausted = false;
  while (values.length < key.budget && !exhausted) {
    const asked: Params[] = [];
    while (asked.length < key.batch && values.length + asked.length < key.budget && !exhausted) {
      const answer = await optimizer.ask();
      if (!answer) exhausted = true;
      else {
        asked.push(answer.params);
        askCpuMs.push(answer.cpuMs);
      }
    }
    for (const params of asked) {
      const trial = values.length;
      const { value, told } = measure(params, trial);
      values.push(value);
      observed.push(told);
      await optimizer.tell(trial, told);
    }
  }
  const noisy = values.some((value, i) => value !== observed[i]);
  return { ...key, values, observed: noisy ? observed : null, askCpuMs, load: loadavg()[0]! };
}
