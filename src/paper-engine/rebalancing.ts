import { rateAt } from '../market-data/market-data.ts';
import { SECOND } from './clock.ts';
import {
  BINANCE_CASH,
  BINANCE_COIN,
  CONVERTED_KRW,
  CONVERTED_USDT,
  TRANSIT_COIN,
  TRANSIT_KRW,
  TRANSIT_USDT,
  UPBIT_CASH,
  UPBIT_COIN,
  WITHDRAWAL_COIN,
} from './ledger.ts';
import type { Run } from './run.ts';

/** Bringing coin and cash back to the opening shares: it costs a withdrawal fee and a conversion, and takes time. */

/** Starts a rebalancing when the coin stands far enough from its opening share and none is under way. */
export function rebalanceIfDue(run: Run, now: number, row: number): void {
  if (run.arrivesAt !== Number.POSITIVE_INFINITY || run.strategy.rebalance_threshold >= 1) return;
  const total = run.upbit.coin + run.binance.coin;
  if (total === 0 || Math.abs(run.coinShift()) < run.strategy.rebalance_threshold) return;
  if (!sendCoin(run, now, row, total)) return;
  sendCash(run, now, row);
  run.score.rebalancings++;
  run.arrivesAt = now + run.world.settings.rebalancing.delay_s * SECOND;
}

function sendCoin(run: Run, now: number, row: number, total: number): boolean {
  const { ledger, book, world } = run;
  const surplus = run.upbit.coin - Math.floor(total * world.openingShare);
  const toUpbit = surplus < 0;
  const amount = Math.abs(surplus);
  const fee = (toUpbit ? world.binance : world.upbit).withdrawalFee;
  if (amount <= fee) return false;
  const from = toUpbit ? BINANCE_COIN : UPBIT_COIN;
  const cost = run.mark(fee, row);
  ledger.move(now, from, WITHDRAWAL_COIN, fee);
  ledger.move(now, from, TRANSIT_COIN, amount - fee);
  book.addResidual(-fee, -cost);
  book.rebalancing -= cost;
  run.transitToUpbit.coin = toUpbit;
  return true;
}

function sendCash(run: Run, now: number, row: number): void {
  const { ledger, book, world, market } = run;
  const rate = rateAt(market, row);
  const cost = world.settings.rebalancing.conversion_bps / 1e4;
  const krw = run.upbit.cash;
  const usdtInKrw = run.binance.krw(run.binance.cash, row);
  const surplus = krw - Math.floor((krw + usdtInKrw) * world.openingCashShare);
  if (surplus > 0) {
    const usdt = Math.floor((surplus * world.binance.unitsPerKrw) / (rate * (1 + cost)));
    const worth = run.binance.krw(usdt, row);
    ledger.move(now, UPBIT_CASH, CONVERTED_KRW, surplus);
    ledger.move(now, CONVERTED_USDT, TRANSIT_USDT, usdt);
    book.usdtBooked += worth;
    book.rebalancing += worth - surplus;
    run.transitToUpbit.cash = false;
  } else if (surplus < 0) {
    const usdt = Math.min(run.binance.cash, Math.floor((-surplus * world.binance.unitsPerKrw) / rate));
    const worth = run.binance.krw(usdt, row);
    const received = Math.floor(worth * (1 - cost));
    ledger.move(now, BINANCE_CASH, CONVERTED_USDT, usdt);
    ledger.move(now, CONVERTED_KRW, TRANSIT_KRW, received);
    book.usdtBooked -= worth;
    book.rebalancing += received - worth;
    run.transitToUpbit.cash = true;
  }
}

/** What is in transit has arrived. */
export function receiveTransit(run: Run): void {
  const { ledger, arrivesAt } = run;
  const { balances } = ledger;
  ledger.move(
    arrivesAt,
    TRANSIT_COIN,
    run.transitToUpbit.coin ? UPBIT_COIN : BINANCE_COIN,
    balances[TRANSIT_COIN]!,
  );
  if (run.transitToUpbit.cash) ledger.move(arrivesAt, TRANSIT_KRW, UPBIT_CASH, balances[TRANSIT_KRW]!);
  else ledger.move(arrivesAt, TRANSIT_USDT, BINANCE_CASH, balances[TRANSIT_USDT]!);
  run.arrivesAt = Number.POSITIVE_INFINITY;
  run.updateThresholds();
}
