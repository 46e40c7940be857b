import { isActive } from '../search-space/params.ts';
import type { Parameter, Params, ParamValue, SearchSpace } from '../search-space/space.ts';
import { ConfigError, type ConfigIssue, type IssueCode } from './issue.ts';
import { nearestName } from './nearest.ts';
import { isNumber, tidy, type Written } from './written.ts';

/** Parameter sets that people write: checked against a search space, and read from `k=v,...`. */

export interface ParamProblem {
  readonly name: string;
  /** Nothing is written for it. */
  readonly missing: boolean;
  readonly code: IssueCode;
  readonly message: string;
  readonly hint?: string;
}

/** Everything that keeps `params` from being a set of the space: complete, inside it, nothing inactive. */
export function paramsProblems(params: Written, space: SearchSpace): ParamProblem[] {
  const problems: ParamProblem[] = [];
  for (const name of Object.keys(params)) {
    if (Object.hasOwn(space, name)) continue;
    const nearest = nearestName(name, Object.keys(space));
    problems.push({
      name,
      missing: false,
      code: 'UNKNOWN_PARAM',
      message: `not in the search space, which has ${Object.keys(space).join(', ')}`,
      ...(nearest === undefined ? {} : { hint: `Did you mean ${nearest}?` }),
    });
  }
  for (const [name, parameter] of Object.entries(space)) {
    const problem = valueProblem(name, parameter, params);
    if (problem !== undefined) problems.push({ name, ...problem });
  }
  return problems;
}

function valueProblem(
  name: string,
  parameter: Parameter,
  params: Written,
): Omit<ParamProblem, 'name'> | undefined {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  const active = isActive(parameter, params as Params);
  if (value === undefined) {
    if (!active) return undefined;
    return {
      missing: true,
      code: 'MISSING',
      message: `missing; expected ${allowed(parameter)}`,
    };
  }
  if (!active) {
    const condition = Object.entries(parameter.when ?? {})
      .map(([parent, values]) => `${parent} is ${values.join(' or ')}`)
      .join(' and ');
    return {
      missing: false,
      code: 'CONDITION',
      message: `only counts when ${condition}`,
      hint: 'Leave it out',
    };
  }
  if (isAllowed(parameter, value)) return undefined;
  return {
    missing: false,
    code: 'BAD_VALUE',
    message: `expected ${allowed(parameter)}, got ${JSON.stringify(value)}`,
  };
}

function isAllowed(parameter: Parameter, value: unknown): boolean {
  if (parameter.type === 'bool') return typeof value === 'boolean';
  if (parameter.type === 'categorical') return parameter.choices.includes(value as ParamValue);
  const [low, high] = parameter.bounds;
  if (!isNumber(value) || value < low || value > high) return false;
  if (parameter.type === 'int' && !Number.isInteger(value)) return false;
  if (parameter.step === undefined) return true;
  const steps = (value - low) / parameter.step;
  return Math.abs(steps - Math.round(steps)) < 1e-6;
}

function allowed(parameter: Parameter): string {
  if (parameter.type === 'bool') return 'true or false';
  if (parameter.type === 'categorical') return `one of ${parameter.choices.join(', ')}`;
  const [low, high] = parameter.bounds;
  const kind = parameter.type === 'int' ? 'a whole number' : 'a number';
  const step = parameter.step === undefined ? '' : ` in steps of ${tidy(parameter.step)}`;
  return `${kind} from ${low} to ${high}${step}`;
}

/**
 * One parameter set of `k=v,k=v`, typed by the space and checked against it. Throws a `ConfigError` with everything
 * that is wrong; `source` is the option it came from.
 */
export function parseParams(text: string, space: SearchSpace, source = '--enqueue'): Params {
  const issue = (code: IssueCode, message: string, path: string, hint?: string): ConfigIssue => ({
    severity: 'error',
    source,
    path,
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
  });
  const issues: ConfigIssue[] = [];
  const params: Record<string, ParamValue> = {};
  for (const part of text.split(',')) {
    const [, name, value] = part.match(/^\s*([^=\s]+)\s*=\s*(.*?)\s*$/) ?? [];
    if (name === undefined || value === undefined || value === '') {
      issues.push(issue('BAD_VALUE', `expected name=value, got ${JSON.stringify(part)}`, ''));
    } else if (Object.hasOwn(params, name)) {
      issues.push(issue('DUPLICATE', 'given twice', name));
    } else {
      params[name] = readValue(value, Object.hasOwn(space, name) ? space[name] : undefined);
    }
  }
  if (issues.length === 0) {
    for (const { name, code, message, hint } of paramsProblems(params, space))
      issues.push(issue(code, message, name, hint));
  }
  if (issues.length > 0) throw new ConfigError(issues);
  // In the space's order, as every proposed set is.
  return Object.fromEntries(
    Object.keys(space).flatMap((name) => (name in params ? [[name, params[name]!]] : [])),
  );
}

/** What the parameter's type makes of the text; the text itself where that fails, for the check to complain about. */
function readValue(text: string, parameter: Parameter | undefined): ParamValue {
  if (parameter?.type === 'categorical')
    return parameter.choices.find((choice) => String(choice) === text) ?? text;
  if (parameter?.type === 'bool') return text === 'true' ? true : text === 'false' ? false : text;
  const isPlainNumber = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text);
  return isPlainNumber && Number.isFinite(Number(text)) ? Number(text) : text;
}
