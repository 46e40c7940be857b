import { rowInForce } from './clock.ts';
import { edgeSellingBinance, edgeSellingUpbit } from './edges.ts';
import { affordable, aim, Order, send, slippageOf } from './orders.ts';
import { rebalanceIfDue } from './rebalancing.ts';
import type { Run } from './run.ts';
import { unwind } from './unwinding.ts';
import { BINANCE, floorToLot, notionalOf, UPBIT } from './venue.ts';

/** One trade from its signal to its settlement: size, both legs, unwinding, rebalancing, guard. */

export interface Desk {
  readonly buy: Order;
  readonly sell: Order;
  readonly unwinding: Order;
  edge: number;
  realisedBefore: number;
  /** Reused arguments of the guard. */
  readonly settlement: { time: number; equity: number; unhedged: number; slippageBps: number };
}

export function createDesk(): Desk {
  return {
    buy: new Order(),
    sell: new Order(),
    unwinding: new Order(),
    edge: 0,
    realisedBefore: 0,
    settlement: { time: 0, equity: 0, unhedged: 0, slippageBps: 0 },
  };
}

/**
 * Acts on a row whose edge reaches a threshold. Returns whether a trade was sent; `run.guard.freeAt` then says from
 * when on the next one may be.
 */
export function tradeOn(run: Run, desk: Desk, row: number): boolean {
  const { market, strategy, score } = run;
  const time = market.time[row]!;
  const oldest = time - strategy.stale_ms * 1e3;
  if (!(market.upbit.updated[row]! >= oldest && market.binance.updated[row]! >= oldest)) return false;
  const sellingUpbit = edgeSellingUpbit(market, run.world.factors, row);
  const sellingBinance = edgeSellingBinance(market, run.world.factors, row);
  const overUpbit = sellingUpbit - run.thresholdSellingUpbit;
  const overBinance = sellingBinance - run.thresholdSellingBinance;
  const sellsUpbit = overUpbit >= 0 && !(overBinance > overUpbit);
  const { buy, sell } = desk;
  buy.venue = sellsUpbit ? BINANCE : UPBIT;
  buy.buying = true;
  sell.venue = sellsUpbit ? UPBIT : BINANCE;
  sell.buying = false;
  aim(run, buy, row, strategy.slippage_bps);
  aim(run, sell, row, strategy.slippage_bps);
  const quantity = sizeOf(run, desk, row);
  if (quantity <= 0) return false;
  buy.quantity = quantity;
  sell.quantity = quantity;

  const trade = ++score.signals;
  const edge = sellsUpbit ? sellingUpbit : sellingBinance;
  const realisedBefore = run.book.realised;
  run.guard.onSent(time);
  buy.sentAt = time;
  sell.sentAt = time;
  send(run, sellsUpbit ? sell : buy, row, 0);
  send(run, sellsUpbit ? buy : sell, row, 1);
  desk.edge = edge;
  desk.realisedBefore = realisedBefore;
  bookLegs(run, desk);
  desk.unwinding.knownAt = Math.max(buy.knownAt, sell.knownAt);
  desk.unwinding.row = Math.max(buy.row, sell.row);
  unwind(run, desk.unwinding, row);
  settle(run, desk, row);
  run.recorder?.trades.push({
    trade,
    direction: sellsUpbit ? 'sell_upbit' : 'sell_binance',
    row,
    time,
    settledAt: desk.unwinding.knownAt,
    edgePct: edge * 100,
    ordered: quantity / 1e8,
    bought: buy.filled / 1e8,
    sold: sell.filled / 1e8,
    pnl: (run.book.realised - realisedBefore) / run.world.upbit.quoteUnits,
  });
  return true;
}

/** The trade's quantity, coin units: the least of position limit, displayed share and funds, in common lots. */
function sizeOf(run: Run, { buy, sell }: Desk, row: number): number {
  const { strategy } = run;
  const buyVenue = run.venue(buy.venue);
  const sellVenue = run.venue(sell.venue);
  const limitKrw = buy.venue === UPBIT ? buy.limit : buy.limit * run.market.rate[row]!;
  const position = Math.floor((strategy.max_position_krw * 1e8) / limitKrw);
  const shown = Math.min(run.available(sell.venue, false, row), run.available(buy.venue, true, row));
  const wanted = Math.min(
    position,
    Math.floor(strategy.order_share * shown),
    run.coin(sell.venue),
    affordable(run, buy.venue, true, buy.limit),
  );
  const quantity = floorToLot(wanted, run.world.lot);
  if (!(quantity > 0)) return 0;
  if (notionalOf(buyVenue, buy.seen, quantity) < buyVenue.minNotional) return 0;
  if (notionalOf(sellVenue, sell.seen, quantity) < sellVenue.minNotional) return 0;
  return quantity;
}

function bookLegs(run: Run, { buy, sell, edge }: Desk): void {
  const { book, score, guard } = run;
  book.addTrade(buy.filled, buy.value, sell.filled, sell.value);
  book.addFee(buy.feeValue, buy.feeCoin);
  book.addFee(sell.feeValue, 0);
  score.ordered += buy.quantity + sell.quantity;
  score.filled += buy.filled + sell.filled;
  score.turnover += buy.value + sell.value;
  guard.onLeg(buy.quantity, buy.filled);
  guard.onLeg(sell.quantity, sell.filled);
  if (buy.filled > 0 || sell.filled > 0) {
    score.trades++;
    score.signalEdge += edge;
    score.legsValue += buy.value + sell.value;
  }
  if (buy.filled !== sell.filled) score.oneLegged++;
}

function settle(run: Run, desk: Desk, signalRow: number): void {
  const { market, book, score } = run;
  const settledAt = desk.unwinding.knownAt;
  const row = rowInForce(market.time, market.rows, settledAt, desk.unwinding.row);
  if (desk.buy.filled > 0 || desk.sell.filled > 0) score.onTrade(book.realised - desk.realisedBefore);
  rebalanceIfDue(run, settledAt, row);
  run.updateThresholds();
  const mark = run.coinValue(book.residual, run.mid(row));
  const equity = book.realised + mark - book.residualCost;
  const unhedged = Math.abs(mark);
  if (unhedged > score.maxUnhedged) score.maxUnhedged = unhedged;
  const now = Math.min(settledAt, run.end);
  score.openTime += now - market.time[signalRow]!;
  score.onEquity(now, equity);
  const { settlement } = desk;
  settlement.time = settledAt;
  settlement.equity = equity;
  settlement.unhedged = unhedged;
  settlement.slippageBps = Math.max(slippageOf(desk.buy), slippageOf(desk.sell));
  run.guard.onSettled(settlement);
  run.recorder?.equity.push({
    time: settledAt,
    equity: equity / run.world.upbit.quoteUnits,
    realised: book.realised / run.world.upbit.quoteUnits,
  });
}
