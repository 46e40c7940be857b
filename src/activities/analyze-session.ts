import { join, resolve } from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { writeResultsCsv } from '../analysis/csv.ts';
import type { ResultStore } from '../store/result-store.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import type { AnalyzeInput, AnalyzeOutput } from './activities.ts';
import { readSessionHistory } from './history-records.ts';

/**
 * The last activity of a session: makes sure that the store holds what history says, and writes the CSV. A store that
 * has lost records meanwhile gets them again from history.
 */
export async function analyzeSession(
  input: AnalyzeInput,
  client: Client,
  store: ResultStore,
  outputs: string,
): Promise<AnalyzeOutput> {
  const records = await completeRecords(client, store, input);
  const csv = input.csvPath ?? join(resolve(outputs), input.session.sessionId, 'results.csv');
  await writeResultsCsv(csv, records);
  return { csv, bestMetrics: records.find(({ iteration }) => iteration === input.best)?.metrics ?? {} };
}

async function completeRecords(
  client: Client,
  store: ResultStore,
  { session, finished, gaps }: AnalyzeInput,
): Promise<TrialRecord[]> {
  const load = async () =>
    (await store.loadTrials(session.sessionId)).filter(
      ({ iteration }) =>
        gaps === undefined || (iteration <= finished + gaps.length && !gaps.includes(iteration)),
    );
  const stored = await load();
  if (stored.length === finished) return stored;
  const history = await readSessionHistory(client, session);
  await store.saveTrials(history?.records ?? []);
  const records = await load();
  if (records.length === finished) return records;
  throw ApplicationFailure.nonRetryable(
    `The store holds ${records.length} trials of session ${session.sessionId}, its history says ${finished}, and the earlier runs that would tell are gone`,
    'StoreIncomplete',
  );
}
