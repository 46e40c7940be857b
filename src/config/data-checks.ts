import { ArbtuneError } from '../errors.ts';
import type { Cached } from '../market-data/cache.ts';
import { type DataLocation, loadWithReports } from '../market-data/load.ts';
import type { Scenario } from '../market-data/scenario.ts';
import type { ConfigIssue } from './issue.ts';
import { priceProblem } from './price-checks.ts';
import { displayPath } from './text-file.ts';

/** A scenario's quotes, read as a worker reads them: what is wrong with recorded data is known before a session starts. */

export type CheckedData =
  | { readonly ok: true; readonly loaded: Cached }
  | { readonly ok: false; readonly issue: ConfigIssue };

/** `file`: the scenario's, for the message. */
export async function checkData(
  scenario: Scenario,
  file: string,
  location: DataLocation,
): Promise<CheckedData> {
  try {
    return { ok: true, loaded: await loadWithReports(scenario, location) };
  } catch (error) {
    if (!(error instanceof ArbtuneError)) throw error;
    const message = error.message.replace(/\.$/, '');
    return {
      ok: false,
      issue: { severity: 'error', source: displayPath(file), path: '', code: 'BAD_DATA', message },
    };
  }
}

/**
 * Everything wrong with the quotes that scenarios write out or name, and what looks wrong; `files` are the scenarios'
 * own. A generator makes one venue from the other at the rate: its quotes always go together.
 */
export async function dataIssues(
  scenarios: readonly Scenario[],
  files: readonly string[],
  location: DataLocation,
): Promise<ConfigIssue[]> {
  const issues: ConfigIssue[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    if (scenario.generator !== undefined) continue;
    const file = files[index] ?? scenario.name;
    const checked = await checkData(scenario, file, location);
    if (!checked.ok) {
      issues.push(checked.issue);
      continue;
    }
    const problem = priceProblem(scenario.name, checked.loaded.data);
    const place = { severity: 'warning', source: displayPath(file), path: '', code: 'SUSPICIOUS' } as const;
    if (problem) issues.push({ ...place, ...problem });
  }
  return issues;
}
