import type { SessionRecord, WorkerRecord } from '../../src/store/result-store.ts';
import type { TrialRecord } from '../../src/store/trial-record.ts';
import { fc } from '../support/properties.ts';

/** Records for tests: one plain trial to vary, and arbitrary ones. */

export function trial(iteration: number, changes: Partial<TrialRecord> = {}): TrialRecord {
  return {
    session_id: 's1',
    worker_id: 'main',
    iteration,
    status: 'completed',
    timestamp: '2026-01-02T03:04:05.678Z',
    params: { min_spread_pct: 0.1 + iteration / 1000, slippage_bps: iteration, mode: 'fast', hedge: true },
    metrics: { pnl: 1234.5 - iteration, trades: 7 },
    objective: 1234.5 - iteration,
    violation: 0,
    scenario_metrics: [{ scenario: 'basic', metrics: { pnl: 1 / 3, trades: 7 } }],
    duration_ms: 12.25,
    attempt: 1,
    data_hash: 'abc123',
    ...changes,
  };
}

export function session(id: string, changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    session_id: id,
    workflow_id: `tuning:local:paper:${id}`,
    run_id: 'run-1',
    status: 'running',
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    optimizer: 'random',
    iterations: 12,
    completed: 3,
    failed: 1,
    spec: '{"name":"ünïcode \\" spec"}',
    ...changes,
  };
}

export function worker(id: string, changes: Partial<WorkerRecord> = {}): WorkerRecord {
  return {
    session_id: 's1',
    worker_id: id,
    pid: 4711,
    host: 'box',
    updated_at: '2026-01-01T00:00:00.000Z',
    finished: 3,
    current: '4-7',
    ...changes,
  };
}

const text = () => fc.string({ unit: 'grapheme', maxLength: 12 });
const nasty = () =>
  fc.oneof(
    text(),
    fc.constantFrom(
      '',
      '5',
      '-5',
      '1e3',
      'true',
      '"',
      '"x',
      "'=1",
      '=1+1',
      '  @x',
      '\t',
      '\r',
      'a\r\nb',
      'NaN',
      ',',
      ';',
    ),
    fc.constantFrom(
      "''+1",
      '\u00a0=x',
      '＝x',
      '\ufeffx',
      '{}',
      'null',
      'Infinity',
      '-0',
      '0x10',
      ' 7 ',
      'false ',
    ),
  );
/** Finite, without -0: what a history can hold. */
export const finite = () =>
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
const name = () => fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,9}$/);
const metrics = () => fc.dictionary(name(), finite(), { maxKeys: 5, noNullPrototype: true });

/** Any trial the types allow, of one session, with iteration `iteration`. */
export function anyTrial(iteration: number): fc.Arbitrary<TrialRecord> {
  return fc
    .record(
      {
        worker_id: fc.constantFrom('main', 'w-2', 'w.3'),
        status: fc.constantFrom('completed' as const, 'failed' as const),
        timestamp: fc
          .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
          .map((d) => d.toISOString()),
        params: fc.dictionary(name(), fc.oneof(finite(), nasty(), fc.boolean()), {
          maxKeys: 5,
          noNullPrototype: true,
        }),
        metrics: metrics(),
        objective: fc.option(finite()),
        objectives: fc.array(finite(), { minLength: 2, maxLength: 3 }),
        violation: finite().map(Math.abs),
        scenario_metrics: fc.array(fc.record({ scenario: nasty(), metrics: metrics() }), { maxLength: 3 }),
        duration_ms: finite().map(Math.abs),
        attempt: fc.integer({ min: 1, max: 9 }),
        data_hash: nasty(),
        reason: nasty(),
        error: nasty(),
      },
      {
        requiredKeys: [
          ...(['worker_id', 'status', 'timestamp', 'params', 'metrics', 'objective', 'violation'] as const),
          ...(['scenario_metrics', 'duration_ms', 'attempt', 'data_hash'] as const),
        ],
      },
    )
    .map((record) => ({ session_id: 's1', iteration, ...record }));
}

/** Trials 1..n, each with other content. */
export const anyTrials = (): fc.Arbitrary<TrialRecord[]> =>
  fc
    .array(fc.constant(null), { maxLength: 8 })
    .chain((slots) => fc.tuple(...slots.map((_, position) => anyTrial(position + 1))));
