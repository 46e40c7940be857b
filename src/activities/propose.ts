import { ask } from '../optimizers/ask.ts';
import type { FinishedTrial, PendingTrial, Proposal } from '../optimizers/optimizer.ts';
import type { ProposeInput } from './activities.ts';

/**
 * Proposes a group of trials. Pure: run inside the workflow for methods that cost nothing, as an activity for
 * the Gaussian process. Ends early at `exhausted`.
 */
export function propose(input: ProposeInput): Proposal[] {
  const proposals: Proposal[] = [];
  const proposed: PendingTrial[] = [];
  for (const iteration of input.iterations) {
    const proposal = ask({
      space: input.space,
      settings: input.settings,
      iteration,
      ...visibleTrials(input, iteration, proposed),
    });
    proposals.push(proposal);
    if (proposal.kind === 'exhausted') break;
    proposed.push({ iteration, params: proposal.params });
  }
  return proposals;
}

/** What the ask for trial n may see: nothing of a later trial, and of its `window` forerunners only the params. */
function visibleTrials(
  { finished, pending, window }: ProposeInput,
  iteration: number,
  proposed: readonly PendingTrial[],
): { finished: FinishedTrial[]; pending: PendingTrial[] } {
  const last = window === undefined ? Number.POSITIVE_INFINITY : iteration - window;
  const hidden = finished.filter((trial) => trial.iteration > last && trial.iteration < iteration);
  return {
    finished: finished.filter((trial) => trial.iteration <= last),
    pending: [...hidden, ...pending, ...proposed]
      .filter((trial) => window === undefined || trial.iteration < iteration)
      .map(({ iteration: n, params }) => ({ iteration: n, params }))
      .sort((a, b) => a.iteration - b.iteration),
  };
}
