import { join, resolve } from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import { writeResultsCsv } from '../analysis/csv.ts';
import type { ResultStore } from '../store/result-store.ts';
import type { AnalyzeInput, AnalyzeOutput } from './activities.ts';

/** The last activity of a session: checks that the store holds what history says, and writes the CSV. */
export async function analyzeSession(
  input: AnalyzeInput,
  store: ResultStore,
  outputs: string,
): Promise<AnalyzeOutput> {
  const { sessionId } = input.session;
  const records = await store.loadTrials(sessionId);
  if (records.length !== input.finished) {
    throw ApplicationFailure.nonRetryable(
      `The store holds ${records.length} trials of session ${sessionId}, its history ${input.finished}; mend it with \`arbtune repair ${sessionId}\``,
      'StoreIncomplete',
    );
  }
  const csv = input.csvPath ?? join(resolve(outputs), sessionId, 'results.csv');
  await writeResultsCsv(csv, records);
  return { csv, bestMetrics: records.find(({ iteration }) => iteration === input.best)?.metrics ?? {} };
}
