import type { OptimizerSettings } from '../../src/optimizers/optimizer.ts';
import type { RunKey } from './raw-results.ts';
import { runSession } from './run-session.ts';

/** A process of the bench: runs one session for each message, answers with its result. One session at a time, so CPU is its own. */

export interface SessionRequest {
  readonly key: RunKey;
  readonly settings: Omit<OptimizerSettings, 'seed'>;
}

process.on('message', async ({ key, settings }: SessionRequest) => {
  process.send!(await runSession(key, settings));
});
