import { createHash } from 'node:crypto';
import type { Scenario } from './scenario.ts';

/**
 * What a data set is known by: a hash of what decides its content, so that two machines can tell that they hold the
 * same data without comparing it. Where files lie makes no difference, what is in them does.
 */

/**
 * sha256 (hex) of one scenario: its canonical JSON, with each data file's name replaced by the sha256 of its content.
 * `fileHashes` maps every file the scenario names to that hash; a missing one is a defect and throws.
 */
export function scenarioHash(
  scenario: Scenario,
  fileHashes: ReadonlyMap<string, string> = new Map(),
): string {
  return sha256(canonicalJson(scenario, fileHashes));
}

/** A session's `dataHash`: sha256 (hex) over its scenarios' hashes, in the session's order. */
export function sessionDataHash(scenarioHashes: readonly string[]): string {
  return sha256(scenarioHashes.join('\n'));
}

/** JSON without spaces, keys sorted, absent and undefined values left out alike. */
function canonicalJson(value: unknown, fileHashes: ReadonlyMap<string, string>): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, fileHashes)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => {
      const content = key === 'file' ? fileContent(String(member), fileHashes) : member;
      return `${JSON.stringify(key)}:${canonicalJson(content, fileHashes)}`;
    });
  return `{${members.join(',')}}`;
}

function fileContent(file: string, fileHashes: ReadonlyMap<string, string>): string {
  const hash = fileHashes.get(file);
  if (hash === undefined) throw new Error(`The content of ${file} was not hashed`);
  return `sha256:${hash}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
