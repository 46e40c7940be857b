import { rateAt } from '../market-data/market-data.ts';
import type { Exchange } from './exchange.ts';
import { FEES_COIN, MARKET_COIN } from './ledger.ts';
import type { Recorder } from './recorder.ts';
import type { Run } from './run.ts';
import { VENUE_NAMES } from './venue.ts';

/** Immediate-or-cancel limit orders: each meets the quote in force when it arrives, and no more than it displays. */

/** An order and what became of it; reused, so that a trial allocates nothing per trade. */
export class Order {
  exchange: Exchange;
  buying: boolean;
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

  constructor(exchange: Exchange, buying: boolean) {
    this.exchange = exchange;
    this.buying = buying;
  }
}

/** The worst prices within a tolerance, as factors of the price seen. */
export interface Tolerance {
  readonly buy: number;
  readonly sell: number;
}

export function toleranceOf(bps: number): Tolerance {
  return { buy: 1 + bps / 1e4, sell: 1 - bps / 1e4 };
}

/** Sets the limit of an order that sees the quote of `row`. */
export function aim(order: Order, row: number, tolerance: Tolerance): void {
  const { exchange, buying } = order;
  const seen = exchange.price(buying, row);
  order.seen = seen;
  order.limit = buying
    ? exchange.venue.buyLimit(seen, tolerance.buy)
    : exchange.venue.sellLimit(seen, tolerance.sell);
}

/** Sends order number `number` of the trade signalled on `signalRow`, at `order.sentAt`, and books its fill. */
export function send(run: Run, order: Order, signalRow: number, signalHash: number, number: number): void {
  const { clock } = run.world;
  const { exchange, buying } = order;
  const { venue } = exchange;
  const latency = clock.latency(venue, signalHash, number);
  order.arrivedAt = order.sentAt + latency;
  order.knownAt = order.arrivedAt + latency;
  const row = clock.rowInForce(order.arrivedAt, signalRow);
  const price = exchange.price(buying, row);
  const acceptable = buying ? price <= order.limit : price >= order.limit;
  const shown = acceptable ? venue.floorToLot(exchange.available(buying, row)) : 0;
  order.row = row;
  order.price = price;
  order.filled = Math.min(order.quantity, shown);
  if (order.filled > 0) fill(run, order);
  else order.notional = order.fee = order.value = order.feeValue = order.feeCoin = 0;
  if (run.recorder !== undefined) list(run.recorder, run.score.signals, order, number);
}

/** Prices the fill in integers and posts it. */
function fill(run: Run, order: Order): void {
  const { ledger, book } = run;
  const { exchange, buying, row, price, filled } = order;
  const { venue } = exchange;
  const rate = rateAt(exchange, row);
  const feeInCoin = buying && venue.feeInCoin;
  const notional = venue.notional(price, filled);
  const fee = venue.fee(feeInCoin ? filled : notional);
  const value = venue.krw(notional, rate);
  const feeValue = venue.krw(feeInCoin ? venue.notional(price, fee) : fee, rate);
  exchange.take(buying, row, filled);
  order.notional = notional;
  order.fee = fee;
  order.feeCoin = feeInCoin ? fee : 0;
  order.value = value;
  order.feeValue = feeValue;

  const { cashAccount, coinAccount, marketAccount, feesAccount } = exchange;
  const time = order.arrivedAt;
  if (buying) {
    ledger.move(time, cashAccount, marketAccount, notional);
    ledger.move(time, MARKET_COIN, coinAccount, filled);
  } else {
    ledger.move(time, coinAccount, MARKET_COIN, filled);
    ledger.move(time, marketAccount, cashAccount, notional);
  }
  if (feeInCoin) ledger.move(time, coinAccount, FEES_COIN, fee);
  else ledger.move(time, cashAccount, feesAccount, fee);
  if (venue.inKrw) return;
  book.usdtBooked += buying ? -value : value;
  if (!feeInCoin) book.usdtBooked -= feeValue;
}

function list(recorder: Recorder, trade: number, order: Order, number: number): void {
  const { sentAt, arrivedAt, row, quantity, limit, filled, price, notional, fee, feeCoin } = order;
  recorder.fills.push({
    trade,
    purpose: number < 2 ? 'leg' : 'unwind',
    venue: VENUE_NAMES[order.exchange.venue.id],
    side: order.buying ? 'buy' : 'sell',
    sentAt,
    time: arrivedAt,
    row,
    ordered: quantity,
    limit,
    filled,
    price: Number.isNaN(price) ? null : price,
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
