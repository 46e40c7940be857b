import { propose } from '../activities/propose.ts';
import { unpackPrior } from '../config/prior-trials.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import type { FinishedTrial, PendingTrial } from '../optimizers/optimizer.ts';
import { paramsKey } from '../search-space/params.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import { learnsFromResults } from '../workflows/batching.ts';
import { lossesOf } from '../workflows/losses.ts';
import { enqueuedAt, type Orders, parallelismAt } from '../workflows/orders.ts';

/**
 * Why trials were proposed whose measurement is all that history tells of them: they are asked for again, as they
 * were then. Only in deterministic ordering; elsewhere, and where the answer is not the trial, they stay as they are.
 */
export function withReasons(
  spec: SessionSpec,
  orders: Orders,
  records: readonly TrialRecord[],
): readonly TrialRecord[] {
  const last = records.findLast(({ reason }) => reason === undefined)?.iteration ?? 0;
  if (last === 0 || spec.ordering !== 'deterministic') return records;
  const byIteration = new Map(records.map((record) => [record.iteration, record]));
  const finished: FinishedTrial[] = [];
  const pending: PendingTrial[] = [];
  const reasons = new Map<number, string>();
  for (let iteration = 1; iteration <= last; iteration++) {
    const record = byIteration.get(iteration);
    if (record?.reason === undefined) {
      const again = proposed(spec, orders, iteration, finished, pending);
      if (!again) break;
      const isSame = !record || paramsKey(spec.space, record.params) === paramsKey(spec.space, again.params);
      if (isSame) reasons.set(iteration, again.reason);
      if (!record) pending.push({ iteration, params: again.params });
    }
    if (record) {
      const { params, violation } = record;
      finished.push({ iteration, params, violation, losses: lossesOf(spec, record) });
    }
  }
  return records.map((record) => {
    const reason = record.reason ?? reasons.get(record.iteration);
    return reason === undefined ? record : { ...record, reason };
  });
}

function proposed(
  spec: SessionSpec,
  orders: Orders,
  iteration: number,
  finished: readonly FinishedTrial[],
  pending: readonly PendingTrial[],
): { readonly params: TrialRecord['params']; readonly reason: string } | undefined {
  const params = enqueuedAt(orders, iteration);
  if (params) return { params, reason: 'enqueued' };
  const { space, optimizer: settings } = spec;
  const prior = unpackPrior(spec);
  const window = learnsFromResults(settings.method) ? parallelismAt(orders, iteration) : 0;
  const [step] = propose({ space, settings, prior, iterations: [iteration], finished, pending, window });
  return step?.kind === 'trial' ? step : undefined;
}
