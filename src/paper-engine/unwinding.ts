import { rowInForce } from './clock.ts';
import { affordable, aim, type Order, send } from './orders.ts';
import type { Run } from './run.ts';
import { BINANCE, floorToLot, notionalOf, UPBIT, type VenueId } from './venue.ts';

/** Closing what only one leg filled: sold, or bought back, where it costs least, until it is too small for an order. */

/**
 * Sends up to `guard.unwind_attempts` orders, one after the other, from `knownAt` on. Returns when the last outcome
 * is known; what is left is carried and tried again with the next trade.
 */
export function unwind(run: Run, order: Order, knownAt: number, signalRow: number, trade: number): number {
  const { market, book, score } = run;
  let now = knownAt;
  for (let attempt = 0; attempt < run.world.settings.guard.unwind_attempts; attempt++) {
    if (book.residual === 0) break;
    const row = rowInForce(market.time, market.rows, now, signalRow);
    if (!aimUnwinding(run, order, row)) break;
    send(run, order, now, signalRow, 2 + attempt, trade);
    now = order.knownAt;
    score.unwinds++;
    if (order.filled === 0) continue;
    score.turnover += order.value;
    const sign = order.buying ? 1 : -1;
    book.addResidual(sign * order.filled, sign * order.value);
    book.addFee(order.feeValue, order.feeCoin);
  }
  return now;
}

/** Chooses venue, quantity and limit; false when no venue can take an order. Upbit when both are as good. */
function aimUnwinding(run: Run, order: Order, row: number): boolean {
  const upbit = priceFor(run, order, UPBIT, row);
  const binance = priceFor(run, order, BINANCE, row);
  const noneUpbit = Number.isNaN(upbit);
  if (noneUpbit && Number.isNaN(binance)) return false;
  const better = order.buying ? binance < upbit : binance > upbit;
  if (!(noneUpbit || better)) priceFor(run, order, UPBIT, row);
  return true;
}

/** Prepares the order for a venue. Its net price in KRW a coin; NaN when the venue cannot take the order. */
function priceFor(run: Run, order: Order, id: VenueId, row: number): number {
  const venue = run.venue(id);
  order.venue = id;
  order.buying = run.book.residual < 0;
  aim(run, order, row, run.strategy.unwind_slippage_bps);
  order.quantity = floorToLot(Math.min(Math.abs(run.book.residual), affordable(run, order)), venue.lot);
  const tradable = order.quantity > 0 && notionalOf(venue, order.seen, order.quantity) >= venue.minNotional;
  if (!tradable) return Number.NaN;
  const inKrw = id === UPBIT ? order.seen : order.seen * run.market.rate[row]!;
  return order.buying ? inKrw * venue.buyFactor : inKrw * venue.sellFactor;
}
