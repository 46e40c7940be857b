import type { SearchSpace } from '../search-space/space.ts';
import type { Findings } from './findings.ts';
import { type ParamProblem, paramsProblems } from './params.ts';
import { checkParamName, checkStrategyValue, SPACE_PATH } from './space-checks.ts';
import { isMapping } from './written.ts';
import type { DataPath } from './yaml-source.ts';

/** The parameters a config gives itself: `fixed`, and the sets to try first. */

const FIXED_PATH: DataPath = ['tuning', 'fixed'];
const ENQUEUE_PATH: DataPath = ['tuning', 'enqueue'];

export function checkFixed(fixed: unknown, space: unknown, findings: Findings): void {
  if (!isMapping(fixed)) return;
  for (const [name, value] of Object.entries(fixed)) {
    const path = [...FIXED_PATH, name];
    checkParamName(name, path, findings);
    if (isMapping(space) && Object.hasOwn(space, name)) {
      const message = `searched already, at ${findings.positionOf([...SPACE_PATH, name], 'key')}`;
      findings.add({ path, at: 'key', code: 'CONFLICT', message, hint: 'Remove it here or there' });
    } else {
      checkStrategyValue(name, value, path, findings);
    }
  }
}

/** Each set must be one that the search could propose itself. */
export function checkEnqueue(enqueue: unknown, space: SearchSpace, findings: Findings): void {
  if (!Array.isArray(enqueue)) return;
  enqueue.forEach((params: unknown, index) => {
    if (!isMapping(params)) return;
    for (const problem of paramsProblems(params, space)) {
      findings.add(problemFinding(problem, [...ENQUEUE_PATH, index]));
    }
  });
}

function problemFinding({ name, missing, ...rest }: ParamProblem, path: DataPath) {
  return missing
    ? { path: [...path, name], at: 'key' as const, ...rest }
    : {
        path: [...path, name],
        at: rest.code === 'UNKNOWN_PARAM' ? ('key' as const) : ('value' as const),
        ...rest,
      };
}
