import type { Rival } from '../activities/activities.ts';
import type { MeasuredBatch, Measurement, ProposedTrial } from '../activities/measured-batch.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import type { FinishedTrial, PendingTrial, TakenKeys } from '../optimizers/optimizer.ts';
import { paramsKey } from '../search-space/params.ts';
import type { Params } from '../search-space/space.ts';
import type { TrialStatus } from '../store/trial-record.ts';
import { type CarriedSession, packTrial, unpackTrial } from './carried-session.ts';
import { finishedTrial, fromLoss, isBetter, type RankedTrial } from './losses.ts';
import type { ListedTrial } from './messages.ts';

/**
 * What a session knows of its trials: which are proposed, running and finished, and which is best. Pure and
 * deterministic; `carry` and `restore` take it through a continue-as-new or a resume.
 */

interface TrialRow extends ProposedTrial {
  readonly reason: string;
  state: 'proposed' | 'running' | TrialStatus;
  /** Of a trial measured whole, where trials are pruned. */
  byScenario?: readonly number[];
  finished?: FinishedTrial;
  objective: number | null;
  workerId?: string;
}

/** Durations remembered for the batch size. */
const REMEMBERED_DURATIONS = 32;

export class TrialTable {
  readonly #spec: SessionSpec;
  /** Trial i + 1 at index i; a hole where a resumed session has not measured a trial. */
  readonly #rows: (TrialRow | undefined)[] = [];
  /** Proposed, in the order in which they will run. */
  #waiting: TrialRow[] = [];
  readonly #workers = new Map<string, number>();
  #durations: number[] = [];
  #best: RankedTrial | undefined;
  #completed = 0;
  #failed = 0;
  #pruned = 0;
  /** Trials 1 .. #prefix are finished. */
  #prefix = 0;
  /** Trials 1 .. #next - 1 have been proposed. */
  #next = 1;
  #running = 0;
  /** The keys of all trials' params, once they have been asked for. */
  #taken: Set<string> | undefined;

  constructor(spec: SessionSpec, carried?: CarriedSession) {
    this.#spec = spec;
    if (carried) this.#restore(carried);
  }

  /** The trial to propose next. */
  get next(): number {
    return this.#next;
  }

  get completed(): number {
    return this.#completed;
  }

  get failed(): number {
    return this.#failed;
  }

  get pruned(): number {
    return this.#pruned;
  }

  get finished(): number {
    return this.#completed + this.#pruned + this.#failed;
  }

  /** The last trial that is known of. */
  get last(): number {
    return this.#rows.length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get running(): number {
    return this.#running;
  }

  get best(): RankedTrial | undefined {
    return this.#best;
  }

  get durations(): readonly number[] {
    return this.#durations;
  }

  /** Finished trials by worker id. */
  get workers(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#workers);
  }

  /** Whether trials 1 .. n are all finished. */
  isFinishedUpTo(n: number): boolean {
    return this.#prefix >= n;
  }

  /** The next trials to propose: `count` at most, up to trial `last`, ascending, none that is known already. */
  nextIterations(count: number, last: number): number[] {
    const iterations: number[] = [];
    for (let n = this.#next; n <= last && iterations.length < count; n++) {
      if (!this.#rows[n - 1]) iterations.push(n);
    }
    return iterations;
  }

  /** The next `size` trials to run. */
  waitingIterations(size: number): number[] {
    return this.#waiting.slice(0, size).map(({ iteration }) => iteration);
  }

  isFinished(n: number): boolean {
    return this.#rows[n - 1]?.finished !== undefined;
  }

  /** The trials before the last finished one that are not. */
  get gaps(): number[] {
    const last = this.#rows.findLastIndex((row) => row?.finished);
    return Array.from(this.#rows.slice(0, last), (row, i) => (row?.finished ? 0 : i + 1)).filter(
      (n) => n > 0,
    );
  }

  /** Trials 1 .. n - 1: the finished ones, and the others as pending, in order. */
  before(n: number): { finished: FinishedTrial[]; pending: PendingTrial[] } {
    return this.between(0, n - 1);
  }

  /** The same of trials from + 1 .. to. */
  between(from: number, to: number): { finished: FinishedTrial[]; pending: PendingTrial[] } {
    return split(this.#known(from, to));
  }

  /** What trials 1 .. n - 1 tried, at no cost by their number; undefined where a later trial is known already. */
  takenBefore(n: number): TakenKeys | undefined {
    if (this.#rows.length >= n) return undefined;
    this.#taken ??= new Set(this.#known(0, n - 1).map(({ params }) => paramsKey(this.#spec.space, params)));
    return this.#taken;
  }

  /** The finished ones of these trials. */
  finishedAmong(iterations: readonly number[]): FinishedTrial[] {
    return iterations.flatMap((iteration) => this.#rows[iteration - 1]?.finished ?? []);
  }

  #known(from: number, to: number): TrialRow[] {
    return this.#rows.slice(Math.max(0, from), Math.max(0, to)).filter((row) => row !== undefined);
  }

  /** Proposes trial `next`. */
  propose(params: Params, reason: string): void {
    this.#wait({ iteration: this.#next, params, reason });
  }

  #wait(trial: ProposedTrial): void {
    const row: TrialRow = { ...trial, reason: trial.reason ?? '', state: 'proposed', objective: null };
    this.#rows[trial.iteration - 1] = row;
    this.#waiting.push(row);
    this.#taken?.add(paramsKey(this.#spec.space, row.params));
    this.#skipKnown();
  }

  #skipKnown(): void {
    while (this.#rows[this.#next - 1]) this.#next += 1;
  }

  /** The next `size` proposed trials, now running. */
  dispatch(size: number): ProposedTrial[] {
    const batch = this.#waiting.slice(0, size);
    this.#waiting = this.#waiting.slice(size);
    this.#running += batch.length;
    return batch.map((row) => {
      row.state = 'running';
      return { iteration: row.iteration, params: row.params, reason: row.reason };
    });
  }

  /** Takes in what was measured; a trial that is already finished stays as it is. */
  tell(batch: MeasuredBatch): void {
    for (const measurement of batch.trials) {
      const row = this.#rows[measurement.iteration - 1];
      if (row === undefined || row.finished) continue;
      this.#running -= 1;
      this.#tellOne(row, measurement);
    }
    while (this.#rows[this.#prefix]?.finished) this.#prefix += 1;
    this.#durations = this.#durations.slice(-REMEMBERED_DURATIONS);
  }

  #tellOne(row: TrialRow, measurement: Measurement): void {
    const finished = finishedTrial(this.#spec, row.params, measurement);
    const objectives = finished.losses && (measurement.objectives ?? []);
    const { violation } = finished;
    row.state = !objectives ? 'failed' : measurement.prunedAfter === undefined ? 'completed' : 'pruned';
    if (measurement.byScenario) row.byScenario = measurement.byScenario;
    row.objective = objectives?.[0] ?? null;
    row.workerId = measurement.workerId;
    row.finished = finished;
    this.#count(row.state, measurement.workerId);
    this.#durations.push(measurement.durationMs);
    if (objectives && row.state === 'completed') {
      const candidate = {
        iteration: row.iteration,
        params: row.params,
        objective: objectives[0] as number,
        violation,
      };
      if (isBetter(this.#spec, candidate, this.#best)) this.#best = candidate;
    }
  }

  #count(status: TrialStatus, workerId: string): void {
    if (status === 'completed') this.#completed += 1;
    else if (status === 'pruned') this.#pruned += 1;
    else this.#failed += 1;
    this.#workers.set(workerId, (this.#workers.get(workerId) ?? 0) + 1);
  }

  list(from: number, limit: number): ListedTrial[] {
    return this.#known(from - 1, from - 1 + limit).map((row) => ({
      iteration: row.iteration,
      status: row.state,
      params: row.params,
      objective: row.objective,
      ...(row.finished?.violation ? { violation: row.finished.violation } : {}),
      ...(row.workerId === undefined ? {} : { worker_id: row.workerId }),
      ...(row.reason === '' ? {} : { reason: row.reason }),
    }));
  }

  /**
   * The trials after `from` that were measured whole and are sound, for the pruner: the first `limit` of them. One that
   * violates a constraint ranks below every sound trial, so none needs to beat it.
   */
  rivals(from: number, limit: number): Rival[] {
    const rivals = this.#known(from, this.#rows.length).flatMap(({ iteration, byScenario, finished }) =>
      byScenario && finished?.violation === 0 ? [{ iteration, byScenario }] : [],
    );
    return rivals.slice(0, limit);
  }

  /** Only where no trial is running. */
  carry(): Pick<CarriedSession, 'trials' | 'proposed' | 'workers' | 'best' | 'durations'> {
    const workers = [...this.#workers.keys()];
    return {
      trials: Array.from(this.#rows, (row) =>
        row?.finished ? packTrial(this.#spec.space, workers, row, row.finished) : null,
      ),
      proposed: this.#waiting.map(({ iteration, params, reason }) => ({ iteration, params, reason })),
      workers,
      ...(this.#best ? { best: this.#best } : {}),
      durations: this.#durations,
    };
  }

  #restore(carried: CarriedSession): void {
    carried.trials.forEach((trial, index) => {
      if (trial === null) return;
      const { state, workerId, byScenario, ...known } = unpackTrial(this.#spec.space, carried.workers, trial);
      const finished = { iteration: index + 1, ...known };
      this.#rows[index] = {
        ...{ iteration: index + 1, params: known.params, reason: '', state, finished, workerId },
        objective: known.losses ? fromLoss(this.#spec, known.losses) : null,
        ...(byScenario ? { byScenario } : {}),
      };
      this.#count(state, workerId);
    });
    this.#skipKnown();
    while (this.#rows[this.#prefix]?.finished) this.#prefix += 1;
    for (const trial of carried.proposed) this.#wait(trial);
    this.#durations = [...carried.durations];
    this.#best = carried.best;
  }
}

function split(rows: readonly TrialRow[]): { finished: FinishedTrial[]; pending: PendingTrial[] } {
  return {
    finished: rows.flatMap((row) => row.finished ?? []),
    pending: rows.filter((row) => !row.finished).map(({ iteration, params }) => ({ iteration, params })),
  };
}
