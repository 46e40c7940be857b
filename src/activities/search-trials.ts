import { setImmediate } from 'node:timers/promises';
import type { Context } from '@temporalio/activity';
import type { SessionSpec } from '../config/session-spec.ts';
import type { FinishedTrial } from '../optimizers/optimizer.ts';
import { TARGET_BATCH_MS } from '../workflows/limits.ts';
import { finishedTrial } from '../workflows/losses.ts';
import { resultRule } from '../workflows/stopping-rules.ts';
import type { SearchEnd, SearchedBatch, SearchInput, VisibleTrials } from './activities.ts';
import { askSettings } from './ask-settings.ts';
import { found, HEARTBEAT_EVERY_MS, measureTrials } from './evaluate-trials.ts';
import { heartbeatDetails, heartbeating } from './heartbeat.ts';
import type { ProposedTrial } from './measured-batch.ts';
import { type MeasuredOutcome, packOutcomes, toMeasurement } from './measurement.ts';
import { proposeInTurn } from './propose.ts';
import type { TrialEvaluator } from './trial-evaluator.ts';

/**
 * Asks and measurements in turn, where nothing else of the session is under way: each ask sees what it would see if
 * every step were an activity of its own, so the trials are the same, and a short one costs no more than it takes.
 */

interface Searched extends MeasuredOutcome {
  readonly trial: ProposedTrial;
}

/** Goes on for about `forMs` milliseconds, through `input.iterations` at most. */
export async function searchTrials(
  context: Context,
  spec: SessionSpec,
  input: SearchInput,
  visible: VisibleTrials,
  evaluator: TrialEvaluator,
  workerId: string,
  forMs = TARGET_BATCH_MS,
): Promise<SearchedBatch> {
  const startedAt = performance.now();
  const searched = new Map<number, Searched>();
  for (const earlier of heartbeatDetails<Searched>(context)) searched.set(earlier.trial.iteration, earlier);
  const end = await heartbeating(
    context,
    HEARTBEAT_EVERY_MS,
    () => [...searched.values()],
    async () => {
      for (const group of groupsOf(input.iterations, input.window)) {
        const open = group.filter((iteration) => !searched.has(iteration));
        const { trials, end } = await askFor(spec, input, visible, open, [...searched.values()]);
        const proposed = new Map(trials.map((trial) => [trial.iteration, trial]));
        await measureTrials(context, spec, trials, evaluator, workerId, (measured) => {
          const { iteration } = measured.outcome;
          searched.set(iteration, { ...measured, trial: found(proposed, iteration) });
        });
        if (end) return end;
        if (performance.now() - startedAt > forMs || failures(searched) > input.failuresLeft) break;
      }
      return undefined;
    },
  );
  const inOrder = [...searched.values()].sort((a, b) => a.trial.iteration - b.trial.iteration);
  return {
    trials: inOrder.map(({ trial }) => trial),
    measured: packOutcomes(inOrder),
    ...(end ? { end } : {}),
  };
}

/** Trials whose asks need no result of one another: those of a group are measured at once. */
function groupsOf(iterations: readonly number[], window: number): number[][] {
  const groups: number[][] = [];
  for (const iteration of iterations) {
    const group = groups.at(-1);
    if (group && iteration - window < (group[0] as number)) group.push(iteration);
    else groups.push([iteration]);
  }
  return groups;
}

/** The asks of a group; `end` when the search is over before its last. */
async function askFor(
  spec: SessionSpec,
  { window }: SearchInput,
  visible: VisibleTrials,
  iterations: readonly number[],
  searched: readonly Searched[],
): Promise<{ trials: ProposedTrial[]; end?: SearchEnd }> {
  const rule = resultRule(spec);
  const input = {
    ...{ ...askSettings(spec), iterations, window },
    finished: [...visible.finished, ...searched.map((own) => toFinished(spec, own))],
    pending: visible.pending,
    ...(rule ? { rule } : {}),
  };
  const trials: ProposedTrial[] = [];
  for (const step of proposeInTurn(input)) {
    if (step.kind !== 'trial') return { trials, end: step };
    trials.push({
      iteration: iterations[trials.length] as number,
      params: step.params,
      reason: step.reason,
    });
    await setImmediate(); // An ask keeps this thread: let its heartbeat through.
  }
  return { trials };
}

/** As the workflow will know it. */
function toFinished(spec: SessionSpec, { trial, ...measured }: Searched): FinishedTrial {
  return finishedTrial(spec, trial.params, toMeasurement(measured));
}

function failures(searched: ReadonlyMap<number, Searched>): number {
  return [...searched.values()].filter(({ outcome }) => outcome.status === 'failed').length;
}
