import { ArbtuneError } from '../errors.ts';
import type { Cached } from '../market-data/cache.ts';
import { type DataLocation, loadWithReports } from '../market-data/load.ts';
import type { Scenario } from '../market-data/scenario.ts';
import type { ConfigIssue } from './issue.ts';
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

/** Everything wrong with the recordings that scenarios name; `files` are the scenarios' own. */
export async function recordingIssues(
  scenarios: readonly Scenario[],
  files: readonly string[],
  location: DataLocation,
): Promise<ConfigIssue[]> {
  const issues: ConfigIssue[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    if (scenario.data === undefined) continue;
    const checked = await checkData(scenario, files[index] ?? scenario.name, location);
    if (!checked.ok) issues.push(checked.issue);
  }
  return issues;
}
