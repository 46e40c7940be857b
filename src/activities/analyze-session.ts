import { join, resolve } from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { writeResultsCsvInPages } from '../analysis/csv.ts';
import type { Metrics } from '../objective/objective.ts';
import type { ResultStore } from '../store/result-store.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import type { AnalyzeInput, AnalyzeOutput } from './activities.ts';
import { historyRecords } from './history-records.ts';

/** The type of the failure when the store holds other trials than history says. */
const INCOMPLETE = 'StoreIncomplete';

/**
 * The last activity of a session: makes sure that the store holds what history says, and writes the CSV. A store that
 * has lost records meanwhile gets them again from history. Never more than a page of records is held at once.
 */
export async function analyzeSession(
  input: AnalyzeInput,
  client: Client,
  store: ResultStore,
  outputs: string,
): Promise<AnalyzeOutput> {
  const csv = input.csvPath ?? join(resolve(outputs), input.session.sessionId, 'results.csv');
  let bestMetrics: Metrics = {};
  const write = () =>
    writeResultsCsvInPages(csv, () =>
      finishedTrials(store, input, (best) => {
        bestMetrics = best.metrics;
      }),
    );
  try {
    await write();
  } catch (error) {
    if (!(error instanceof ApplicationFailure && error.type === INCOMPLETE)) throw error;
    for await (const records of historyRecords(client, input.session)) await store.saveTrials(records);
    await write();
  }
  return { csv, bestMetrics };
}

/** @throws ApplicationFailure after the last page when they are not as many as history says, so that no file is written. */
async function* finishedTrials(
  store: ResultStore,
  { session, finished, gaps, best }: AnalyzeInput,
  onBest: (record: TrialRecord) => void,
): AsyncGenerator<readonly TrialRecord[]> {
  let found = 0;
  for await (const page of store.trialPages(session.sessionId)) {
    const own = page.filter(
      ({ iteration }) =>
        gaps === undefined || (iteration <= finished + gaps.length && !gaps.includes(iteration)),
    );
    found += own.length;
    const record = own.find(({ iteration }) => iteration === best);
    if (record) onBest(record);
    yield own;
  }
  if (found === finished) return;
  throw ApplicationFailure.nonRetryable(
    `The store holds ${found} trials of session ${session.sessionId}, its history says ${finished}, and the earlier runs that would tell are gone`,
    INCOMPLETE,
  );
}
