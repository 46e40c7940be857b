import { setImmediate } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { ResultStore } from '../store/result-store.ts';
import { rivalsQuery, visibleTrialsQuery } from '../workflows/messages.ts';
import { workflowIdOf } from '../workflows/names.ts';
import type { Activities, SearchStep } from './activities.ts';
import { analyzeSession } from './analyze-session.ts';
import { evaluateTrials } from './evaluate-trials.ts';
import { toRecords } from './measurement.ts';
import { proposeInTurn } from './propose.ts';
import { SessionSpecs } from './session-specs.ts';
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
}

export interface TrialsEvent {
  readonly sessionId: string;
  readonly iterations: readonly number[];
  readonly state: 'started' | 'finished' | 'failed';
}

export function createActivities(dependencies: ActivityDependencies): Activities {
  const { evaluator, store, workerId, outputs, onTrials } = dependencies;
  const specs = new SessionSpecs();
  const activities: Activities = {
    async evaluateTrials(input) {
      const context = Context.current();
      const { execution } = sessionOf(context);
      const sessionId = execution.workflowId.split(':').at(-1) ?? '';
      const iterations = input.trials.map(({ iteration }) => iteration);
      onTrials({ sessionId, iterations, state: 'started' });
      try {
        const spec = await specs.get(context.client, execution, input.specHash);
        const rivals = spec.pruner ? await sessionHandle(Context.current()).query(rivalsQuery) : [];
        const measured = await evaluateTrials(context, spec, { ...input, rivals }, evaluator, workerId);
        onTrials({ sessionId, iterations, state: 'finished' });
        return measured;
      } catch (error) {
        onTrials({ sessionId, iterations, state: 'failed' });
        throw error;
      }
    },

    async persistTrials({ session, dataHash, batches }) {
      await store.saveTrials(
        batches.flatMap(({ measured, trials }) =>
          toRecords(measured, trials, { sessionId: session.sessionId, dataHash }),
        ),
      );
    },

    async saveSession(update) {
      const { session, spec } = update;
      const known = await store.loadSession(session.sessionId);
      const execution = Context.current().info.workflowExecution;
      const now = new Date().toISOString();
      await store.saveSession({
        session_id: session.sessionId,
        workflow_id: workflowIdOf(session),
        run_id: execution?.runId ?? '',
        status: update.status,
        created_at: known?.created_at ?? update.startedAt,
        updated_at: now,
        optimizer: spec?.optimizer.method ?? known?.optimizer ?? '',
        iterations: update.iterations,
        completed: update.completed,
        failed: update.failed,
        spec: spec ? JSON.stringify(spec) : (known?.spec ?? ''),
      });
    },

    async analyzeSession(input) {
      return await analyzeSession(input, Context.current().client, store, outputs);
    },

    async proposeTrials({ specHash, ...request }) {
      const { client, execution } = sessionOf(Context.current());
      const { space, optimizer, stopping } = await specs.get(client, execution, specHash);
      const trials = await sessionHandle(Context.current()).query(
        visibleTrialsQuery,
        request.iterations.at(-1) ?? 0,
      );
      const { expectedRegret } = stopping;
      const input = {
        ...{ ...request, ...trials, space, settings: optimizer },
        ...(expectedRegret === undefined ? {} : { expectedRegret }),
      };
      const steps: SearchStep[] = [];
      for (const step of proposeInTurn(input)) {
        steps.push(step);
        await setImmediate(); // An ask keeps this thread: let its heartbeat through.
      }
      return steps;
    },
  };
  return {
    ...activities,
    persistTrials: (input) => withHeartbeat(() => activities.persistTrials(input)),
    saveSession: (input) => withHeartbeat(() => activities.saveSession(input)),
    analyzeSession: (input) => withHeartbeat(() => activities.analyzeSession(input)),
    proposeTrials: (input) => withHeartbeat(() => activities.proposeTrials(input)),
  };
}

const HEARTBEAT_EVERY_MS = 1_000;

/** Shows that the worker lives while it works: a dead one is noticed by its silence. */
async function withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function sessionHandle(context: Context) {
  const { client, execution } = sessionOf(context);
  return client.workflow.getHandle(execution.workflowId, execution.runId);
}

/** The workflow that the activity belongs to, and a client to ask it by. */
function sessionOf({ client, info }: Context): {
  client: Context['client'];
  execution: { workflowId: string; runId: string };
} {
  const { workflowExecution: execution } = info;
  if (!execution) throw new Error(`${info.activityType} runs inside a session only`);
  return { client, execution };
}
