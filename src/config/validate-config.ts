import type { Cached } from '../market-data/cache.ts';
import type { SourceReport } from '../market-data/recorded/read-source.ts';
import type { Scenario } from '../market-data/scenario.ts';
import { gridSize } from '../optimizers/grid.ts';
import { checkData } from './data-checks.ts';
import type { ConfigIssue } from './issue.ts';
import { type ConfigSources, dataLocation, inspectConfig, type LoadOptions } from './load-config.ts';
import type { ConfigOverrides } from './overrides.ts';
import type { SessionSpec } from './session-spec.ts';

/** What `validate` tells of a config: everything that is wrong with it and its data, or what a session of it would be. */

export interface ValidationReport {
  readonly ok: boolean;
  readonly issues: readonly ConfigIssue[];
  readonly sources: ConfigSources;
  /** Absent when there are errors. */
  readonly session?: SessionSummary;
}

export interface SessionSummary {
  readonly name: string;
  readonly method: string;
  readonly maxIterations: number;
  readonly parallelism: number;
  readonly parameters: readonly string[];
  /** With `method: grid`; a session ends when they are all tried. */
  readonly gridPoints?: number;
  readonly scenarios: readonly ScenarioSummary[];
  readonly specHash: string;
  readonly dataHash: string;
}

export interface ScenarioSummary {
  readonly name: string;
  readonly source: 'steps' | 'generator' | 'data';
  /** Rows the engine replays. */
  readonly rows: number;
  readonly seconds: number;
  /** What was found in each recorded file. */
  readonly reports: readonly SourceReport[];
}

/** Reads everything a session would, its market data included, and starts nothing. Throws for defects only. */
export async function validateConfig(
  path: string,
  overrides: ConfigOverrides = {},
  options: LoadOptions = {},
): Promise<ValidationReport> {
  const { spec, issues, sources } = await inspectConfig(path, overrides, options);
  if (spec === undefined) return { ok: false, issues, sources };
  const found: ConfigIssue[] = [...issues];
  const scenarios: ScenarioSummary[] = [];
  for (const [index, scenario] of spec.scenarios.entries()) {
    const file = sources.scenarios[index] ?? scenario.name;
    const checked = await checkData(scenario, file, dataLocation(sources.root));
    if (checked.ok) scenarios.push(summarizeScenario(scenario, checked.loaded));
    else found.push(checked.issue);
  }
  if (found.some((issue) => issue.severity === 'error')) return { ok: false, issues: found, sources };
  return { ok: true, issues: found, sources, session: summarize(spec, scenarios) };
}

function summarizeScenario({ name, ...scenario }: Scenario, { data, reports }: Cached): ScenarioSummary {
  const { rows, time } = data;
  const source = scenario.data ? 'data' : scenario.generator ? 'generator' : 'steps';
  const seconds = rows === 0 ? 0 : (time[rows - 1]! - time[0]!) / 1e6;
  return { name, source, rows, seconds, reports };
}

function summarize(spec: SessionSpec, scenarios: readonly ScenarioSummary[]): SessionSummary {
  const { name, optimizer, maxIterations, parallelism, space, specHash, dataHash } = spec;
  return {
    name,
    method: optimizer.method,
    maxIterations,
    parallelism,
    parameters: Object.keys(space),
    ...(optimizer.method === 'grid' ? { gridPoints: gridSize(space, optimizer.gridPoints) } : {}),
    scenarios,
    specHash,
    dataHash,
  };
}
