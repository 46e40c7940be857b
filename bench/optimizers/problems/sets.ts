import { CONTINUOUS } from './continuous.ts';
import { HELD_OUT } from './heldout.ts';
import heldOutYardsticks from './heldout-yardsticks.json' with { type: 'json' };
import { MIXED } from './mixed.ts';
import { attachYardsticks, type Problem } from './problem.ts';
import yardsticks from './yardsticks.json' with { type: 'json' };

/** The two sets of problems: the public 14, and those kept aside to see whether the optimizer is tuned to the 14. */

export const SETS = ['standard', 'heldout'] as const;
export type SetName = (typeof SETS)[number];

const PROBLEMS: Readonly<Record<SetName, readonly Problem[]>> = {
  standard: attachYardsticks([...CONTINUOUS, ...MIXED], yardsticks),
  heldout: attachYardsticks(HELD_OUT, heldOutYardsticks),
};

export const problemsOf = (set: SetName): readonly Problem[] => PROBLEMS[set];

export function findProblem(name: string): Problem {
  const found = SETS.flatMap((set) => PROBLEMS[set]).find((problem) => problem.name === name);
  if (!found) throw new Error(`Expected a problem's name, got ${name}`);
  return found;
}
