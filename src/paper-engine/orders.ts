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
  arrivedAt = 0;
  /** When its outcome is known. */
  knownAt = 0;
  filled = 0;
  price = 0;
  /** KRW units at the rate of its arrival. */
  value = 0;
  feeValue = 0;
  /** Coin units, where the fee is taken in coin. */
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
 * The largest quantity the balance pays for at the order's limit, fee included, coin units. Two units of cash are
 * left aside for the rounding of notional and fee.
 */
export function affordable(run: Run, order: Order): number {
  if (!order.buying) return run.coin(order.venue);
  const venue = run.venue(order.venue);
  const perCoin = venue.feeInCoin ? order.limit : order.limit * venue.buyFactor;
  return Math.max(0, Math.floor(((run.cash(order.venue) - 2) * venue.divisor) / perCoin));
}

/** Sends order number `number` of the trade signalled on `signalRow` at `sentAt`, and books its fill. */
export function send(
  run: Run,
  order: Order,
  sentAt: number,
  signalRow: number,
  number: number,
  trade: number,
): void {
  const venue = run.venue(order.venue);
  const { market } = run;
  const latency = latencyOf(venue, run.world.settings.seed, signalRow, number);
  order.arrivedAt = sentAt + latency;
  order.knownAt = order.arrivedAt + latency;
  const row = rowInForce(market.time, market.rows, order.arrivedAt, signalRow);
  const columns = run.columns(order.venue);
  const price = order.buying ? columns.ask[row]! : columns.bid[row]!;
  const acceptable = order.buying ? price <= order.limit : price >= order.limit;
  const shown = acceptable ? floorToLot(run.available(order.venue, order.buying, row), venue.lot) : 0;
  order.filled = Math.min(order.quantity, shown);
  order.price = price;
  order.value = 0;
  order.feeValue = 0;
  order.feeCoin = 0;
  let notional = 0;
  let fee = 0;
  if (order.filled > 0) {
    run.take(order.venue, order.buying, row, order.filled);
    notional = notionalOf(venue, price, order.filled);
    const feeInCoin = order.buying && venue.feeInCoin;
    fee = feeOf(venue, feeInCoin ? order.filled : notional);
    order.value = run.krw(order.venue, notional, row);
    order.feeCoin = feeInCoin ? fee : 0;
    order.feeValue = run.krw(order.venue, feeInCoin ? notionalOf(venue, price, fee) : fee, row);
    post(run, order, notional, fee, feeInCoin);
  }
  run.recorder?.fills.push({
    trade,
    purpose: number < 2 ? 'leg' : 'unwind',
    venue: order.venue === UPBIT ? 'upbit' : 'binance',
    side: order.buying ? 'buy' : 'sell',
    sentAt,
    time: order.arrivedAt,
    row,
    ordered: order.quantity,
    limit: order.limit,
    filled: order.filled,
    price,
    notional,
    fee,
    feeIn: order.buying && venue.feeInCoin ? 'coin' : 'quote',
  });
}

function post(run: Run, order: Order, notional: number, fee: number, feeInCoin: boolean): void {
  const { ledger, book } = run;
  const onUpbit = order.venue === UPBIT;
  const time = order.arrivedAt;
  const cash = onUpbit ? UPBIT_CASH : BINANCE_CASH;
  const market = onUpbit ? MARKET_KRW : MARKET_USDT;
  const coin = onUpbit ? UPBIT_COIN : BINANCE_COIN;
  if (order.buying) {
    ledger.move(time, cash, market, notional);
    ledger.move(time, MARKET_COIN, coin, order.filled);
  } else {
    ledger.move(time, coin, MARKET_COIN, order.filled);
    ledger.move(time, market, cash, notional);
  }
  if (feeInCoin) ledger.move(time, coin, FEES_COIN, fee);
  else ledger.move(time, cash, onUpbit ? FEES_KRW : FEES_USDT, fee);
  if (onUpbit) return;
  book.usdtBooked += order.buying ? -order.value : order.value;
  if (!feeInCoin) book.usdtBooked -= order.feeValue;
}

/** How far past the quote it was sent for an order filled, basis points; 0 or below when it filled as well or better. */
export function slippageOf(order: Order): number {
  if (order.filled === 0) return 0;
  return (order.buying ? order.price / order.seen - 1 : 1 - order.price / order.seen) * 1e4;
}
