import { askBayesian } from './bayesian/ask-bayesian.ts';
import { askGrid } from './grid.ts';
import type { AskInput, Proposal } from './optimizer.ts';
import { askRandom } from './random.ts';

export { expectedRegret } from './bayesian/expected-regret.ts';
export { gridSize } from './grid.ts';

/** Proposes trial `input.iteration`. Pure; the order of `finished` and `pending` does not matter. */
export function ask(input: AskInput): Proposal {
  switch (input.settings.method) {
    case 'grid':
      return askGrid(input);
    case 'random':
      return askRandom(input);
    case 'bayesian':
      return askBayesian(input);
  }
}
