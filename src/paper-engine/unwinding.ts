import { rowInForce } from './clock.ts';
import { affordable, aim, type Order, send } from './orders.ts';
import type { Run } from './run.ts';
import { BINANCE, buyLimit, floorToLot, notionalOf, UPBIT, type VenueId } from './venue.ts';

/** Closing what only one leg filled: sold, or bought back, where it costs least, until it is too small for an order. */

/**
 * Sends up to `guard.unwind_attempts` orders, one after the other, from `order.knownAt` (at or after `order.row`) on, and leaves there when the
 * last outcome is known. What is left is carried and tried again with the next trade.
 */
export function unwind(run: Run, order: Order, signalRow: number): void {
  const { market, book, score } = run;
  for (let attempt = 0; attempt < run.world.settings.guard.unwind_attempts; attempt++) {
    if (book.residual === 0) return;
    order.row = rowInForce(market.time, market.rows, order.knownAt, order.row);
    if (!aimUnwinding(run, order, order.row)) return;
    order.sentAt = order.knownAt;
    send(run, order, signalRow, 2 + attempt);
    score.unwinds++;
    if (order.filled === 0) continue;
    score.turnover += order.value;
    const sign = order.buying ? 1 : -1;
    book.addResidual(sign * order.filled, sign * order.value);
    book.addFee(order.feeValue, order.feeCoin);
  }
}

/** Chooses venue, quantity and limit; false when no venue can take an order. Upbit when both are as good. */
function aimUnwinding(run: Run, order: Order, row: number): boolean {
  const buying = run.book.residual < 0;
  const upbit = unwindingQuantity(run, UPBIT, buying, row);
  const binance = unwindingQuantity(run, BINANCE, buying, row);
  if (upbit === 0 && binance === 0) return false;
  const atUpbit = netPrice(run, UPBIT, buying, row);
  const atBinance = netPrice(run, BINANCE, buying, row);
  const better = buying ? atBinance < atUpbit : atBinance > atUpbit;
  const onBinance = upbit === 0 || (binance > 0 && better);
  order.venue = onBinance ? BINANCE : UPBIT;
  order.buying = buying;
  order.quantity = onBinance ? binance : upbit;
  aim(run, order, row, run.strategy.unwind_slippage_bps);
  return true;
}

/** Coin units that the venue can take of the residual at its quote; 0 when that is no order. */
function unwindingQuantity(run: Run, id: VenueId, buying: boolean, row: number): number {
  const venue = run.venue(id);
  const columns = run.columns(id);
  const price = buying ? columns.ask[row]! : columns.bid[row]!;
  const whole = floorToLot(Math.abs(run.book.residual), venue.lot);
  if (!(notionalOf(venue, price, whole) >= venue.minNotional)) return 0;
  const limit = buying ? buyLimit(venue, price, run.strategy.unwind_slippage_bps) : price;
  const quantity = floorToLot(Math.min(whole, affordable(run, id, buying, limit)), venue.lot);
  return quantity > 0 && notionalOf(venue, price, quantity) >= venue.minNotional ? quantity : 0;
}

/** What a coin costs or brings in KRW after the fee. */
function netPrice(run: Run, id: VenueId, buying: boolean, row: number): number {
  const venue = run.venue(id);
  const columns = run.columns(id);
  const price = buying ? columns.ask[row]! : columns.bid[row]!;
  const inKrw = id === UPBIT ? price : price * run.market.rate[row]!;
  return inKrw * (buying ? venue.buyFactor : venue.sellFactor);
}
