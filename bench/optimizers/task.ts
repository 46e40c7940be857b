import type { Params, SearchSpace } from '../../src/search-space/space.ts';
import { observe } from './problems/randomness.ts';
import { findProblem } from './problems/sets.ts';
import type { Measurement } from './run-session.ts';

/** What a session searches, by name: a test problem, or the paper engine on a data set (`engine-…`). */

export interface Task {
  readonly space: SearchSpace;
  /** `trial` counts from 0 in the order told; with the seed it decides the noise. */
  measure(params: Params, seed: number, trial: number): Measurement;
}

export const ENGINE_PREFIX = 'engine-';

export async function findTask(name: string): Promise<Task> {
  if (name.startsWith(ENGINE_PREFIX)) {
    const { engineTask } = await import('./engine/engine-task.ts');
    return engineTask(name.slice(ENGINE_PREFIX.length));
  }
  const problem = findProblem(name);
  return {
    space: problem.space,
    measure(params, seed, trial) {
      const value = problem.f(params);
      return { value, told: observe(problem, value, seed, trial) };
    },
  };
}
