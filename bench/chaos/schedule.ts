import { randomStream } from '../../src/search-space/random-stream.ts';
import type { Fault } from './fault.ts';

/** What happens when: a function of the seed alone, so that a run that failed can be had again. */

export type Optimizer = 'bayesian' | 'random';

export interface PlannedFault {
  readonly fault: Fault;
  /** Trials finished before it strikes: a moment of the session, not of the clock. */
  readonly afterTrials: number;
  readonly lastsMs: number;
}

export interface PlannedSession {
  /** Names the session, and its random numbers. */
  readonly index: number;
  readonly optimizer: Optimizer;
  readonly trials: number;
  /** In the order they strike. */
  readonly faults: readonly PlannedFault[];
}

/** The first trials pass without faults, so that there is something to lose; the last, so that it shows. */
const EARLIEST = 0.1;
const LATEST = 0.7;

/** One fault, at a moment of the seed's choice. */
export function planOne(seed: number, index: number, fault: Fault, trials: number): PlannedSession {
  return plan(seed, index, 'bayesian', trials, [fault]);
}

/** `count` faults of those there are, any of them several times. */
export function planAny(
  seed: number,
  index: number,
  faults: readonly Fault[],
  trials: number,
  count: number,
): PlannedSession {
  const random = randomStream(seed, index, 'choice');
  const chosen = Array.from({ length: count }, () => faults[Math.floor(random() * faults.length)] as Fault);
  return plan(seed, index, random() < 0.5 ? 'random' : 'bayesian', trials, chosen);
}

/** The same fault `count` times, all over the session. */
export function planMany(seed: number, fault: Fault, trials: number, count: number): PlannedSession {
  return plan(
    seed,
    0,
    'random',
    trials,
    Array.from({ length: count }, () => fault),
  );
}

function plan(
  seed: number,
  index: number,
  optimizer: Optimizer,
  trials: number,
  faults: readonly Fault[],
): PlannedSession {
  const random = randomStream(seed, index, 'moments');
  const moments = faults.map(() => EARLIEST + random() * (LATEST - EARLIEST)).sort((a, b) => a - b);
  const planned = faults.map((fault, i): PlannedFault => {
    const [least, most] = fault.lasts ?? [0, 0];
    const afterTrials = Math.floor((moments[i] as number) * trials);
    return { fault, afterTrials, lastsMs: Math.round(least + random() * (most - least)) };
  });
  return { index, optimizer, trials, faults: planned };
}
