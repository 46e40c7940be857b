import type { Findings } from './findings.ts';
import { nearestName } from './nearest.ts';
import { SPACE_PATH } from './space-checks.ts';
import { isMapping, isNumber, type Written } from './written.ts';
import type { DataPath } from './yaml-source.ts';

/** The conditions (`when`) of a search space: their parents exist, can have the values named, exclude no other, and do not go in circles. */

export function checkConditions(space: unknown, findings: Findings): void {
  if (!isMapping(space)) return;
  for (const [name, parameter] of Object.entries(space)) {
    if (!isMapping(parameter) || !isMapping(parameter.when)) continue;
    for (const [parent, wanted] of Object.entries(parameter.when)) {
      checkParent(space, name, parent, wanted, findings);
    }
  }
  const circle = findCircle(space);
  if (circle === undefined) {
    checkReachable(space, findings);
  } else {
    const message = `the conditions go in a circle: ${[...circle, circle[0]].join(' -> ')}`;
    findings.add({ path: [...SPACE_PATH, circle[0]!, 'when'], at: 'key', code: 'CONDITION', message });
  }
}

/** What a parameter needs of one it is conditional on, directly or through another: any of these values. */
type Needs = ReadonlyMap<string, readonly unknown[]>;

/** A parameter whose conditions, and those of its parents, exclude one another is never searched. */
function checkReachable(space: Written, findings: Findings): void {
  const known = new Map<string, Needs>();
  const needsOf = (name: string): Needs => {
    const found = known.get(name);
    if (found) return found;
    const needs = new Map<string, readonly unknown[]>();
    const need = (parent: string, values: readonly unknown[]) => {
      const both = needs.get(parent)?.filter((value) => values.includes(value)) ?? values;
      if (both.length === 0 && values.length > 0) {
        const message = `it never holds: ${parent} cannot be ${needs.get(parent)?.join(' or ')} and at once ${values.join(' or ')}`;
        findings.add({ path: [...SPACE_PATH, name, 'when'], at: 'key', code: 'CONDITION', message });
      }
      needs.set(parent, both);
    };
    for (const parent of parentsOf(space, name)) {
      const wanted = ((space[name] as Written).when as Written)[parent];
      need(parent, Array.isArray(wanted) ? wanted : [wanted]);
    }
    for (const parent of parentsOf(space, name)) {
      for (const [ancestor, values] of needsOf(parent)) need(ancestor, values);
    }
    known.set(name, needs);
    return needs;
  };
  for (const name of Object.keys(space)) needsOf(name);
}

function checkParent(
  space: Written,
  name: string,
  parent: string,
  wanted: unknown,
  findings: Findings,
): void {
  const path: DataPath = [...SPACE_PATH, name, 'when', parent];
  if (!Object.hasOwn(space, parent)) {
    const nearest = nearestName(parent, Object.keys(space));
    findings.add({
      path,
      at: 'key',
      code: 'CONDITION',
      message: 'the condition names what is not in the search space',
      hint: nearest === undefined ? undefined : `Did you mean ${nearest}?`,
    });
    return;
  }
  const definition = space[parent];
  if (!isMapping(definition)) return;
  const values = Array.isArray(wanted) ? wanted : [wanted];
  values.forEach((value: unknown, index) => {
    const problem = notAValue(parent, definition, value);
    const at = Array.isArray(wanted) ? [...path, index] : path;
    if (problem !== undefined) findings.add({ path: at, code: 'CONDITION', message: problem });
  });
}

/** Why the parent can never have the value; undefined when it can. */
function notAValue(parent: string, definition: Written, value: unknown): string | undefined {
  const { type, choices, bounds, step } = definition;
  if (type === 'bool' && typeof value !== 'boolean')
    return `${parent} is true or false, never ${JSON.stringify(value)}`;
  if (type === 'float')
    return `a condition needs a categorical, bool or int parameter, and ${parent} is a float`;
  if (type === 'categorical' && Array.isArray(choices) && !choices.includes(value)) {
    return `${parent} is one of ${choices.join(', ')}, never ${JSON.stringify(value)}`;
  }
  if (type === 'int' && Array.isArray(bounds) && bounds.length === 2) {
    const [low, high] = bounds as [number, number];
    const every = isNumber(step) && step > 0 ? step : 1;
    const possible = isNumber(value) && value >= low && value <= high && (value - low) % every === 0;
    if (possible) return undefined;
    const steps = every === 1 ? '' : ` in steps of ${every}`;
    return `${parent} is a whole number from ${low} to ${high}${steps}, never ${JSON.stringify(value)}`;
  }
  return undefined;
}

function findCircle(space: Written): string[] | undefined {
  const done = new Set<string>();
  const follow = (name: string, trail: readonly string[]): string[] | undefined => {
    const seen = trail.indexOf(name);
    if (seen !== -1) return trail.slice(seen);
    if (done.has(name)) return undefined;
    for (const parent of parentsOf(space, name)) {
      const circle = follow(parent, [...trail, name]);
      if (circle) return circle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of Object.keys(space)) {
    const circle = follow(name, []);
    if (circle) return circle;
  }
  return undefined;
}

/** The parameters that `name` is conditional on, as far as they are in the space. */
export function parentsOf(space: Written, name: string): string[] {
  const parameter = space[name];
  if (!isMapping(parameter) || !isMapping(parameter.when)) return [];
  return Object.keys(parameter.when).filter((parent) => Object.hasOwn(space, parent));
}
