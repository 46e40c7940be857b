import { gridSize } from '../optimizers/grid.ts';
import { checkConditions } from './condition-checks.ts';
import { engineProblem } from './engine-checks.ts';
import type { Findings } from './findings.ts';
import { checkObjective } from './objective-checks.ts';
import type { ConfigOverrides } from './overrides.ts';
import { checkEnqueue, checkFixed } from './param-checks.ts';
import { searchSpace } from './search-space.ts';
import { checkSpace, SPACE_PATH } from './space-checks.ts';
import { MAX_ITERATIONS, type TuningConfig, tuningFileSchema } from './tuning-schema.ts';
import { checkFeeUnits, checkParamUnits } from './unit-checks.ts';
import { isMapping } from './written.ts';
import { parseWith } from './zod-findings.ts';

/** Every check of a tuning config's own text, and the config with what the command line said over it. */

/** The config, or undefined when `findings` has got errors that leave none. */
export function checkTuning(
  data: unknown,
  overrides: ConfigOverrides,
  findings: Findings,
): TuningConfig | undefined {
  const parsed = parseWith(tuningFileSchema, data, findings);
  const written = isMapping(data) && isMapping(data.tuning) ? data.tuning : {};
  checkSpace(written.search_space, findings);
  checkConditions(written.search_space, findings);
  checkFixed(written.fixed, written.search_space, findings);
  checkObjective(written.objective, findings);
  checkFeeUnits(written.engine, findings);
  checkParamUnits(written.search_space, SPACE_PATH, findings);
  checkParamUnits(written.fixed, ['tuning', 'fixed'], findings);
  if (parsed === undefined) return undefined;
  const config = applyOverrides(parsed.tuning, overrides);
  checkEngine(config, findings);
  checkPruner(config, findings);
  checkExpectedRegret(config, findings);
  if (!findings.hasErrorAt(SPACE_PATH)) {
    const space = searchSpace(config.search_space);
    checkEnqueue(config.enqueue, space, findings);
    if (config.method === 'grid') checkGrid(gridSize(space, config.grid_points), config, findings);
  }
  return config;
}

function applyOverrides(config: TuningConfig, overrides: ConfigOverrides): TuningConfig {
  return {
    ...config,
    acquisition_fn: overrides.acquisition ?? config.acquisition_fn,
    ordering: overrides.ordering ?? config.ordering,
    method: overrides.optimizer ?? config.method,
    max_iterations: overrides.iterations ?? config.max_iterations,
    parallelism: overrides.workers ?? config.parallelism,
    seed: overrides.seed ?? config.seed,
  };
}

/** A grid that no session could finish is a mistake in the space, found before the start and not after a day. */
function checkGrid(size: number, config: TuningConfig, findings: Findings): void {
  if (size <= MAX_ITERATIONS) return;
  findings.add({
    path: SPACE_PATH,
    at: 'key',
    code: 'GRID_TOO_LARGE',
    message: `the grid has ${count(size)} points with grid_points ${config.grid_points}; at most ${count(MAX_ITERATIONS)} are allowed`,
    hint: 'Search fewer parameters, write larger steps or fewer grid_points, or use method: random or bayesian',
  });
}

/** A pruner judges one number by the scenarios that are still to come. */
function checkPruner({ pruner, scenarios, objective }: TuningConfig, findings: Findings): void {
  if (pruner === undefined) return;
  const objectives = objective.metrics?.length ?? 1;
  if (scenarios.length >= 2 && objectives === 1) return;
  findings.add({
    path: ['tuning', 'pruner'],
    at: 'key',
    code: 'BAD_VALUE',
    message: `needs at least 2 scenarios and a single objective, got ${scenarios.length} and ${objectives}`,
    hint: 'Name another scenario, keep one objective, or leave the pruner out',
  });
}

/** Only a model of the objective can expect anything. */
function checkExpectedRegret({ stopping, method, objective }: TuningConfig, findings: Findings): void {
  if (stopping.expected_regret === undefined) return;
  if (method === 'bayesian' && (objective.metrics?.length ?? 1) === 1) return;
  findings.add({
    path: ['tuning', 'stopping', 'expected_regret'],
    at: 'key',
    code: 'BAD_VALUE',
    message: `needs method: bayesian and a single objective, got ${method} and ${objective.metrics?.length ?? 1}`,
    hint: 'Use patience instead',
  });
}

function count(size: number): string {
  return size < Number.MAX_SAFE_INTEGER ? size.toLocaleString('en-US') : `about ${size.toPrecision(3)}`;
}

function checkEngine(config: TuningConfig, findings: Findings): void {
  const problem = engineProblem(config.engine);
  if (problem)
    findings.add({ path: ['tuning', ...problem.path], code: 'BAD_VALUE', message: problem.message });
}
