import { rateAt } from '../market-data/market-data.ts';
import { edgeSellingBinance, edgeSellingUpbit } from './edges.ts';
import { aim, Order, send, slippageOf } from './orders.ts';
import { rebalanceIfDue } from './rebalancing.ts';
import type { TradeRecord } from './recorder.ts';
import type { Settlement } from './risk-guard.ts';
import type { Run } from './run.ts';
import { unwind } from './unwinding.ts';
import { floorToLot } from './venue.ts';

/** One trade from its signal to its settlement: size, both legs, unwinding, rebalancing, guard. */

/** The two legs of a trade in one direction. */
interface Legs {
  readonly direction: TradeRecord['direction'];
  readonly buy: Order;
  readonly sell: Order;
  readonly onUpbit: Order;
  readonly onBinance: Order;
  edge: number;
  realisedBefore: number;
}

/** What a trial's trades are made with, reused from one to the next. */
export interface Desk {
  readonly sellingUpbit: Legs;
  readonly sellingBinance: Legs;
  readonly unwinding: Order;
  /** Arguments of the guard. */
  readonly settlement: Settlement;
}

export function createDesk({ upbit, binance }: Run): Desk {
  return {
    sellingUpbit: legsOf('sell_upbit', new Order(upbit, false), new Order(binance, true)),
    sellingBinance: legsOf('sell_binance', new Order(upbit, true), new Order(binance, false)),
    unwinding: new Order(upbit, false),
    settlement: { time: 0, equity: 0, unhedged: 0, slippageBps: 0 },
  };
}

function legsOf(direction: Legs['direction'], onUpbit: Order, onBinance: Order): Legs {
  const [buy, sell] = onUpbit.buying ? [onUpbit, onBinance] : [onBinance, onUpbit];
  return { direction, buy, sell, onUpbit, onBinance, edge: 0, realisedBefore: 0 };
}

/**
 * Acts on a row whose edge reaches a threshold. Returns whether a trade was sent; `run.guard.freeAt` then says from
 * when on the next one may be.
 */
export function tradeOn(run: Run, desk: Desk, row: number): boolean {
  const { market, score } = run;
  const time = market.time[row]!;
  const oldest = time - run.staleUs;
  if (!(market.upbit.updated[row]! >= oldest && market.binance.updated[row]! >= oldest)) return false;
  const krw = rateAt(market, row);
  const sellingUpbit = edgeSellingUpbit(market, run.world.factors, row, krw);
  const sellingBinance = edgeSellingBinance(market, run.world.factors, row, krw);
  const overUpbit = sellingUpbit - run.thresholdSellingUpbit;
  const overBinance = sellingBinance - run.thresholdSellingBinance;
  const sellsUpbit = overUpbit >= 0 && !(overBinance > overUpbit);
  const legs = sellsUpbit ? desk.sellingUpbit : desk.sellingBinance;
  const { buy, sell } = legs;
  aim(buy, row, run.legTolerance);
  aim(sell, row, run.legTolerance);
  const quantity = sizeOf(run, legs, row, krw);
  if (quantity <= 0) return false;
  buy.quantity = quantity;
  sell.quantity = quantity;

  const trade = ++score.signals;
  legs.edge = sellsUpbit ? sellingUpbit : sellingBinance;
  legs.realisedBefore = run.book.realised;
  run.guard.onSent(time);
  buy.sentAt = time;
  sell.sentAt = time;
  const signalHash = run.world.clock.hashOf(row);
  send(run, legs.onUpbit, row, signalHash, 0);
  send(run, legs.onBinance, row, signalHash, 1);
  bookLegs(run, legs);
  const { unwinding } = desk;
  unwinding.knownAt = Math.max(buy.knownAt, sell.knownAt);
  // No Math.max: it gives a double, which as an index is converted at every use.
  unwinding.row = buy.row;
  if (sell.row > buy.row) unwinding.row = sell.row;
  unwind(run, unwinding, row, signalHash);
  settle(run, desk, legs, row);
  run.recorder?.trades.push({
    trade,
    direction: legs.direction,
    row,
    time,
    settledAt: unwinding.knownAt,
    edgePct: legs.edge * 100,
    ordered: quantity / 1e8,
    bought: buy.filled / 1e8,
    sold: sell.filled / 1e8,
    pnl: (run.book.realised - legs.realisedBefore) / run.world.upbit.quoteUnits,
  });
  return true;
}

/** The trade's quantity, coin units: the least of position limit, displayed share and funds, in common lots. */
function sizeOf(run: Run, { buy, sell }: Legs, row: number, krw: number): number {
  const { strategy } = run;
  const bought = buy.exchange;
  const sold = sell.exchange;
  const limitKrw = bought.venue.inKrw ? buy.limit : buy.limit * krw;
  const position = Math.floor((strategy.max_position_krw * 1e8) / limitKrw);
  const shown = Math.min(sold.available(false, row), bought.available(true, row));
  const wanted = Math.min(
    position,
    Math.floor(strategy.order_share * shown),
    sold.coin,
    bought.affordable(buy.limit),
  );
  const quantity = floorToLot(wanted, run.world.lot);
  if (!(quantity > 0)) return 0;
  if (bought.venue.notional(buy.seen, quantity) < bought.venue.minNotional) return 0;
  if (sold.venue.notional(sell.seen, quantity) < sold.venue.minNotional) return 0;
  return quantity;
}

function bookLegs(run: Run, { buy, sell, edge }: Legs): void {
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

function settle(run: Run, { unwinding, settlement }: Desk, legs: Legs, signalRow: number): void {
  const { market, book, score } = run;
  const { buy, sell } = legs;
  const settledAt = unwinding.knownAt;
  const row = run.world.clock.rowInForce(settledAt, unwinding.row);
  if (buy.filled > 0 || sell.filled > 0) score.onTrade(book.realised - legs.realisedBefore);
  rebalanceIfDue(run, settledAt, row);
  run.updateThresholds();
  const mark = run.mark(book.residual, row);
  const equity = book.realised + mark - book.residualCost;
  const unhedged = Math.abs(mark);
  if (unhedged > score.maxUnhedged) score.maxUnhedged = unhedged;
  const now = Math.min(settledAt, run.end);
  score.openTime += now - market.time[signalRow]!;
  score.onEquity(now, equity);
  settlement.time = settledAt;
  settlement.equity = equity;
  settlement.unhedged = unhedged;
  settlement.slippageBps = Math.max(slippageOf(buy), slippageOf(sell));
  run.guard.onSettled(settlement);
  run.recorder?.equity.push({
    time: settledAt,
    equity: equity / run.world.upbit.quoteUnits,
    realised: book.realised / run.world.upbit.quoteUnits,
  });
}
