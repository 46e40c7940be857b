import type { TuningClient } from '../../../src/client/tuning-client.ts';
import type { SessionResult } from '../../../src/workflows/messages.ts';
import { waitUntil } from '../../support/processes.ts';

/** Sessions that an order or a signal finds running, however slow the one that gives it: only an order ends them. */

/** More trials than are ever measured: of `slowConfig`'s, or of a search that learns, half a minute's at the very least. */
export const ENDLESS = 4_000;

const WITHIN_MS = 120_000;

/** Waits until so many trials are completed, through all the time that nobody answers; returns how many are. */
export async function completed(client: TuningClient, id: string, trials: number): Promise<number> {
  return await waitUntil(
    async () => {
      const status = await client.status(id).catch(() => undefined);
      return status && status.completed >= trials && status.completed;
    },
    WITHIN_MS,
    () => `Session ${id} has not completed ${trials} trials`,
  );
}

/** Waits until the worker has measured a trial of the session. */
export async function measuredBy(client: TuningClient, id: string, workerId: string): Promise<void> {
  await waitUntil(
    async () => {
      const trials = await client.trials(id, 1, ENDLESS).catch(() => []);
      return trials.some(({ worker_id }) => worker_id === workerId);
    },
    WITHIN_MS,
    () => `Worker ${workerId} has measured nothing of session ${id}`,
  );
}

/** Ends the session once it has completed so many trials. */
export async function stoppedAfter(client: TuningClient, id: string, trials: number): Promise<SessionResult> {
  await completed(client, id, trials);
  await client.stop(id);
  return await client.wait(id);
}
