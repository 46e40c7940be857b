import { scenarioPruner } from '../../src/optimizers/pruner.ts';
import { normalQuantile } from '../../src/search-space/exact-math.ts';
import { randomStream } from '../../src/search-space/random-stream.ts';

/** Sessions of trials whose scenarios share a part of their loss: what the pruner gets wrong, and what it spares. */

export interface Setting {
  readonly maxError: number;
  readonly scenarios: number;
  /** Standard deviation of a trial's own level, when a scenario adds noise of 1 to it. */
  readonly spread: number;
  /** How much the level falls from trial to trial, as a search improves. */
  readonly drift: number;
}

export interface Outcome {
  /** Share, of the trials that would have become the best, of those pruned. */
  readonly errorRate: number;
  /** Share of all scenarios that were not run. */
  readonly spared: number;
}

const SESSIONS = 200;
const TRIALS = 100;

export function simulate({ maxError, scenarios, spread, drift }: Setting): Outcome {
  const pruner = scenarioPruner({ maxError, aggregate: mean, scenarios });
  let winners = 0;
  let wrong = 0;
  let spared = 0;
  for (let session = 0; session < SESSIONS; session++) {
    const next = randomStream(session, 1, 'pruner');
    const normal = (): number => normalQuantile(1e-9 + next() * (1 - 2e-9));
    const finished: number[][] = [];
    let best = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < TRIALS; trial++) {
      const level = spread * normal() - drift * trial;
      const losses = Array.from({ length: scenarios }, (_, k) => level + k + normal());
      let shown = 1;
      while (shown < scenarios && !pruner.judge(finished, losses.slice(0, shown)).prune) shown++;
      if (trial > 0 && mean(losses) < best) {
        winners++;
        if (shown < scenarios) wrong++;
      }
      spared += scenarios - shown;
      if (shown < scenarios) continue;
      finished.push(losses);
      best = Math.min(best, mean(losses));
    }
  }
  return { errorRate: wrong / winners, spared: spared / (SESSIONS * TRIALS * scenarios) };
}

const mean = (losses: readonly number[]): number =>
  losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
