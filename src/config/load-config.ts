import { basename, dirname, extname, resolve } from 'node:path';
import { arbtuneHome, homeLayout } from '../embedded/home.ts';
import { type DataLocation, scenarioDataHash } from '../market-data/load.ts';
import type { Scenario } from '../market-data/scenario.ts';
import { tooManyTrials } from '../workflows/capacity.ts';
import { MAX_SPEC_BYTES } from '../workflows/limits.ts';
import { dataIssues } from './data-checks.ts';
import type { Findings } from './findings.ts';
import { formatIssue } from './format-issues.ts';
import { ConfigError, type ConfigIssue } from './issue.ts';
import { readScenario } from './load-scenario.ts';
import { checkScenarioNames } from './objective-checks.ts';
import { type ConfigOverrides, overrideIssues } from './overrides.ts';
import { resolveSpec } from './resolve-spec.ts';
import type { SessionSpec } from './session-spec.ts';
import { checkSizes } from './size-checks.ts';
import { displayPath, MAX_CONFIG_BYTES, readTextFile, scenarioRoot } from './text-file.ts';
import { checkTuning } from './tuning-checks.ts';
import { isMapping } from './written.ts';
import { parseYaml } from './yaml-source.ts';

/** From the path of a config to a session that can be started: files read, checked together, defaults filled in. */

export interface LoadOptions {
  /** The folder that scenarios and data files must lie under; absent: the config's project (`scenarioRoot`). */
  readonly root?: string;
}

export interface LoadedConfig {
  readonly spec: SessionSpec;
  /** A line each, as people read them. */
  readonly warnings: readonly string[];
  readonly sources: ConfigSources;
}

/** The files a session was made of; absolute. */
export interface ConfigSources {
  readonly config: string;
  readonly scenarios: readonly string[];
  /** What the data files of the spec are relative to. */
  readonly root: string;
}

/** Throws a `ConfigError` with everything that is wrong in the config, its scenarios, their data and the overrides. */
export async function loadConfig(
  path: string,
  overrides: ConfigOverrides = {},
  options: LoadOptions = {},
): Promise<LoadedConfig> {
  const { issues, ...loaded } = await inspectConfig(path, overrides, options);
  const errors = issues.filter((issue) => issue.severity === 'error');
  if (loaded.spec === undefined || errors.length > 0) throw new ConfigError(errors);
  const warnings = issues.filter((issue) => issue.severity === 'warning');
  return { spec: loaded.spec, warnings: warnings.map(formatIssue), sources: loaded.sources };
}

export interface InspectedConfig {
  /** Absent when there are errors. */
  readonly spec?: SessionSpec;
  readonly issues: readonly ConfigIssue[];
  readonly sources: ConfigSources;
}

/** Everything that can be said of a config, its scenarios and its recorded data; nothing is thrown for what is wrong with it. */
export async function inspectConfig(
  path: string,
  overrides: ConfigOverrides = {},
  options: LoadOptions = {},
): Promise<InspectedConfig> {
  const source = displayPath(path);
  const wrongOptions = overrideIssues(overrides);
  const file = await readTextFile(path, { maxBytes: MAX_CONFIG_BYTES });
  if (!file.ok) {
    const sources = { config: resolve(path), scenarios: [], root: dirname(resolve(path)) };
    const issue: ConfigIssue = { severity: 'error', source, path: '', ...file.problem };
    return { issues: [...wrongOptions, issue], sources };
  }
  const root = resolve(options.root ?? (await scenarioRoot(file.path)));
  const { findings, data: written } = parseYaml(source, file.text);
  const data = checkSizes(written, findings) ? written : undefined;
  const scenarios = await readScenarios(data, dirname(file.path), root, findings);
  const config = data === undefined ? undefined : checkTuning(data, overrides, findings);
  const sources = { config: file.path, scenarios: scenarios.paths, root };
  const issues = [...wrongOptions, ...findings.firstErrors, ...scenarios.issues, ...findings.warnings];
  if (config === undefined || issues.some((issue) => issue.severity === 'error')) return { issues, sources };
  const location = dataLocation(root);
  const ofData = await dataIssues(scenarios.found, scenarios.paths, location);
  issues.unshift(...ofData);
  if (ofData.some((issue) => issue.severity === 'error')) return { issues, sources };
  const name = config.name ?? basename(path, extname(path));
  const spec = resolveSpec(
    { ...config, name },
    scenarios.found,
    await scenarioDataHash(scenarios.found, location),
  );
  const size = JSON.stringify(spec).length;
  if (size > MAX_SPEC_BYTES) {
    findings.add({
      path: ['tuning', 'scenarios'],
      at: 'key',
      code: 'TOO_LARGE',
      message: `the session would take ${size} bytes; at most ${MAX_SPEC_BYTES} travel with one`,
      hint: 'Write fewer steps, or keep quotes in data files',
    });
    return { issues: findings.errors, sources };
  }
  const tooMany = tooManyTrials(spec, spec.maxIterations);
  if (tooMany !== undefined) {
    findings.add({
      path: ['tuning', 'max_iterations'],
      code: 'TOO_LARGE',
      message: tooMany,
      hint: 'Ask for fewer, search fewer params or wider steps, or start several sessions',
    });
    return { issues: findings.errors, sources };
  }
  return { spec, issues, sources };
}

/** Where a scenario's data is found, and its columns are kept. */
export function dataLocation(root: string): DataLocation {
  return { root, cacheDir: homeLayout(arbtuneHome(process.env)).cacheFolder };
}

interface ReadScenarios {
  readonly found: readonly Scenario[];
  readonly paths: readonly string[];
  readonly issues: readonly ConfigIssue[];
}

/** Reads the scenarios that `tuning.scenarios` names, as far as it can be made out. */
async function readScenarios(
  data: unknown,
  folder: string,
  root: string,
  findings: Findings,
): Promise<ReadScenarios> {
  const tuning = isMapping(data) ? data.tuning : undefined;
  const written = isMapping(tuning) ? tuning.scenarios : undefined;
  if (!Array.isArray(written)) return { found: [], paths: [], issues: [] };
  const found: (Scenario | undefined)[] = [];
  const paths: string[] = [];
  const issues: ConfigIssue[] = [];
  for (const [index, name] of written.entries()) {
    found.push(undefined);
    if (typeof name !== 'string' || name === '') continue;
    const path = resolve(folder, name);
    const result = await readScenario(path, root);
    if (result.ok) {
      found[index] = result.scenario;
      paths.push(path);
      issues.push(...result.warnings);
    } else if ('issues' in result) {
      issues.push(...result.issues);
    } else {
      findings.add({ path: ['tuning', 'scenarios', index], ...result.problem });
    }
  }
  const objective = isMapping(tuning) ? tuning.objective : undefined;
  const weights = isMapping(objective) && isMapping(objective.weights) ? objective.weights : {};
  checkScenarioNames(
    found.map((scenario) => scenario?.name),
    weights,
    findings,
  );
  return { found: found.filter((scenario) => scenario !== undefined), paths, issues };
}
