import type { AnalyzeOutput } from '../activities/activities.ts';
import type { RunningTrials, SessionInput, SessionPhase, SessionResult, SessionStatus } from './messages.ts';
import type { TrialTable } from './trial-table.ts';

/** What a session says of itself: to queries, in the Web UI, and at its end. Pure. */

export interface SessionView {
  readonly input: SessionInput;
  readonly table: TrialTable;
  readonly phase: SessionPhase;
  readonly why: string | undefined;
  readonly target: number;
  readonly parallelism: number;
  readonly persisted: number;
  readonly running: readonly RunningTrials[];
  /** ISO 8601. */
  readonly startedAt: string;
}

export function sessionStatus(view: SessionView): SessionStatus {
  const { input, table, phase, why, target, parallelism, persisted, running, startedAt } = view;
  const { spec, session } = input;
  const objective = spec.objective.objectives[0];
  return {
    session_id: session.sessionId,
    status: phase,
    ...(why === undefined ? {} : { why }),
    optimizer: spec.optimizer.method,
    objective: `${objective?.aggregate.kind} ${objective?.metric}, ${objective?.direction}d`,
    iterations: target,
    proposed: table.next - 1,
    completed: table.completed,
    pruned: table.pruned,
    failed: table.failed,
    persisted,
    parallelism,
    running,
    workers: table.workers,
    ...(table.best ? { best: table.best } : {}),
    started_at: startedAt,
  };
}

export function sessionResult(
  { input, table, why, target }: SessionView,
  status: SessionResult['status'],
  { csv, bestMetrics }: AnalyzeOutput,
): SessionResult {
  return {
    session_id: input.session.sessionId,
    status,
    ...(why === undefined ? {} : { why }),
    iterations: target,
    completed: table.completed,
    pruned: table.pruned,
    failed: table.failed,
    ...(table.best ? { best: { ...table.best, metrics: bestMetrics } } : {}),
    direction: input.spec.objective.objectives[0]?.direction ?? 'maximize',
    csv,
  };
}
