import { DAY, HOUR, SECOND } from './clock.ts';
import type { Strategy } from './params.ts';
import type { GuardSettings } from './settings.ts';

/**
 * The risk guard: says from when on the strategy may trade again. Limits on the number of trades make it wait;
 * limits on losses, slippage, fills and unhedged coin trip the circuit breaker. It looks when a trade is sent and when it is settled.
 */

export const TRIP_REASONS = [
  'total_loss',
  'daily_loss',
  'drawdown',
  'unhedged',
  'slippage',
  'fill_rate',
  'trades_per_hour',
  'trades_per_day',
] as const;
export type TripReason = (typeof TRIP_REASONS)[number];

/** The reasons that open the breaker, the first of all; the other two only make the next trade wait. */
export const BREAKER_REASONS = TRIP_REASONS.slice(0, 6);
/** Trips where a limit on money was in fact exceeded: the first of those. */
export const VIOLATION_REASONS = TRIP_REASONS.slice(0, 4);

export interface Trip {
  /** Microseconds. */
  readonly time: number;
  readonly reason: TripReason;
  /** What was measured and the limit it met: KRW, bps, share or count. */
  readonly value: number;
  readonly limit: number;
  /** Its own end, microseconds; null: never. Another trip or `trade_cooldown_s` may make trading wait longer. */
  readonly until: number | null;
}

/** What the guard sees of a settled trade; money in KRW units. */
export interface Settlement {
  time: number;
  equity: number;
  unhedged: number;
  slippageBps: number;
}

/** The next UTC midnight, microseconds. */
function endOfDay(time: number): number {
  return (Math.floor(time / DAY) + 1) * DAY;
}

export class RiskGuard {
  /** Trading is allowed from this moment on, microseconds. */
  freeAt = Number.NEGATIVE_INFINITY;
  /** End of the breaker's last opening. */
  openUntil = Number.NEGATIVE_INFINITY;
  /** Trips by position in TRIP_REASONS. */
  readonly counts = new Float64Array(TRIP_REASONS.length);
  /** Microseconds in the open breaker, up to `end`. */
  openTime = 0;

  readonly #limits: GuardSettings;
  readonly #strategy: Strategy;
  readonly #krwUnits: number;
  readonly #fallLimit: number;
  readonly #end: number;
  readonly #trips: Trip[] | undefined;

  /** When each trade was sent, from 1 on; the first entry keeps this an array of doubles from the start. */
  readonly #sent: number[] = [Number.NEGATIVE_INFINITY];
  #sentDayEnd = Number.NEGATIVE_INFINITY;
  #sentToday = 0;
  #dayEnd = Number.NEGATIVE_INFINITY;
  #dayStart = 0;
  #equity = 0;
  #peak = 0;
  #legs = 0;
  #ordered = 0;
  #filled = 0;

  constructor(
    limits: GuardSettings,
    strategy: Strategy,
    world: { readonly krwUnits: number; readonly capital: number; readonly end: number },
    trips?: Trip[],
  ) {
    this.#limits = limits;
    this.#strategy = strategy;
    this.#krwUnits = world.krwUnits;
    this.#fallLimit = (world.capital * strategy.circuit_breaker_threshold) / 100;
    this.#end = world.end;
    this.#trips = trips;
  }

  /** A trade was signalled at `time`. */
  onSent(time: number): void {
    this.#sent.push(time);
    if (time >= this.#sentDayEnd) {
      this.#sentDayEnd = endOfDay(time);
      this.#sentToday = 0;
    }
    this.#sentToday++;
  }

  /** A leg asked for `ordered` coin units and got `filled`. */
  onLeg(ordered: number, filled: number): void {
    this.#legs++;
    this.#ordered += ordered;
    this.#filled += filled;
  }

  /** A trade is settled: the breaker's rules in their order, the first that holds trips; then the counts of trades. */
  onSettled(settled: Settlement): void {
    const { time, equity } = settled;
    if (time >= this.#dayEnd) {
      this.#dayEnd = endOfDay(time);
      this.#dayStart = this.#equity;
    }
    this.#equity = equity;
    if (equity > this.#peak) this.#peak = equity;
    this.freeAt = time + this.#strategy.trade_cooldown_s * SECOND;
    this.#checkBreaker(settled);
    if (this.#legs >= this.#limits.fill_rate_window) {
      this.#legs = 0;
      this.#ordered = 0;
      this.#filled = 0;
    }
    this.#checkCounts(time);
  }

  #checkBreaker({ time, equity, unhedged, slippageBps }: Settlement): void {
    const limits = this.#limits;
    const strategy = this.#strategy;
    const units = this.#krwUnits;
    const cool = time + limits.cool_down_s * SECOND;
    const dayLoss = this.#dayStart - equity;
    const fall = this.#peak - equity;
    const fallLimit = this.#fallLimit;
    if (-equity > limits.max_total_loss_krw * units) {
      this.#trip(0, time, -equity / units, limits.max_total_loss_krw, Number.POSITIVE_INFINITY);
    } else if (dayLoss > strategy.max_daily_loss_krw * units) {
      this.#trip(1, time, dayLoss / units, strategy.max_daily_loss_krw, Math.max(cool, this.#dayEnd));
    } else if (fall > fallLimit) {
      this.#trip(2, time, fall / units, fallLimit / units, cool);
      this.#peak = equity;
    } else if (unhedged > limits.max_unhedged_krw * units) {
      this.#trip(3, time, unhedged / units, limits.max_unhedged_krw, cool);
    } else if (slippageBps > limits.max_slippage_bps) {
      this.#trip(4, time, slippageBps, limits.max_slippage_bps, cool);
    } else if (this.#legs >= limits.fill_rate_window) {
      const rate = this.#filled / this.#ordered;
      if (rate < limits.min_fill_rate) this.#trip(5, time, rate, limits.min_fill_rate, cool);
    }
  }

  #checkCounts(time: number): void {
    const most = this.#strategy.max_trades_per_hour;
    if (this.#sent.length > most) {
      const until = this.#sent[this.#sent.length - most]! + HOUR;
      if (until > this.freeAt) this.#wait(6, time, most, until);
    }
    if (this.#sentToday >= this.#limits.max_trades_per_day) {
      const until = this.#sentDayEnd;
      if (until > this.freeAt) this.#wait(7, time, this.#limits.max_trades_per_day, until);
    }
  }

  #trip(reason: number, time: number, value: number, limit: number, until: number): void {
    this.openUntil = until;
    this.openTime += Math.max(0, Math.min(until, this.#end) - Math.min(time, this.#end));
    this.#record(reason, time, value, limit, until);
  }

  #wait(reason: number, time: number, limit: number, until: number): void {
    this.#record(reason, time, limit, limit, until);
  }

  #record(reason: number, time: number, value: number, limit: number, until: number): void {
    this.counts[reason] = this.counts[reason]! + 1;
    this.freeAt = Math.max(this.freeAt, until);
    this.#trips?.push({
      time,
      reason: TRIP_REASONS[reason]!,
      value,
      limit,
      until: until === Number.POSITIVE_INFINITY ? null : until,
    });
  }
}
