import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { endIfUnused } from './embedded-server.ts';
import { withFileLock } from './file-lock.ts';
import { homeLayout } from './home.ts';
import { isRunning, signalProcess } from './process-identity.ts';
import { liveLeases } from './server-state.ts';

/**
 * A process beside the embedded server: ends it when it has been without a living user for two checks in a row, which
 * is so only when they were all killed. Ends with the server. Arguments: home, the server's pid and beginning, and the
 * milliseconds between checks.
 */

/** How soon it follows the server. */
const LOOK_MS = 500;

const [home = '', pid, began = '', checkMs] = process.argv.slice(2);
const server = { pid: Number(pid), began };
const paths = homeLayout(home).temporal;

let unused = 0;
while (!(await endsWithin(Number(checkMs)))) {
  if (!existsSync(paths.leases)) {
    signalProcess(server, 'SIGTERM');
    break;
  }
  unused = liveLeases(paths).length === 0 ? unused + 1 : 0;
  if (unused >= 2) await withFileLock(paths.lock, async () => endIfUnused(paths));
}

async function endsWithin(milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (isRunning(server)) {
    if (performance.now() > deadline) return false;
    await delay(Math.min(LOOK_MS, milliseconds));
  }
  return true;
}
