import type { Metrics } from '../objective/objective.ts';
import { SECOND } from './clock.ts';
import { BINANCE_CASH, BINANCE_COIN, TRANSIT_COIN, TRANSIT_USDT, UPBIT_COIN } from './ledger.ts';
import { BREAKER_REASONS, TRIP_REASONS, VIOLATION_REASONS } from './risk-guard.ts';
import type { Run } from './run.ts';
import type { Returns } from './scorecard.ts';

/** The metrics of a finished run. All are finite and always present; docs/paper-engine.md has each formula. */

/** What a ratio with nothing below the line and something above is given as: no bound is known. */
export const UNBOUNDED_RATIO = 1e6;

const TRIP_METRICS = TRIP_REASONS.map((reason) => `trips_${reason}`);

const YEAR = 365 * 86_400 * SECOND;

function ratio(above: number, below: number): number {
  if (below !== 0) return above / below;
  return above > 0 ? UNBOUNDED_RATIO : above < 0 ? -UNBOUNDED_RATIO : 0;
}

/** Metrics of a run that has reached the end of its data, at `lastRow`. */
export function metricsOf(run: Run, lastRow: number): Metrics {
  const { book, score, guard, world, market } = run;
  const units = world.upbit.quoteUnits;
  const quoted = world.firstRow < market.rows;
  const unhedged = quoted ? run.mark(book.residual, lastRow) - book.residualCost : 0;
  const { balances } = run.ledger;
  const usdt = balances[BINANCE_CASH]! + balances[TRANSIT_USDT]! - world.binance.cash;
  const revaluation = quoted ? run.binance.krw(usdt, lastRow) - book.usdtBooked : 0;
  if (quoted) score.onEquity(run.end, book.realised + unhedged);
  const start = market.time[0] ?? 0;
  const duration = run.end - start;
  const returns = score.finish(run.end);
  const periodsAYear = YEAR / (world.settings.return_period_s * SECOND);
  const returnPct = ratioOrZero(book.realised, world.capital) * 100;
  const drawdownPct = score.maxDrawdownShare * 100;
  const coin = balances[UPBIT_COIN]! + balances[BINANCE_COIN]! + balances[TRANSIT_COIN]!;
  const metrics: Record<string, number> = {
    pnl: book.realised / units,
    trades: score.trades,
    total_fees: (0 - book.fees) / units,
    circuit_breaker_active: guard.openUntil > run.end ? 1 : 0,
    safety_violations: countFirst(guard.counts, VIOLATION_REASONS.length),
    net_pnl: (book.realised + unhedged + revaluation) / units,
    gross_pnl: (book.arbitrage + book.legs) / units,
    arbitrage_pnl: book.arbitrage / units,
    leg_pnl: book.legs / units,
    rebalancing_pnl: book.rebalancing / units,
    unhedged_pnl: unhedged / units,
    revaluation_pnl: revaluation / units,
    return_pct: returnPct,
    signals: score.signals,
    win_rate: ratioOrZero(score.wins, score.trades),
    fill_rate: ratioOrZero(score.filled, score.ordered),
    one_legged: score.oneLegged,
    unwinds: score.unwinds,
    rebalancings: score.rebalancings,
    profit_factor: ratio(score.won, score.lost),
    signal_edge_pct: ratioOrZero(score.signalEdge * 100, score.trades),
    average_edge_pct: ratioOrZero((score.won - score.lost) * 200, score.legsValue),
    turnover: ratioOrZero(score.turnover, world.capital),
    max_drawdown: score.maxDrawdown / units,
    max_drawdown_pct: drawdownPct,
    max_drawdown_s: score.maxDrawdownTime / SECOND,
    sharpe: yearly(returns, returns.deviation, periodsAYear),
    sortino: yearly(returns, returns.downside, periodsAYear),
    calmar: ratio(ratioOrZero(returnPct * YEAR, duration), drawdownPct),
    exposure_pct: ratioOrZero(score.openTime * 100, duration),
    max_unhedged_krw: score.maxUnhedged / units,
    residual_coin: (coin - world.openingCoin) / 1e8,
    breaker_trips: countFirst(guard.counts, BREAKER_REASONS.length),
    breaker_s: guard.openTime / SECOND,
  };
  for (let i = 0; i < TRIP_METRICS.length; i++) metrics[TRIP_METRICS[i]!] = guard.counts[i]!;
  return metrics;
}

/** Trips of the first `reasons` of TRIP_REASONS. */
function countFirst(counts: Float64Array, reasons: number): number {
  let sum = 0;
  for (let i = 0; i < reasons; i++) sum += counts[i]!;
  return sum;
}

/** Mean return over `deviation`, a year's worth; one period says nothing, which is 0. */
function yearly({ periods, mean }: Returns, deviation: number, periodsAYear: number): number {
  if (periods < 2) return 0;
  return deviation === 0 ? ratio(mean, 0) : (mean / deviation) * Math.sqrt(periodsAYear);
}

function ratioOrZero(above: number, below: number): number {
  return below === 0 ? 0 : above / below;
}
