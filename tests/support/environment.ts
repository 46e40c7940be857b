import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** What a test's processes see of the machine: none of the tester's own settings, and folders of their own. */

const SETTINGS = /^(TEMPORAL_|ARBTUNE_|REDIS_URL$)/;

/**
 * The tests' environment without settings of Temporal, Redis and arbtune. A configuration file that is not there keeps
 * the tester's own from being read.
 */
export function cleanEnvironment(added: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !SETTINGS.test(name));
  const inherited = kept.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    ...Object.fromEntries(inherited),
    TEMPORAL_CONFIG_FILE: join(tmpdir(), 'no-such-temporal.toml'),
    ...added,
  };
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'arbtune-test-'));
  // A process just ended may still write its last.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  return folder;
}
