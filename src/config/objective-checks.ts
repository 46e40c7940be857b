import { checkConstraints } from './constraint-checks.ts';
import type { Findings } from './findings.ts';
import { METRIC_NAMES } from './metric-names.ts';
import { nearestName } from './nearest.ts';
import { isMapping } from './written.ts';
import type { DataPath } from './yaml-source.ts';

/** What an objective may not be: about metrics that do not exist, without a direction, weighing scenarios that are not there. */

const PATH: DataPath = ['tuning', 'objective'];

export function checkObjective(objective: unknown, findings: Findings): void {
  if (!isMapping(objective)) return;
  checkMetric(objective.metric, [...PATH, 'metric'], findings);
  for (const list of ['metrics', 'constraints'] as const) {
    const items = objective[list];
    if (!Array.isArray(items)) continue;
    items.forEach((item: unknown, index) => {
      if (isMapping(item)) checkMetric(item.metric, [...PATH, list, index, 'metric'], findings);
    });
  }
  checkConstraints(objective.constraints, findings);
  if (objective.metric !== undefined && objective.direction === undefined) {
    const message = 'missing; with a metric, expected maximize | minimize';
    findings.add({ path: [...PATH, 'direction'], at: 'key', code: 'MISSING', message });
  }
  if (objective.metrics === undefined) return;
  for (const key of ['metric', 'direction', 'aggregate']) {
    if (objective[key] === undefined) continue;
    const message = 'cannot be combined with `metrics`';
    const hint = `Move it into the list under metrics`;
    findings.add({ path: [...PATH, key], at: 'key', code: 'CONFLICT', message, hint });
  }
}

/** `names` in the order of `tuning.scenarios`; a scenario that could not be read has none. */
export function checkScenarioNames(
  names: readonly (string | undefined)[],
  weights: Readonly<Record<string, unknown>>,
  findings: Findings,
): void {
  names.forEach((name, index) => {
    const first = names.indexOf(name);
    if (name === undefined || first === index) return;
    const path: DataPath = ['tuning', 'scenarios', index];
    const message = `the scenario ${name} is already listed at ${findings.positionOf(['tuning', 'scenarios', first])}`;
    findings.add({
      path,
      code: 'DUPLICATE',
      message,
      hint: 'Remove one of the two, or give it another name',
    });
  });
  if (names.includes(undefined)) return;
  for (const name of Object.keys(weights)) {
    if (names.includes(name)) continue;
    const nearest = nearestName(name, names as string[]);
    findings.add({
      path: [...PATH, 'weights', name],
      at: 'key',
      code: 'UNKNOWN_SCENARIO',
      message: `no scenario listed has this name; there are ${names.join(', ')}`,
      hint: nearest === undefined ? undefined : `Did you mean ${nearest}?`,
    });
  }
  if (names.length > 0 && names.every((name) => weights[name as string] === 0)) {
    findings.add({
      path: [...PATH, 'weights'],
      code: 'CONFLICT',
      message: 'every scenario has the weight 0',
    });
  }
}

function checkMetric(metric: unknown, path: DataPath, findings: Findings): void {
  if (typeof metric !== 'string' || METRIC_NAMES.includes(metric)) return;
  const nearest = nearestName(metric, METRIC_NAMES);
  findings.add({
    path,
    code: 'UNKNOWN_METRIC',
    message: `there is no metric "${metric}"; there are ${METRIC_NAMES.join(', ')}`,
    hint: nearest === undefined ? undefined : `Did you mean ${nearest}?`,
  });
}
