import { rateAt } from '../market-data/market-data.ts';
import type { Exchange } from './exchange.ts';
import { aim, type Order, send } from './orders.ts';
import type { Run } from './run.ts';

/** Closing what only one leg filled: sold, or bought back, where it costs least, until it is too small for an order. */

/**
 * Sends up to `guard.unwind_attempts` orders, one after the other, from `order.knownAt` (at or after `order.row`) on, and leaves there when the
 * last outcome is known. What is left is carried and tried again with the next trade.
 */
export function unwind(run: Run, order: Order, signalRow: number, signalHash: number): void {
  const { book, score } = run;
  for (let attempt = 0; attempt < run.world.settings.guard.unwind_attempts; attempt++) {
    if (book.residual === 0) return;
    order.row = run.world.clock.rowInForce(order.knownAt, order.row);
    if (!aimUnwinding(run, order, order.row)) return;
    order.sentAt = order.knownAt;
    send(run, order, signalRow, signalHash, 2 + attempt);
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
  const { upbit, binance } = run;
  const buying = run.book.residual < 0;
  const onUpbit = unwindingQuantity(run, upbit, buying, row);
  const onBinance = unwindingQuantity(run, binance, buying, row);
  if (onUpbit === 0 && onBinance === 0) return false;
  const atUpbit = netPrice(upbit, buying, row);
  const atBinance = netPrice(binance, buying, row);
  const better = buying ? atBinance < atUpbit : atBinance > atUpbit;
  const choosesBinance = onUpbit === 0 || (onBinance > 0 && better);
  order.exchange = choosesBinance ? binance : upbit;
  order.buying = buying;
  order.quantity = choosesBinance ? onBinance : onUpbit;
  aim(order, row, run.unwindTolerance);
  return true;
}

/** Coin units that the venue can take of the residual at its quote; 0 when that is no order. */
function unwindingQuantity(run: Run, exchange: Exchange, buying: boolean, row: number): number {
  const { venue } = exchange;
  const price = exchange.price(buying, row);
  const whole = venue.floorToLot(Math.abs(run.book.residual));
  if (!(venue.notional(price, whole) >= venue.minNotional)) return 0;
  const funds = buying ? exchange.affordable(venue.buyLimit(price, run.unwindTolerance.buy)) : exchange.coin;
  const quantity = venue.floorToLot(Math.min(whole, funds));
  return quantity > 0 && venue.notional(price, quantity) >= venue.minNotional ? quantity : 0;
}

/** What a coin costs or brings in KRW after the fee. */
function netPrice(exchange: Exchange, buying: boolean, row: number): number {
  const { inKrw, buyFactor, sellFactor } = exchange.venue;
  const price = exchange.price(buying, row);
  const krw = inKrw ? price : price * rateAt(exchange, row);
  return krw * (buying ? buyFactor : sellFactor);
}
