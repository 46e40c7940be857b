import type { Strategy } from '../../src/paper-engine/params.ts';
import type { GuardSettings } from '../../src/paper-engine/settings.ts';

/** The risk guard of docs/paper-engine.md, written from the page for `reference.ts`. */

export function createReferenceGuard(
  p: Strategy,
  limits: GuardSettings,
  { units, capital }: { readonly units: number; readonly capital: number },
) {
  const DAY = 86_400e6;
  const day = { number: Number.NEGATIVE_INFINITY, start: 0, last: 0 };
  let peak = 0;
  let window = { legs: 0, ordered: 0, filled: 0 };
  const look = (t: number, equity: number, unhedged: number, slippage: number): void => {
    const today = Math.floor(t / DAY);
    if (today !== day.number) Object.assign(day, { number: today, start: day.last });
    day.last = equity;
    peak = Math.max(peak, equity);
    guard.free = t + p.trade_cooldown_s * 1e6;
    const cool = t + limits.cool_down_s * 1e6;
    const trip = (reason: string, until: number): void => {
      guard.trips.push(reason);
      guard.free = Math.max(guard.free, until);
    };
    if (-equity > limits.max_total_loss_krw * units) trip('total_loss', Number.POSITIVE_INFINITY);
    else if (day.start - equity > p.max_daily_loss_krw * units)
      trip('daily_loss', Math.max(cool, (today + 1) * DAY));
    else if (peak - equity > (capital * p.circuit_breaker_threshold) / 100) {
      trip('drawdown', cool);
      peak = equity;
    } else if (unhedged > limits.max_unhedged_krw * units) trip('unhedged', cool);
    else if (slippage > limits.max_slippage_bps) trip('slippage', cool);
    else if (window.legs >= limits.fill_rate_window && window.filled / window.ordered < limits.min_fill_rate)
      trip('fill_rate', cool);
    if (window.legs >= limits.fill_rate_window) window = { legs: 0, ordered: 0, filled: 0 };
    const back = guard.sent.at(-p.max_trades_per_hour);
    if (back !== undefined && back + 3_600e6 > guard.free) trip('trades_per_hour', back + 3_600e6);
    const lastDay = Math.floor(guard.sent.at(-1)! / DAY);
    const ofDay = guard.sent.filter((s) => Math.floor(s / DAY) === lastDay).length;
    if (ofDay >= limits.max_trades_per_day && (lastDay + 1) * DAY > guard.free)
      trip('trades_per_day', (lastDay + 1) * DAY);
  };
  const legs = (ordered: number, filled: number): void => {
    window = { legs: window.legs + 2, ordered: window.ordered + ordered, filled: window.filled + filled };
  };
  const guard = { free: Number.NEGATIVE_INFINITY, sent: [] as number[], trips: [] as string[], look, legs };
  return guard;
}
