import { proxyLocalActivities } from '@temporalio/workflow';
import type { LocalActivities } from '../activities/activities.ts';
import { propose } from '../activities/propose.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import type { Proposal } from '../optimizers/optimizer.ts';
import { learnsFromResults } from './batching.ts';
import * as limits from './limits.ts';
import type { TrialTable } from './session-state.ts';

/** Which trials may be proposed now, and the asking. What an ask sees is fixed by the ordering, not by who was quick. */

const search = proxyLocalActivities<LocalActivities>({ startToCloseTimeout: limits.PROPOSE_TIMEOUT_MS });

/**
 * How many trials of a method that learns may be proposed now, at most `left`: the ask for trial n needs trials
 * 1 .. n - parallelism (deterministic), or a free place among the trials in flight (asynchronous).
 */
export function proposable(spec: SessionSpec, table: TrialTable, parallelism: number, left: number): number {
  if (spec.ordering === 'asynchronous') return Math.min(left, parallelism - table.running - table.waiting, 1);
  const most = Math.min(left, limits.MAX_PROPOSALS);
  let count = 0;
  while (count < most && table.isFinishedUpTo(table.next + count - parallelism)) count += 1;
  return count;
}

/** Asks for the trials, in order. What costs milliseconds runs as a local activity: recorded once, never recomputed. */
export async function askFor(
  spec: SessionSpec,
  table: TrialTable,
  parallelism: number,
  iterations: readonly number[],
): Promise<Proposal[]> {
  const learns = learnsFromResults(spec.optimizer.method);
  const last = iterations.at(-1) ?? 0;
  const trials =
    learns && spec.ordering === 'asynchronous'
      ? table.snapshot()
      : { ...table.before(last), window: learns ? parallelism : 0 };
  const input = { space: spec.space, settings: spec.optimizer, iterations, ...trials };
  if (!learns) return propose(input);
  const summary = `propose trial ${iterations.join(', ')}`;
  return await search.proposeTrials.executeWithOptions({ summary }, [input]);
}
