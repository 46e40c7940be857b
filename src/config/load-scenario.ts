import { basename, extname } from 'node:path';
import type { Scenario } from '../market-data/scenario.ts';
import { checkDataFiles, withFiles } from './data-files.ts';
import { ConfigError, type ConfigIssue } from './issue.ts';
import { checkSource, checkSteps } from './scenario-checks.ts';
import { type ScenarioFile, scenarioSchema } from './scenario-schema.ts';
import { displayPath, type FileProblem, readTextFile } from './text-file.ts';
import { checkParamUnits } from './unit-checks.ts';
import { isMapping } from './written.ts';
import { parseYaml } from './yaml-source.ts';
import { parseWith } from './zod-findings.ts';

/** Reads and checks one scenario file. */

export type ScenarioResult =
  | { readonly ok: true; readonly scenario: Scenario; readonly warnings: readonly ConfigIssue[] }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] }
  /** The file itself cannot be read: to be said where it is named. */
  | { readonly ok: false; readonly problem: FileProblem };

/**
 * The scenario in `path`, which must lie under `root`, as must the data files it names: those are relative to the
 * scenario's folder as written, and to `root` in the result. Throws a `ConfigError`.
 */
export async function loadScenario(path: string, root: string): Promise<Scenario> {
  const result = await readScenario(path, root);
  if (result.ok) return result.scenario;
  if ('issues' in result) throw new ConfigError(result.issues);
  throw new ConfigError([{ severity: 'error', source: displayPath(path), path: '', ...result.problem }]);
}

export async function readScenario(path: string, root: string): Promise<ScenarioResult> {
  const file = await readTextFile(path, { root });
  if (!file.ok) return file;
  const { findings, data } = parseYaml(displayPath(path), file.text);
  if (data === undefined) return { ok: false, issues: findings.errors };
  const parsed = parseWith(scenarioSchema, data, findings);
  checkSource(data, findings);
  checkSteps(data, findings);
  if (isMapping(data)) checkParamUnits(data.risk_profile, ['risk_profile'], findings);
  const files =
    parsed?.data === undefined
      ? new Map<string, string>()
      : await checkDataFiles(parsed.data, path, root, findings);
  if (parsed === undefined || findings.errors.length > 0) {
    return { ok: false, issues: findings.firstErrors };
  }
  return { ok: true, scenario: toScenario(parsed, path, files), warnings: findings.warnings };
}

function toScenario(file: ScenarioFile, path: string, files: ReadonlyMap<string, string>): Scenario {
  const { name, steps, generator, data, ...rest } = file;
  return {
    name: name ?? basename(path, extname(path)),
    ...rest,
    steps: steps ?? [],
    ...(generator === undefined ? {} : { generator }),
    ...(data === undefined ? {} : { data: withFiles(data, files) }),
  };
}
