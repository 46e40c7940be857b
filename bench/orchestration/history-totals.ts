import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

/** What a session left in its history, over all runs of a continued one. */

export interface HistoryTotals {
  readonly events: number;
  readonly bytes: number;
  readonly runs: number;
  readonly workflowTasks: number;
  /** From a workflow task's start to its completion, summed, milliseconds: the workflow's own time, and its way. */
  readonly workflowTaskMs: number;
}

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export async function historyTotals(temporal: Client, workflowId: string): Promise<HistoryTotals> {
  const totals = { events: 0, bytes: 0, runs: 0, workflowTasks: 0, workflowTaskMs: 0 };
  for await (const { runId } of temporal.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const handle = temporal.workflow.getHandle(workflowId, runId);
    const { historyLength, historySize } = await handle.describe();
    const { events } = await handle.fetchHistory();
    const tasks = workflowTasks(events ?? []);
    totals.events += historyLength;
    totals.bytes += historySize ?? 0;
    totals.runs += 1;
    totals.workflowTasks += tasks.length;
    totals.workflowTaskMs += tasks.reduce((sum, ms) => sum + ms, 0);
  }
  return totals;
}

/** Durations of the workflow tasks that were completed, milliseconds. */
function workflowTasks(events: readonly HistoryEvent[]): number[] {
  const startedAt = new Map<string, number>();
  return events.flatMap((event) => {
    if (event.workflowTaskStartedEventAttributes) startedAt.set(String(event.eventId), timeOf(event));
    const started = event.workflowTaskCompletedEventAttributes?.startedEventId;
    const since = started === undefined ? undefined : startedAt.get(String(started));
    return since === undefined ? [] : [timeOf(event) - since];
  });
}

function timeOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1e3 + (eventTime?.nanos ?? 0) / 1e6;
}
