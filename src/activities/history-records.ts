import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { TrialRecord } from '../store/trial-record.ts';
import type { SessionIdentity, SessionInput } from '../workflows/messages.ts';
import { workflowIdOf } from '../workflows/names.ts';
import { firstOrders, type Orders } from '../workflows/orders.ts';
import type { EvaluateInput, PersistInput, SearchedBatch, SessionUpdate } from './activities.ts';
import type { MeasuredBatch, ProposedTrial } from './measured-batch.ts';
import { toRecords } from './measurement.ts';
import { decodeArgument } from './session-inputs.ts';

/**
 * A session's records out of its history. Every write to the store stands there with all it was to write; what was
 * measured and not yet on its way to the store stands there as the result of its evaluation.
 */

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export interface SessionHistory {
  /** What the session's newest run was started with. */
  readonly input: SessionInput;
  /** In iteration order, one per iteration. */
  readonly records: readonly TrialRecord[];
  /** Its iterations, and what it was told, as the session last said. */
  readonly target: number;
  readonly orders: Orders;
}

/**
 * Reads all runs of the session that the service still keeps, oldest first.
 *
 * @returns undefined when it keeps none
 */
export async function readSessionHistory(
  client: Client,
  session: SessionIdentity,
): Promise<SessionHistory | undefined> {
  return await recordsIn(client, session.sessionId, sessionEvents(client, session));
}

/** The same of events that are at hand; `client` decodes them. */
export async function recordsIn(
  client: Client,
  sessionId: string,
  events: AsyncIterable<HistoryEvent> | Iterable<HistoryEvent>,
): Promise<SessionHistory | undefined> {
  const reader = new HistoryReader(client, sessionId);
  const records = new Map<number, TrialRecord>();
  for await (const event of events) {
    for (const record of await reader.read(event)) records.set(record.iteration, record);
  }
  const { input, told } = reader;
  if (!input || !told) return undefined;
  return { input, ...told, records: [...records.values()].sort((a, b) => a.iteration - b.iteration) };
}

/** The records alone, some at a time as the events tell of them; of a trial's, the last is the one that counts. */
export async function* historyRecords(
  client: Client,
  session: SessionIdentity,
): AsyncGenerator<readonly TrialRecord[]> {
  const reader = new HistoryReader(client, session.sessionId);
  for await (const event of sessionEvents(client, session)) {
    const records = await reader.read(event);
    if (records.length > 0) yield records;
  }
}

/** Reads a session's events, oldest first. */
class HistoryReader {
  readonly #client: Client;
  readonly #sessionId: string;
  readonly #seen = new Set<number>();
  #measuring: Measuring = new Map();
  /** What the newest run was started with; undefined before the first event. */
  input: SessionInput | undefined;
  told: Pick<SessionHistory, 'target' | 'orders'> | undefined;

  constructor(client: Client, sessionId: string) {
    this.#client = client;
    this.#sessionId = sessionId;
  }

  /** The records that the event tells of, where none before told as much of the trial. */
  async read(event: HistoryEvent): Promise<TrialRecord[]> {
    const started = event.workflowExecutionStartedEventAttributes?.input;
    if (started) {
      this.input = await decodeArgument<SessionInput>(this.#client, started);
      this.#measuring = new Map();
      const { spec, carried } = this.input;
      this.told = {
        target: carried?.target ?? spec.maxIterations,
        orders: carried?.orders ?? firstOrders(spec.parallelism, spec.enqueue),
      };
    }
    const update = await updateOf(this.#client, event);
    if (update && this.told) {
      this.told = { target: update.iterations, orders: update.orders ?? this.told.orders };
    }
    const all = await recordsOf(this.#client, this.#sessionId, event, this.#measuring, this.input);
    const fuller = all.filter((record) => record.reason !== undefined || !this.#seen.has(record.iteration));
    for (const { iteration } of fuller) this.#seen.add(iteration);
    return fuller;
  }
}

/** Every event of all runs of the session that the service still keeps, oldest first. */
export async function* sessionEvents(client: Client, session: SessionIdentity): AsyncGenerator<HistoryEvent> {
  const workflowId = workflowIdOf(session);
  for (const runId of await runsOf(client, workflowId)) yield* eventsOf(client, { workflowId, runId });
}

/** What the event has the store told of the session. */
async function updateOf(client: Client, event: HistoryEvent): Promise<SessionUpdate | undefined> {
  const { activityType, input } = event.activityTaskScheduledEventAttributes ?? {};
  if (activityType?.name !== 'saveSession' || !input) return undefined;
  return await decodeArgument<SessionUpdate>(client, input);
}

/** The trials that an activity measures, by its scheduling event; a search says itself which they were. */
type Measuring = Map<string, readonly ProposedTrial[] | 'searched'>;

/** The records that one event tells of. */
async function recordsOf(
  client: Client,
  sessionId: string,
  event: HistoryEvent,
  measuring: Measuring,
  input: SessionInput | undefined,
): Promise<TrialRecord[]> {
  const { activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: completed } =
    event;
  const scheduledType = scheduled?.activityType?.name;
  if (scheduledType === 'searchTrials') measuring.set(String(event.eventId), 'searched');
  if (scheduledType === 'evaluateTrials' && scheduled?.input) {
    const { trials } = await decodeArgument<EvaluateInput>(client, scheduled.input);
    measuring.set(String(event.eventId), trials);
  }
  if (scheduledType === 'persistTrials' && scheduled?.input) {
    const { dataHash, batches } = await decodeArgument<PersistInput>(client, scheduled.input);
    return batches.flatMap(({ measured, trials }) => toRecords(measured, trials, { sessionId, dataHash }));
  }
  const trials = measuring.get(String(completed?.scheduledEventId));
  if (!trials || !completed?.result || !input) return [];
  const of = { sessionId, dataHash: input.spec.dataHash };
  if (trials === 'searched') {
    const searched = await decodeArgument<SearchedBatch>(client, completed.result);
    return toRecords(searched.measured, searched.trials, of);
  }
  return toRecords(await decodeArgument<MeasuredBatch>(client, completed.result), trials, of);
}

/** Oldest first: a session that was continued or resumed has several. */
async function runsOf(client: Client, workflowId: string): Promise<string[]> {
  const runs = new Map<string, number>();
  for await (const { runId, startTime } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    runs.set(runId, startTime.getTime());
  }
  // The list lags behind; the newest run is the one it may lack. What it says stands, whatever run began when.
  const newest = await client.workflow.getHandle(workflowId).describe().catch(ignoreUnknown);
  if (newest) runs.set(newest.runId, Number.POSITIVE_INFINITY);
  return [...runs].sort((a, b) => a[1] - b[1]).map(([runId]) => runId);
}

function ignoreUnknown(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

async function* eventsOf(
  client: Client,
  execution: { readonly workflowId: string; readonly runId: string },
): AsyncGenerator<HistoryEvent> {
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    });
    yield* page.history?.events ?? [];
    nextPageToken = page.nextPageToken ?? undefined;
  } while (nextPageToken !== undefined && nextPageToken.length > 0);
}
