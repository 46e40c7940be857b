import { type MarketData, rateAt } from '../../src/market-data/market-data.ts';
import { numberAt } from '../../src/market-data/packing.ts';
import type { Strategy } from '../../src/paper-engine/params.ts';
import type { EngineSettings } from '../../src/paper-engine/settings.ts';
import { compile, halfAway, halfUp, latencyOf, limitAt, lots, portion } from './reference-arithmetic.ts';
import { createReferenceGuard } from './reference-guard.ts';

/**
 * The rules of docs/paper-engine.md once more, written from the page: slow, plain, one row after the other. Shares no
 * code with the engine, so that the two check each other and the page.
 */

type Name = 'upbit' | 'binance';

export interface ReferenceFill {
  readonly venue: Name;
  readonly side: 'buy' | 'sell';
  readonly time: number;
  readonly row: number;
  readonly ordered: number;
  readonly limit: number;
  readonly filled: number;
  readonly notional: number;
  readonly fee: number;
}

export interface ReferenceResult {
  readonly fills: readonly ReferenceFill[];
  readonly trips: readonly string[];
  readonly pnl: number;
  readonly netPnl: number;
  readonly equity: readonly number[];
}

export function reference(market: MarketData, p: Strategy, settings: EngineSettings): ReferenceResult {
  const { time, rows } = market;
  const names = ['upbit', 'binance'] as const;
  const other = (name: Name): Name => (name === 'upbit' ? 'binance' : 'upbit');
  const venues = { upbit: compile(settings.upbit), binance: compile(settings.binance) };
  const { upbit, binance } = venues;
  const guard = settings.guard;
  const commonLot = Math.max(upbit.lot, binance.lot);

  const notional = (name: Name, price: number, q: number): number => halfUp((price * q) / venues[name].D);
  const feeOn = (name: Name, a: number): number => Math.ceil((a * venues[name].ppm) / 1e6);
  const krw = (name: Name, x: number, r: number): number =>
    name === 'upbit' ? x : halfAway((x * r) / (binance.Q / upbit.Q));
  const coinValue = (c: number, m: number): number => halfAway((m * c) / upbit.D);
  const price = (name: Name, buying: boolean, k: number): number => market[name][buying ? 'ask' : 'bid'][k]!;
  const mid = (k: number): number => {
    for (let i = k; ; i--)
      if (market.upbit.bid[i]! > 0) return (market.upbit.bid[i]! + market.upbit.ask[i]!) / 2;
  };
  const inForce = (t: number, from: number): number => {
    let k = from;
    while (k + 1 < rows && time[k + 1]! <= t) k++;
    return k;
  };
  const limitOf = (name: Name, buying: boolean, x: number, tolerance: number): number =>
    limitAt(venues[name].ticks, buying, x, tolerance);

  const cash = { upbit: upbit.cash, binance: binance.cash };
  const coin = { upbit: upbit.coin, binance: binance.coin };
  const openingShare = coin.upbit + coin.binance === 0 ? 0 : coin.upbit / (coin.upbit + coin.binance);
  const taken = new Map<string, { stamp: number; quantity: number }>();
  const fills: ReferenceFill[] = [];
  const equities: number[] = [];
  let [arbitrage, fees, legs, rebalancing, r, C] = [0, 0, 0, 0, 0, 0];
  let transit = {
    at: Number.POSITIVE_INFINITY,
    coinTo: 'upbit' as Name,
    coin: 0,
    cashTo: 'upbit' as Name,
    cash: 0,
  };
  const realised = (): number => arbitrage + fees + legs + rebalancing;

  let start = 0;
  const quoted = (k: number): boolean =>
    names.every((name) => market[name].bid[k]! > 0 && market[name].ask[k]! > 0) && rateAt(market, k) > 0;
  while (start < rows && !quoted(start)) start++;
  if (start === rows) return { fills, trips: [], pnl: 0, netPnl: 0, equity: [] };
  const openingCash = krw('binance', cash.binance, rateAt(market, start));
  const cashShare = cash.upbit + openingCash === 0 ? 0 : cash.upbit / (cash.upbit + openingCash);
  const capital = cash.upbit + openingCash + coinValue(coin.upbit + coin.binance, mid(start));
  const opening = { usdt: cash.binance, krw: cash.upbit, coin: coin.upbit + coin.binance };

  const available = (name: Name, buying: boolean, k: number): number => {
    const shown = halfUp(numberAt(market[name][buying ? 'askQty' : 'bidQty'], k) * 1e8);
    const last = taken.get(`${name}${buying}`);
    return last && last.stamp === market[name].updated[k] ? Math.max(0, shown - last.quantity) : shown;
  };
  const join = (q: number, c: number): void => {
    if (r * q < 0) {
      const k = Math.min(Math.abs(q), Math.abs(r));
      const mine = portion(C, k, Math.abs(r));
      const its = portion(c, k, Math.abs(q));
      legs -= mine + its;
      C = C + c - its - mine;
    } else C += c;
    r += q;
  };
  const bookFee = (fill: { feeValue: number; feeCoin: number }): void => {
    fees -= fill.feeValue;
    if (fill.feeCoin > 0) join(-fill.feeCoin, -fill.feeValue);
  };
  const send = (
    name: Name,
    buying: boolean,
    q: number,
    limit: number,
    sentAt: number,
    i: number,
    n: number,
  ) => {
    const v = venues[name];
    const latency = latencyOf(settings[name], settings.seed, i, n);
    const at = sentAt + latency;
    const k = inForce(at, i);
    const x = price(name, buying, k);
    const within = buying ? x <= limit : x >= limit;
    const filled = within ? Math.min(q, lots(available(name, buying, k), v.lot)) : 0;
    const cost = filled > 0 ? notional(name, x, filled) : 0;
    const inCoin = buying && v.inCoin;
    const fee = filled > 0 ? feeOn(name, inCoin ? filled : cost) : 0;
    if (filled > 0) {
      const stamp = market[name].updated[k]!;
      const last = taken.get(`${name}${buying}`);
      const before = last?.stamp === stamp ? last.quantity : 0;
      taken.set(`${name}${buying}`, { stamp, quantity: before + filled });
      cash[name] += (buying ? -cost : cost) - (inCoin ? 0 : fee);
      coin[name] += (buying ? filled : -filled) - (inCoin ? fee : 0);
    }
    const side = buying ? 'buy' : 'sell';
    fills.push({ venue: name, side, time: at, row: k, ordered: q, limit, filled, notional: cost, fee });
    return {
      filled,
      price: x,
      known: at + latency,
      value: krw(name, cost, rateAt(market, k)),
      feeValue: filled > 0 ? krw(name, inCoin ? notional(name, x, fee) : fee, rateAt(market, k)) : 0,
      feeCoin: inCoin ? fee : 0,
    };
  };
  const funds = (name: Name, buying: boolean, limit: number): number => {
    const v = venues[name];
    if (!buying) return coin[name];
    return Math.max(0, Math.floor(((cash[name] - 2) * v.D) / (v.inCoin ? limit : limit * v.buy)));
  };
  const canTake = (name: Name, buying: boolean, k: number): number => {
    const v = venues[name];
    const x = price(name, buying, k);
    const w = lots(Math.abs(r), v.lot);
    if (!(notional(name, x, w) >= v.least)) return 0;
    const q = lots(
      Math.min(w, funds(name, buying, buying ? limitOf(name, true, x, p.unwind_slippage_bps) : x)),
      v.lot,
    );
    return q > 0 && notional(name, x, q) >= v.least ? q : 0;
  };
  const unwind = (known: number, i: number): number => {
    let now = known;
    for (let n = 0; n < guard.unwind_attempts && r !== 0; n++) {
      const k = inForce(now, i);
      const buying = r < 0;
      const can = { upbit: canTake('upbit', buying, k), binance: canTake('binance', buying, k) };
      if (can.upbit === 0 && can.binance === 0) break;
      const net = (name: Name): number =>
        (name === 'upbit' ? price(name, buying, k) : price(name, buying, k) * rateAt(market, k)) *
        (buying ? venues[name].buy : venues[name].sell);
      const better = buying ? net('binance') < net('upbit') : net('binance') > net('upbit');
      const name = can.upbit === 0 || (can.binance > 0 && better) ? 'binance' : 'upbit';
      const limit = limitOf(name, buying, price(name, buying, k), p.unwind_slippage_bps);
      const fill = send(name, buying, can[name], limit, now, i, 2 + n);
      now = fill.known;
      if (fill.filled === 0) continue;
      join(buying ? fill.filled : -fill.filled, buying ? fill.value : -fill.value);
      bookFee(fill);
    }
    return now;
  };
  const rebalance = (t: number, k: number): void => {
    const total = coin.upbit + coin.binance;
    if (transit.at !== Number.POSITIVE_INFINITY || p.rebalance_threshold >= 1 || total === 0) return;
    if (Math.abs(coin.upbit / total - openingShare) < p.rebalance_threshold) return;
    const surplus = coin.upbit - Math.floor(total * openingShare);
    const from: Name = surplus < 0 ? 'binance' : 'upbit';
    const fee = halfUp(venues[from].withdrawal_fee_coin * 1e8);
    if (Math.abs(surplus) <= fee) return;
    coin[from] -= Math.abs(surplus);
    const lost = coinValue(fee, mid(k));
    join(-fee, -lost);
    rebalancing -= lost;
    const c = settings.rebalancing.conversion_bps / 1e4;
    const scale = binance.Q / upbit.Q;
    const extra =
      cash.upbit - Math.floor((cash.upbit + krw('binance', cash.binance, rateAt(market, k))) * cashShare);
    let [cashTo, amount]: [Name, number] = ['upbit', 0];
    if (extra > 0) {
      amount = Math.floor((extra * scale) / (rateAt(market, k) * (1 + c)));
      cashTo = 'binance';
      cash.upbit -= extra;
      rebalancing += krw('binance', amount, rateAt(market, k)) - extra;
    } else if (extra < 0) {
      const x = Math.min(cash.binance, Math.floor((-extra * scale) / rateAt(market, k)));
      const v = krw('binance', x, rateAt(market, k));
      amount = Math.floor(v * (1 - c));
      cash.binance -= x;
      rebalancing += amount - v;
    }
    const at = t + settings.rebalancing.delay_s * 1e6;
    transit = { at, coinTo: other(from), coin: Math.abs(surplus) - fee, cashTo, cash: amount };
  };

  const watch = createReferenceGuard(p, guard, { units: upbit.Q, capital });

  for (let i = start; i < rows; i++) {
    if (time[i]! < watch.free) continue;
    if (time[i]! >= transit.at) {
      coin[transit.coinTo] += transit.coin;
      cash[transit.cashTo] += transit.cash;
      transit = { ...transit, at: Number.POSITIVE_INFINITY, coin: 0, cash: 0 };
    }
    const u = market.upbit;
    const b = market.binance;
    const edge = {
      upbit: (u.bid[i]! * upbit.sell) / (b.ask[i]! * rateAt(market, i) * binance.buy) - 1,
      binance: (b.bid[i]! * rateAt(market, i) * binance.sell) / (u.ask[i]! * upbit.buy) - 1,
    };
    const total = coin.upbit + coin.binance;
    const skew = p.inventory_skew_pct * (total === 0 ? 0 : coin.upbit / total - openingShare);
    const leastEdge = (sell: Name): number => {
      const buy = other(sell);
      if (coin[sell] < commonLot || cash[buy] < venues[buy].least) return Number.POSITIVE_INFINITY;
      return (
        Math.max(guard.min_edge_pct, sell === 'upbit' ? p.min_spread_pct - skew : p.min_spread_pct + skew) /
        100
      );
    };
    const least = { upbit: leastEdge('upbit'), binance: leastEdge('binance') };
    if (!(edge.upbit >= least.upbit || edge.binance >= least.binance)) continue;
    const oldest = time[i]! - p.stale_ms * 1e3;
    if (!(u.updated[i]! >= oldest && b.updated[i]! >= oldest)) continue;
    const over = { upbit: edge.upbit - least.upbit, binance: edge.binance - least.binance };
    const sell: Name = over.upbit >= 0 && !(over.binance > over.upbit) ? 'upbit' : 'binance';
    const buy = other(sell);
    const seen = { buy: price(buy, true, i), sell: price(sell, false, i) };
    const limit = {
      buy: limitOf(buy, true, seen.buy, p.slippage_bps),
      sell: limitOf(sell, false, seen.sell, p.slippage_bps),
    };
    const L = buy === 'upbit' ? limit.buy : limit.buy * rateAt(market, i);
    const q = lots(
      Math.min(
        Math.floor((p.max_position_krw * 1e8) / L),
        Math.floor(p.order_share * Math.min(available(sell, false, i), available(buy, true, i))),
        coin[sell],
        funds(buy, true, limit.buy),
      ),
      commonLot,
    );
    if (!(q > 0) || notional(buy, seen.buy, q) < venues[buy].least) continue;
    if (notional(sell, seen.sell, q) < venues[sell].least) continue;
    watch.sent.push(time[i]!);
    const leg = (name: Name) => {
      const buying = name === buy;
      return send(name, buying, q, buying ? limit.buy : limit.sell, time[i]!, i, name === 'upbit' ? 0 : 1);
    };
    const got = { upbit: leg('upbit'), binance: leg('binance') };
    const [bought, sold] = [got[buy], got[sell]];
    const m = Math.min(bought.filled, sold.filled);
    const [mb, ms] = [portion(bought.value, m, bought.filled), portion(sold.value, m, sold.filled)];
    arbitrage += ms - mb;
    if (bought.filled > m) join(bought.filled - m, bought.value - mb);
    if (sold.filled > m) join(m - sold.filled, ms - sold.value);
    bookFee(bought);
    bookFee(sold);
    watch.legs(2 * q, bought.filled + sold.filled);
    const settledAt = unwind(Math.max(bought.known, sold.known), i);
    const k = inForce(settledAt, i);
    rebalance(settledAt, k);
    const worth = coinValue(r, mid(k));
    const equity = realised() + worth - C;
    equities.push(equity);
    const slip = [
      bought.filled > 0 ? (bought.price / seen.buy - 1) * 1e4 : 0,
      sold.filled > 0 ? (1 - sold.price / seen.sell) * 1e4 : 0,
    ];
    watch.look(settledAt, equity, Math.abs(worth), Math.max(...slip));
  }
  const toUpbit = transit.cashTo === 'upbit';
  const netPnl =
    cash.upbit +
    (toUpbit ? transit.cash : 0) -
    opening.krw +
    krw('binance', cash.binance + (toUpbit ? 0 : transit.cash) - opening.usdt, rateAt(market, rows - 1)) +
    coinValue(coin.upbit + coin.binance + transit.coin - opening.coin, mid(rows - 1));
  return { fills, trips: watch.trips, pnl: realised() / upbit.Q, netPnl: netPnl / upbit.Q, equity: equities };
}
