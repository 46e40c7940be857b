import { ask, expectedRegret } from '../optimizers/ask.ts';
import type { AskInput, FinishedTrial, PendingTrial, TakenKeys } from '../optimizers/optimizer.ts';
import { paramsKey } from '../search-space/params.ts';
import type { ProposeInput, SearchStep } from './activities.ts';

/**
 * Proposes a group of trials. Pure: run inside the workflow for methods that cost nothing, as an activity for
 * the Gaussian process. Ends early when there is nothing more to propose.
 */
export function propose(input: ProposeInput): SearchStep[] {
  return [...proposeInTurn(input)];
}

/** The same one after the other: each may take long. */
export function* proposeInTurn(input: ProposeInput): Generator<SearchStep> {
  const { space, settings, taken } = input;
  const proposed: PendingTrial[] = [];
  const proposedKeys = new Set<string>();
  for (const iteration of input.iterations) {
    const seen = taken
      ? { finished: [], pending: [], taken: union(taken, proposedKeys) }
      : visibleTrials(input, iteration, proposed);
    const proposal = nextStep({ space, settings, iteration, ...seen }, input);
    yield proposal;
    if (proposal.kind !== 'trial') break;
    proposed.push({ iteration, params: proposal.params });
    proposedKeys.add(paramsKey(space, proposal.params));
  }
}

/** Of two sets without a key in common. */
function union(a: TakenKeys, b: TakenKeys): TakenKeys {
  return { has: (key) => a.has(key) || b.has(key), size: a.size + b.size };
}

function nextStep(
  input: AskInput,
  { expectedRegret: leastGain, rule, prior = [] }: Pick<ProposeInput, 'expectedRegret' | 'rule' | 'prior'>,
): SearchStep {
  // Of the session's own trials: no earlier one reaches its target or tries its patience.
  const why = rule?.({ finished: input.finished });
  if (why !== undefined) return { kind: 'enough', why };
  const known = prior.length === 0 ? input : { ...input, finished: [...prior, ...input.finished] };
  const gain = leastGain === undefined ? undefined : expectedRegret(known);
  if (leastGain !== undefined && gain !== undefined && gain < leastGain) {
    return { kind: 'enough', why: `expects to gain ${Number(gain.toPrecision(3))}, less than ${leastGain}` };
  }
  return ask(known);
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
