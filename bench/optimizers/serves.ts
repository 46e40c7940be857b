import { isPeer, peerOf } from './peers/peers.ts';
import type { RunKey } from './raw-results.ts';

/**
 * Whether a run's first trials are those of the wanted run. The first trials of a longer one are, unless the optimizer
 * plans for its budget; ours is never told of one.
 */
export function serves(run: RunKey, wanted: RunKey): boolean {
  const plans = isPeer(wanted.peer) && peerOf(wanted.peer).plansForBudget;
  return (
    run.peer === wanted.peer &&
    run.problem === wanted.problem &&
    run.seed === wanted.seed &&
    run.batch === wanted.batch &&
    (plans ? run.budget === wanted.budget : run.budget >= wanted.budget)
  );
}
