import type { Metrics } from '../objective/objective.ts';
import type { Params } from '../search-space/space.ts';
import { readTrialStatus, type ScenarioMetrics, type TrialRecord } from './trial-record.ts';

/**
 * A trial as flat text fields, the form both stores keep. Numbers are written in their shortest form that reads back
 * exactly; -0 becomes 0 and a non-finite number is refused, as in the histories the records come from.
 */

export type TrialFields = Readonly<Record<string, string>>;

/** Fields a record may lack; a replaced record must not leave them behind. */
export const OPTIONAL_FIELDS = ['objectives', 'reason', 'error'] as const;

/** @throws RangeError naming the field when a number is not finite: JSON would turn it into null unseen. */
export function encodeTrial(record: TrialRecord): TrialFields {
  return {
    session_id: record.session_id,
    worker_id: record.worker_id,
    iteration: String(record.iteration),
    status: record.status,
    timestamp: record.timestamp,
    params: json('params', record.params),
    metrics: json('metrics', record.metrics),
    objective: record.objective === null ? '' : json('objective', record.objective),
    violation: json('violation', record.violation),
    scenario_metrics: json('scenario_metrics', record.scenario_metrics),
    duration_ms: json('duration_ms', record.duration_ms),
    attempt: String(record.attempt),
    data_hash: record.data_hash,
    ...(record.objectives === undefined ? {} : { objectives: json('objectives', record.objectives) }),
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    ...(record.error === undefined ? {} : { error: record.error }),
  };
}

/**
 * Reads the fields back. Only `iteration` must be there: a record of an older tool lacks what that tool did not
 * measure, and a status it knew but we do not counts as failed, never as completed.
 *
 * @throws SyntaxError when a field is not what it should hold.
 */
export function decodeTrial(fields: TrialFields): TrialRecord {
  const iteration = Number(fields.iteration);
  if (!Number.isSafeInteger(iteration) || iteration < 0) {
    throw new SyntaxError(`iteration is ${JSON.stringify(fields.iteration ?? null)}, not a whole number`);
  }
  const status = readTrialStatus(fields.status);
  const error = status === fields.status ? fields.error : (fields.error ?? `status "${fields.status ?? ''}"`);
  return {
    session_id: fields.session_id ?? '',
    worker_id: fields.worker_id ?? '',
    iteration,
    status,
    timestamp: fields.timestamp ?? '',
    params: parse<Params>(fields, 'params', {}),
    metrics: parse<Metrics>(fields, 'metrics', {}),
    objective: fields.objective ? number(fields, 'objective', 0) : null,
    violation: number(fields, 'violation', 0),
    scenario_metrics: parse<readonly ScenarioMetrics[]>(fields, 'scenario_metrics', []),
    duration_ms: number(fields, 'duration_ms', 0),
    attempt: number(fields, 'attempt', 1),
    data_hash: fields.data_hash ?? '',
    ...(fields.objectives ? { objectives: parse<readonly number[]>(fields, 'objectives', []) } : {}),
    ...(fields.reason === undefined ? {} : { reason: fields.reason }),
    ...(error === undefined ? {} : { error }),
  };
}

function json(field: string, value: unknown): string {
  const text = JSON.stringify(value);
  // Looking at every number takes three times as long as writing it: only where one may have become null.
  if (text.includes('null')) JSON.stringify(value, finiteIn(field));
  return text;
}

function finiteIn(field: string) {
  return (key: string, item: unknown) => {
    if (typeof item !== 'number' || Number.isFinite(item)) return item;
    throw new RangeError(`Expected ${field} to hold finite numbers, got ${item}${key ? ` in "${key}"` : ''}`);
  };
}

function parse<T>(fields: TrialFields, field: string, absent: T): T {
  const text = fields[field];
  if (!text) return absent;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new SyntaxError(`${field} is not JSON: ${text.slice(0, 60)}`);
  }
}

function number(fields: TrialFields, field: string, absent: number): number {
  const text = fields[field];
  if (!text) return absent;
  const value = Number(text);
  if (Number.isNaN(value)) throw new SyntaxError(`${field} is not a number: ${text.slice(0, 60)}`);
  return value;
}
