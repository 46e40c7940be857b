import { setImmediate } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { ResultStore } from '../store/result-store.ts';
import type { SessionInput } from '../workflows/messages.ts';
import { workflowIdOf } from '../workflows/names.ts';
import type { Activities, SearchStep, SessionUpdate } from './activities.ts';
import { analyzeSession } from './analyze-session.ts';
import { askSettings } from './ask-settings.ts';
import { evaluateTrials } from './evaluate-trials.ts';
import { heartbeating } from './heartbeat.ts';
import { KnownTrials } from './known-trials.ts';
import { toRecords } from './measurement.ts';
import { proposeInTurn } from './propose.ts';
import { allRivals } from './rivals.ts';
import { searchTrials } from './search-trials.ts';
import { SessionInputs } from './session-inputs.ts';
import { sessionOf } from './session-of.ts';
import type { TrialEvaluator } from './trial-evaluator.ts';

/** What the activities of one worker process share. */
export interface ActivityDependencies {
  readonly evaluator: TrialEvaluator;
  readonly store: ResultStore;
  readonly workerId: string;
  /** Where a session's files go unless it says otherwise: `<outputs>/<session_id>/`. */
  readonly outputs: string;
  /** Told when this worker takes up and finishes trials; must not throw. */
  readonly onTrials: (event: TrialsEvent) => void;
  /** Aborts with `workerLeaves()` when the worker is told to stop. */
  readonly leaving: AbortSignal;
}

export interface TrialsEvent {
  readonly sessionId: string;
  /** Taken up together; of a search only its first is known. */
  readonly iterations: readonly number[];
  readonly state: 'started' | 'ended';
  /** How many were finished, of those and of what a search went on to. */
  readonly finished: number;
}

export function createActivities(dependencies: ActivityDependencies): Activities {
  const { evaluator, store, workerId, outputs, leaving } = dependencies;
  const inputs = new SessionInputs();
  const known = new KnownTrials(leaving);
  const inputOf = (context: Context, specHash: string): Promise<SessionInput> => {
    const { client, execution } = sessionOf(context);
    return inputs.get(client, execution, specHash);
  };

  return {
    async evaluateTrials(input) {
      const context = Context.current();
      const iterations = input.trials.map(({ iteration }) => iteration);
      return await reported(context, dependencies, iterations, async () => {
        const { spec, dataRoot } = await inputOf(context, input.specHash);
        const rivals = spec.pruner ? await allRivals(context, spec, leaving) : [];
        const engine = lookingUnder(evaluator, dataRoot);
        const measured = await evaluateTrials(context, spec, { ...input, rivals }, engine, workerId);
        return { result: measured, finished: iterations.length };
      });
    },

    async searchTrials(input) {
      const context = Context.current();
      return await reported(context, dependencies, input.iterations.slice(0, 1), async () => {
        const { spec, dataRoot } = await inputOf(context, input.specHash);
        const visible = await known.beforeSearch(context, input);
        const engine = lookingUnder(evaluator, dataRoot);
        const result = await searchTrials(context, spec, input, visible, engine, workerId);
        return { result, finished: result.trials.length };
      });
    },

    proposeTrials: ({ specHash, ...request }) =>
      alive(async (context) => {
        const { spec } = await inputOf(context, specHash);
        const trials = await known.visible(context, request.iterations.at(-1) ?? 0);
        const steps: SearchStep[] = [];
        for (const step of proposeInTurn({ ...askSettings(spec), ...request, ...trials })) {
          steps.push(step);
          await setImmediate(); // An ask keeps this thread: let its heartbeat through.
        }
        return steps;
      }),

    persistTrials: ({ session, dataHash, batches }) =>
      alive(() =>
        store.saveTrials(
          batches.flatMap(({ measured, trials }) =>
            toRecords(measured, trials, { sessionId: session.sessionId, dataHash }),
          ),
        ),
      ),

    saveSession: (update) => alive((context) => saveSession(context, store, update)),

    analyzeSession: (input) => alive((context) => analyzeSession(input, context.client, store, outputs)),
  };
}

/** The evaluator for a session whose data files may lie under this folder. */
function lookingUnder(evaluator: TrialEvaluator, dataRoot: string | undefined): TrialEvaluator {
  return {
    ...evaluator,
    evaluate: (spec, trials, options) => evaluator.evaluate(spec, trials, { ...options, dataRoot }),
  };
}

/** How often an activity without details to keep shows that its worker lives. */
const HEARTBEAT_EVERY_MS = 1_000;

function alive<T>(work: (context: Context) => Promise<T>): Promise<T> {
  const context = Context.current();
  return heartbeating(
    context,
    HEARTBEAT_EVERY_MS,
    () => undefined,
    () => work(context),
  );
}

/** Tells of the trials that are taken up, and of their end. */
async function reported<T>(
  context: Context,
  { onTrials }: ActivityDependencies,
  iterations: readonly number[],
  work: () => Promise<{ readonly result: T; readonly finished: number }>,
): Promise<T> {
  const sessionId = sessionOf(context).execution.workflowId.split(':').at(-1) ?? '';
  let finished = 0;
  onTrials({ sessionId, iterations, state: 'started', finished });
  try {
    const done = await work();
    finished = done.finished;
    return done.result;
  } finally {
    onTrials({ sessionId, iterations, state: 'ended', finished });
  }
}

async function saveSession(
  context: Context,
  store: ResultStore,
  { session, spec, ...update }: SessionUpdate,
): Promise<void> {
  const known = await store.loadSession(session.sessionId);
  const dataRoot = update.dataRoot ?? known?.data_root;
  const orders = update.orders ? JSON.stringify(update.orders) : known?.orders;
  await store.saveSession({
    session_id: session.sessionId,
    workflow_id: workflowIdOf(session),
    run_id: context.info.workflowExecution?.runId ?? '',
    status: update.status,
    created_at: known?.created_at ?? update.startedAt,
    updated_at: new Date().toISOString(),
    optimizer: spec?.optimizer.method ?? known?.optimizer ?? '',
    iterations: update.iterations,
    completed: update.completed,
    ...(update.pruned === undefined ? {} : { pruned: update.pruned }),
    failed: update.failed,
    ...(orders === undefined ? {} : { orders }),
    ...(dataRoot === undefined ? {} : { data_root: dataRoot }),
    spec: spec ? JSON.stringify(spec) : (known?.spec ?? ''),
  });
}
