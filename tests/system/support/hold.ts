import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import type { TuningClient } from '../../../src/client/tuning-client.ts';
import { identifyProcess, signalProcess } from '../../../src/embedded/process-identity.ts';
import type { SessionStatus } from '../../../src/workflows/messages.ts';
import { waitUntil } from '../../support/processes.ts';
import type { Sandbox } from './sandbox.ts';

/** A moment in the middle of a session's trials that lasts until the test has done what it wants to do then. */

const fixture = fileURLToPath(new URL('../fixtures/holds-still.ts', import.meta.url));
const WITHIN_MS = 180_000;

export interface Hold {
  /** For the command that is to hold still: once, in one of its processes. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves with the pid when it holds still. */
  reached(): Promise<number>;
  /** Has it go on. */
  release(): void;
}

let count = 0;

/**
 * @param batch of trials, counted from 1 by each process: as it is taken up
 * @param afterMs so much later
 */
export function holdAt(machine: Sandbox, { batch, afterMs = 0 }: { batch: number; afterMs?: number }): Hold {
  const file = join(machine.folder, `held-${count++}`);
  const pidOf = () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0);
  return {
    environment: {
      NODE_OPTIONS: `--import=${pathToFileURL(fixture).href}`,
      ...{ HOLD_FILE: file, HOLD_AT: String(batch), HOLD_AFTER_MS: String(afterMs) },
    },
    async reached() {
      const pid = await waitUntil(
        () => pidOf() > 0 && isStopped(pidOf()) && pidOf(),
        WITHIN_MS,
        () => `Nobody holds still at batch ${batch}`,
      );
      const identity = identifyProcess(pid);
      onTestFinished(() => void (identity && signalProcess(identity, 'SIGKILL')));
      return pid;
    },
    release: () => void process.kill(pidOf(), 'SIGCONT'),
  };
}

function isStopped(pid: number): boolean {
  return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T');
}

/**
 * Pauses the session that a worker holds still in, and resolves when nothing runs any more and what was measured is
 * stored: some of its trials are, and some are left.
 */
export async function pauseAt(hold: Hold, client: TuningClient, sessionId: string): Promise<SessionStatus> {
  await hold.reached();
  const pausing = client.pause(sessionId);
  // Asked after the order was given, and answered: the session meets the order before it gets on.
  await client.describe(sessionId);
  hold.release();
  await pausing;
  return await waitUntil(async () => {
    const session = await client.status(sessionId);
    return session.running.length === 0 && session.persisted === session.completed && session;
  }, WITHIN_MS);
}
