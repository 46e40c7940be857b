import type { Context } from '@temporalio/activity';
import type { FinishedTrial, PendingTrial } from '../optimizers/optimizer.ts';
import { visibleTrialsQuery } from '../workflows/messages.ts';
import type { SearchInput, VisibleTrials } from './activities.ts';
import { askSession } from './session-of.ts';

/**
 * The finished trials of the sessions that a worker makes asks for, so that only what is new is fetched: what a
 * workflow says of a finished trial never changes within a run.
 */

/** Runs whose trials are kept; about 100 bytes a trial. */
const KEPT_RUNS = 8;

interface KnownRun {
  readonly trials: Map<number, FinishedTrial>;
  /** Trials 1 .. whole are all known. */
  whole: number;
}

export class KnownTrials {
  readonly #runs = new Map<string, KnownRun>();
  readonly #leaving: AbortSignal;

  constructor(leaving: AbortSignal) {
    this.#leaving = leaving;
  }

  /** What the asks up to trial `last` may see, and maybe more: `propose` hides what came later. */
  async visible(context: Context, last: number): Promise<VisibleTrials> {
    const run = this.#runOf(context);
    const pending: PendingTrial[] = [];
    for (let from: number | undefined = run.whole; from !== undefined; ) {
      const known: number = from;
      const page: VisibleTrials = await askSession(context, this.#leaving, (session) =>
        session.query(visibleTrialsQuery, last, known),
      );
      learn(run, page.finished);
      pending.push(...page.pending);
      from = page.next;
    }
    return { finished: [...run.trials.values()], pending };
  }

  /** The same for a search with nothing else under way: without a question where the input tells all that is new. */
  async beforeSearch(context: Context, { iterations, fresh, finished }: SearchInput): Promise<VisibleTrials> {
    const run = this.#runOf(context);
    learn(run, fresh);
    if (run.trials.size === finished) return { finished: [...run.trials.values()], pending: [] };
    return await this.visible(context, iterations.at(-1) ?? 0);
  }

  #runOf({ info }: Context): KnownRun {
    const runId = info.workflowExecution?.runId ?? '';
    const run = this.#runs.get(runId) ?? { trials: new Map(), whole: 0 };
    // The one used last stands last; the first is the one to forget.
    this.#runs.delete(runId);
    this.#runs.set(runId, run);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > KEPT_RUNS && oldest !== undefined) this.#runs.delete(oldest);
    return run;
  }
}

function learn(run: KnownRun, finished: readonly FinishedTrial[]): void {
  for (const trial of finished) run.trials.set(trial.iteration, trial);
  while (run.trials.has(run.whole + 1)) run.whole += 1;
}
