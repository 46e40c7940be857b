import { latencyOf, rowInForce } from './clock.ts';
import {
  BINANCE_CASH,
  BINANCE_COIN,
  FEES_COIN,
  FEES_KRW,
  FEES_USDT,
  MARKET_COIN,
  MARKET_KRW,
  MARKET_USDT,
  UPBIT_CASH,
  UPBIT_COIN,
} from './ledger.ts';
import type { Recorder } from './recorder.ts';
import type { Run } from './run.ts';
import { buyLimit, feeOf, floorToLot, notionalOf, sellLimit, UPBIT, type VenueId } from './venue.ts';

/** Immediate-or-cancel limit orders: each meets the quote in force when it arrives, and no more than it displays. */

/** An order and what became of it; reused, so that a trial allocates nothing per trade. */
export class Order {
  venue: VenueId = UPBIT;
  buying = false;
  /** Coin units. */
  quantity = 0;
  /** The quote it was sent for, and the worst price it accepts. */
  seen = 0;
  limit = 0;
  sentAt = 0;
  arrivedAt = 0;
  /** When its outcome is known, and a row in force by then. */
  knownAt = 0;
  row = 0;
  filled = 0;
  price = 0;
  /** Quote units. */
  notional = 0;
  /** Quote units, or coin units where the venue takes a buy's fee in coin. */
  fee = 0;
  /** KRW units at the rate of its arrival. */
  value = 0;
  feeValue = 0;
  /** The fee where it is taken in coin, else 0. */
  feeCoin = 0;
}

/** Sets the limit of an order that sees the quote of `row`. */
export function aim(run: Run, order: Order, row: number, toleranceBps: number): void {
  const venue = run.venue(order.venue);
  const columns = run.columns(order.venue);
  if (order.buying) {
    order.seen = columns.ask[row]!;
    order.limit = buyLimit(venue, order.seen, toleranceBps);
  } else {
    order.seen = columns.bid[row]!;
    order.limit = sellLimit(venue, order.seen, toleranceBps);
  }
}

/**
 * The largest quantity the balance pays for at `limit`, fee included, coin units. Two units of cash are left aside for
 * the rounding of notional and fee.
 */
export function affordable(run: Run, id: VenueId, buying: boolean, limit: number): number {
  if (!buying) return run.coin(id);
  const venue = run.venue(id);
  const perCoin = venue.feeInCoin ? limit : limit * venue.buyFactor;
  return Math.max(0, Math.floor(((run.cash(id) - 2) * venue.divisor) / perCoin));
}

/** Sends order number `number` of the trade signalled on `signalRow`, at `order.sentAt`, and books its fill. */
export function send(run: Run, order: Order, signalRow: number, number: number): void {
  const venue = run.venue(order.venue);
  const { market } = run;
  const latency = latencyOf(venue, run.world.seedHash, signalRow, number);
  order.arrivedAt = order.sentAt + latency;
  order.knownAt = order.arrivedAt + latency;
  const row = rowInForce(market.time, market.rows, order.arrivedAt, signalRow);
  const columns = run.columns(order.venue);
  const price = order.buying ? columns.ask[row]! : columns.bid[row]!;
  const acceptable = order.buying ? price <= order.limit : price >= order.limit;
  const shown = acceptable ? floorToLot(run.available(order.venue, order.buying, row), venue.lot) : 0;
  order.row = row;
  order.price = price;
  order.filled = Math.min(order.quantity, shown);
  if (order.filled > 0) fill(run, order, row);
  else order.notional = order.fee = order.value = order.feeValue = order.feeCoin = 0;
  if (run.recorder !== undefined) list(run.recorder, run.score.signals, order, number, row);
}

/** Prices the fill in integers and posts it. */
function fill(run: Run, order: Order, row: number): void {
  const { ledger, book } = run;
  const venue = run.venue(order.venue);
  const feeInCoin = order.buying && venue.feeInCoin;
  run.take(order.venue, order.buying, row, order.filled);
  order.notional = notionalOf(venue, order.price, order.filled);
  order.value = run.krw(order.venue, order.notional, row);
  order.fee = feeOf(venue, feeInCoin ? order.filled : order.notional);
  order.feeCoin = feeInCoin ? order.fee : 0;
  order.feeValue = run.krw(
    order.venue,
    feeInCoin ? notionalOf(venue, order.price, order.fee) : order.fee,
    row,
  );

  const onUpbit = order.venue === UPBIT;
  const time = order.arrivedAt;
  const cash = onUpbit ? UPBIT_CASH : BINANCE_CASH;
  const outside = onUpbit ? MARKET_KRW : MARKET_USDT;
  const coin = onUpbit ? UPBIT_COIN : BINANCE_COIN;
  if (order.buying) {
    ledger.move(time, cash, outside, order.notional);
    ledger.move(time, MARKET_COIN, coin, order.filled);
  } else {
    ledger.move(time, coin, MARKET_COIN, order.filled);
    ledger.move(time, outside, cash, order.notional);
  }
  if (feeInCoin) ledger.move(time, coin, FEES_COIN, order.fee);
  else ledger.move(time, cash, onUpbit ? FEES_KRW : FEES_USDT, order.fee);
  if (onUpbit) return;
  book.usdtBooked += order.buying ? -order.value : order.value;
  if (!feeInCoin) book.usdtBooked -= order.feeValue;
}

function list(recorder: Recorder, trade: number, order: Order, number: number, row: number): void {
  const { sentAt, arrivedAt, quantity, limit, filled, price, notional, fee, feeCoin } = order;
  recorder.fills.push({
    trade,
    purpose: number < 2 ? 'leg' : 'unwind',
    venue: order.venue === UPBIT ? 'upbit' : 'binance',
    side: order.buying ? 'buy' : 'sell',
    sentAt,
    time: arrivedAt,
    row,
    ordered: quantity,
    limit,
    filled,
    price,
    notional,
    fee,
    feeIn: feeCoin > 0 ? 'coin' : 'quote',
  });
}

/** How far past the quote it was sent for an order filled, basis points; 0 or below when it filled as well or better. */
export function slippageOf(order: Order): number {
  if (order.filled === 0 || order.price === order.seen) return 0;
  return (order.buying ? order.price / order.seen - 1 : 1 - order.price / order.seen) * 1e4;
}
