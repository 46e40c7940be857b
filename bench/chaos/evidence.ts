import { sessionEvents } from '../../src/activities/history-records.ts';
import { decodeArgument } from '../../src/activities/session-inputs.ts';
import { readCsv } from '../../tests/system/support/figures.ts';
import type { Evidence, TrialRow } from './judge.ts';
import type { Machine } from './machine.ts';

/** What the history, the store and the CSV each say of a session, read independently of one another. */
export async function gather(machine: Machine, sessionId: string, csv: string): Promise<Evidence> {
  const records = await machine.store.loadTrials(sessionId);
  const store = records.map((record): TrialRow => ({ ...record }));
  return {
    history: await resultsInHistory(machine, sessionId),
    kept: await keptInRedis(
      machine,
      sessionId,
      records.map(({ iteration }) => iteration),
    ),
    store,
    csv: readCsv(csv),
  };
}

/** The iteration of each measurement that an activity returned, however often. */
async function resultsInHistory({ client, env }: Machine, sessionId: string): Promise<number[]> {
  const iterations: number[] = [];
  for await (const event of sessionEvents(client.temporal, { env, mode: 'paper', sessionId })) {
    const result = event.activityTaskCompletedEventAttributes?.result;
    if (result) iterations.push(...measuredIn(await decodeArgument<unknown>(client.temporal, result)));
  }
  return iterations;
}

/** A batch of measurements is told by its shape, so that it does not matter which activity returned it. */
function measuredIn(value: unknown): number[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('trials' in value && 'metrics' in value && Array.isArray(value.trials)) {
    return value.trials.map(({ iteration }: { iteration: number }) => iteration);
  }
  return Object.values(value).flatMap(measuredIn);
}

/** By the keys themselves, index aside; SQLite's own key rules a second row out. */
async function keptInRedis(
  { redis, env }: Machine,
  sessionId: string,
  stored: readonly number[],
): Promise<readonly number[]> {
  if (!redis) return stored;
  const client = redis.client();
  const keys = await client.keys(
    `tuning:${env}:paper:arbitrage:tuning_session:${sessionId}:worker:*:iteration:*`,
  );
  client.disconnect();
  return keys.map((key) => Number(key.split(':').at(-1)));
}
