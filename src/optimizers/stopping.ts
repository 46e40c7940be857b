import type { StoppingRules } from '../config/session-spec.ts';
import type { Direction } from '../objective/objective.ts';
import type { FinishedTrial } from './optimizer.ts';

/** When a session has done enough: rules that compose. Pure; each looks at what its caller may see, and at no clock. */

export interface SessionProgress {
  /** In any order. */
  readonly finished: readonly FinishedTrial[];
  readonly elapsedMs?: number;
  /** What the search still expects to gain, in units of the first loss; see `expectedRegret`. */
  readonly expectedRegret?: number;
}

/** One short line for people that says why to stop, or undefined to go on. */
export type StoppingRule = (progress: SessionProgress) => string | undefined;

/** The first of the rules that says stop. */
export function anyOf(rules: readonly StoppingRule[]): StoppingRule {
  return (progress) => {
    for (const rule of rules) {
      const reason = rule(progress);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

/** Stops when the last `trials` finished trials brought no better first loss; needs one sound trial to begin. */
export function patience(trials: number): StoppingRule {
  return ({ finished }) => {
    const inOrder = [...finished].sort((a, b) => a.iteration - b.iteration);
    let best = Number.POSITIVE_INFINITY;
    let since = 0;
    for (const trial of inOrder) {
      const loss = soundLoss(trial);
      since++;
      if (loss < best) {
        best = loss;
        since = 0;
      }
    }
    const isEnough = best < Number.POSITIVE_INFINITY && since >= trials;
    return isEnough ? `no better trial in the last ${trials}` : undefined;
  };
}

/** Stops when a sound trial's first loss is at most `loss`. */
export function targetLoss(loss: number): StoppingRule {
  return ({ finished }) => {
    const hit = finished
      .filter((trial) => soundLoss(trial) <= loss)
      .sort((a, b) => a.iteration - b.iteration)[0];
    return hit ? `trial ${hit.iteration} reached the target` : undefined;
  };
}

export function timeLimit(milliseconds: number): StoppingRule {
  return ({ elapsedMs = 0 }) => (elapsedMs >= milliseconds ? 'the time limit has passed' : undefined);
}

/** Stops when the search expects to gain less than `loss` from going on. Says nothing while it has no estimate. */
export function smallExpectedRegret(loss: number): StoppingRule {
  return ({ expectedRegret = Number.POSITIVE_INFINITY }) =>
    expectedRegret < loss ? `expects to gain less than ${loss}` : undefined;
}

/** A session's rules as one; `direction` is that of its first objective, whose target is a metric, not a loss. */
export function stoppingRule(rules: StoppingRules, direction: Direction): StoppingRule {
  const { patience: trials, target, timeLimitMs, expectedRegret } = rules;
  return anyOf([
    ...(target === undefined ? [] : [targetLoss(direction === 'maximize' ? -target : target)]),
    ...(trials === undefined ? [] : [patience(trials)]),
    ...(timeLimitMs === undefined ? [] : [timeLimit(timeLimitMs)]),
    ...(expectedRegret === undefined ? [] : [smallExpectedRegret(expectedRegret)]),
  ]);
}

/** The first loss of a trial that counts: finished, finite, within its constraints. */
function soundLoss({ losses, violation }: FinishedTrial): number {
  const loss = losses?.[0];
  return loss !== undefined && Number.isFinite(loss) && violation <= 0 ? loss : Number.POSITIVE_INFINITY;
}
