import { loadavg } from 'node:os';
import { appendResult, keyOf, readResults } from './raw-results.ts';
import { serves } from './serves.ts';
import { runSessions } from './session-pool.ts';
import type { SessionRequest } from './session-process.ts';

/** Runs those of the sessions whose results the folder lacks, and says on stderr how far it is. */
export async function runMissing(
  folder: string,
  requests: readonly SessionRequest[],
  processes: number,
): Promise<void> {
  const results = readResults(folder);
  const missing = requests.filter(({ key }) => !results.some((run) => serves(run, key)));
  let left = missing.length;
  const count = (): void => {
    left -= 1;
    if (left % 20 === 0) process.stderr.write(`${left} sessions left, load ${loadavg()[0]!.toFixed(1)}\n`);
  };
  await runSessions(missing, {
    processes,
    onResult: (result) => {
      appendResult(folder, result);
      count();
    },
    onFailure: (key, error) => {
      process.stderr.write(`failed: ${keyOf(key)}: ${error}\n`);
      count();
    },
  });
}
