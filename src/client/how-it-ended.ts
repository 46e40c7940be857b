import type { StoredSession } from './go-on.ts';
import type { TuningClient } from './tuning-client.ts';

/** How a session came to its end, as one who goes on with it should know. */

/** In Temporal's words; a session that failed, or was stopped, says more itself. */
const WORDS: Readonly<Record<string, string>> = {
  CANCELLED: 'was cancelled',
  TERMINATED: 'was terminated',
  TIMED_OUT: 'was timed out by Temporal',
  COMPLETED: 'was complete',
};

/** The rest of a sentence that begins with the session. */
export async function howItEnded(
  client: TuningClient,
  sessionId: string,
  execution: string | undefined,
  { records, status, iterations }: StoredSession,
): Promise<string> {
  const has = `it goes on with ${records.length} of ${iterations} trials measured`;
  if (execution === undefined) return `is not known to Temporal any more; ${has}, all from the store`;
  if (execution === 'FAILED') {
    const message = await client.wait(sessionId).catch((error: unknown) => (error as Error).message);
    const why = String(message).replace(`Session ${sessionId} failed: `, '');
    const failed = records.filter((record) => record.status === 'failed').length;
    return `had failed (${why}); ${has}${failed > 0 ? `, its ${failed} failed ones stay as they are` : ''}`;
  }
  if (status === 'stopped') return `was stopped; ${has}`;
  return `${WORDS[execution] ?? `had ended (${execution.toLowerCase()})`}; ${has}`;
}
