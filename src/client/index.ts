/** arbtune's TypeScript API: configs, sessions and their results, for scripts and services. */

export { loadResultsFromCsv, writeResultsCsv } from '../analysis/csv.ts';
export { formatResultSummary } from '../analysis/result-summary.ts';
export { TuningAnalyzer } from '../analysis/tuning-analyzer.ts';
export { loadConfig } from '../config/load-config.ts';
export type { SessionSpec } from '../config/session-spec.ts';
export { ArbtuneError, type ErrorKind, EXIT_CODES } from '../errors.ts';
export type { ResultStore } from '../store/result-store.ts';
export type { TrialRecord } from '../store/trial-record.ts';
export type { BestTrial, ListedTrial, SessionResult, SessionStatus } from '../workflows/messages.ts';
export { followSession, type SessionEvent } from './follow.ts';
export { listSessions } from './list-sessions.ts';
export {
  type RunSessionOptions,
  resumeSession,
  runSession,
  type ServeSessionOptions,
  type SessionOutcome,
} from './run-session.ts';
export { reportSession, type SessionReport } from './session-report.ts';
export { openStack, type Stack, type StackOptions } from './stack.ts';
export type { StartedSession, StartOptions } from './start-session.ts';
export { TuningClient } from './tuning-client.ts';
export { type WarmStarted, type WarmStartOptions, warmStart } from './warm-start.ts';
