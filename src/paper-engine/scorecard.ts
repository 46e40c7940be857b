import { SECOND } from './clock.ts';

/** Of a run's returns by period. */
export interface Returns {
  readonly periods: number;
  readonly mean: number;
  readonly deviation: number;
  readonly downside: number;
}

/**
 * Running figures of a replay that the metrics are made of: drawdown, returns by period, wins and losses. Constant
 * memory; fed once a settled trade, money in KRW units, time in microseconds and never past the data's end.
 */
export class Scorecard {
  ordered = 0;
  filled = 0;
  signals = 0;
  trades = 0;
  oneLegged = 0;
  wins = 0;
  won = 0;
  lost = 0;
  turnover = 0;
  /** Value of both legs of all trades. */
  legsValue = 0;
  signalEdge = 0;
  openTime = 0;
  unwinds = 0;
  rebalancings = 0;
  maxUnhedged = 0;

  peak = 0;
  maxDrawdown = 0;
  maxDrawdownShare = 0;
  maxDrawdownTime = 0;
  #peakAt: number;

  readonly #start: number;
  readonly #period: number;
  readonly #capital: number;
  #periodEnd: number;
  #periodEquity = 0;
  #equity = 0;
  #closed = 0;
  /** The first period's gain: the others are summed as differences from it, exact where all are alike. */
  #first = 0;
  #sum = 0;
  #squares = 0;
  #downSquares = 0;

  constructor(start: number, periodSeconds: number, capital: number) {
    this.#start = start;
    this.#peakAt = start;
    this.#period = periodSeconds * SECOND;
    this.#capital = capital;
    this.#periodEnd = this.#endOfPeriod(start);
  }

  onEquity(time: number, equity: number): void {
    if (time >= this.#periodEnd) {
      this.#closePeriod();
      this.#periodEnd = this.#endOfPeriod(time);
    }
    if (equity >= this.peak) {
      this.#underWater(time);
      this.#equity = equity;
      this.peak = equity;
      this.#peakAt = time;
      return;
    }
    this.#equity = equity;
    const fall = this.peak - equity;
    if (fall > this.maxDrawdown) this.maxDrawdown = fall;
    const share = fall / (this.#capital + this.peak);
    if (share > this.maxDrawdownShare) this.maxDrawdownShare = share;
  }

  onTrade(profit: number): void {
    if (profit > 0) {
      this.wins++;
      this.won += profit;
    } else {
      this.lost -= profit;
    }
  }

  /** Mean, deviation and downside deviation (population, about zero) of the returns of all periods up to `end`. */
  finish(end: number): Returns {
    this.#underWater(end);
    const periods = Math.floor((end - this.#start) / this.#period) + 1;
    this.#closePeriod();
    const empty = periods - this.#closed;
    const shift = (this.#sum - empty * this.#first) / periods;
    const squares = (this.#squares + empty * this.#first * this.#first) / periods;
    return {
      periods,
      mean: this.#equity / periods / this.#capital,
      deviation: Math.sqrt(Math.max(0, squares - shift * shift)) / this.#capital,
      downside: Math.sqrt(this.#downSquares / periods) / this.#capital,
    };
  }

  /** The time since the peak counts when the equity was below it. */
  #underWater(time: number): void {
    const duration = time - this.#peakAt;
    if (this.#equity < this.peak && duration > this.maxDrawdownTime) this.maxDrawdownTime = duration;
  }

  #endOfPeriod(time: number): number {
    return this.#start + (Math.floor((time - this.#start) / this.#period) + 1) * this.#period;
  }

  #closePeriod(): void {
    const gain = this.#equity - this.#periodEquity;
    this.#periodEquity = this.#equity;
    if (this.#closed++ === 0) this.#first = gain;
    const above = gain - this.#first;
    this.#sum += above;
    this.#squares += above * above;
    if (gain < 0) this.#downSquares += gain * gain;
  }
}
