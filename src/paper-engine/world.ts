import { type MarketData, rateAt } from '../market-data/market-data.ts';
import { Clock } from './clock.ts';
import { type EdgeFactors, edgeFactors } from './edges.ts';
import type { EngineSettings } from './settings.ts';
import { compileVenues, type Venue } from './venue.ts';

/** Data and settings, compiled once and shared by the trials. */
export interface World {
  readonly market: MarketData;
  readonly settings: EngineSettings;
  readonly upbit: Venue;
  readonly binance: Venue;
  readonly factors: EdgeFactors;
  readonly clock: Clock;
  /** The first row on which everything has a price; `rows` when there is none. */
  readonly firstRow: number;
  /** The opening balances in KRW units at `firstRow`: what losses are measured against. */
  readonly capital: number;
  /** Both legs' quantities are multiples of it, coin units. */
  readonly lot: number;
  readonly openingCoin: number;
  /** Upbit's share of the opening coin. */
  readonly openingShare: number;
  /** Upbit's share of the opening cash, by value. */
  readonly openingCashShare: number;
}

export function createWorld(market: MarketData, settings: EngineSettings): World {
  const venues = compileVenues(settings);
  const { upbit, binance } = venues;
  let firstRow = 0;
  while (firstRow < market.rows && !isQuoted(market, firstRow)) firstRow++;
  const openingCoin = upbit.coin + binance.coin;
  const quoted = firstRow < market.rows;
  const rate = quoted ? rateAt(market, firstRow) : 0;
  const mid = quoted ? (market.upbit.bid[firstRow]! + market.upbit.ask[firstRow]!) / 2 : 0;
  const cash = upbit.cash + binance.krw(binance.cash, rate);
  return {
    market,
    settings,
    upbit,
    binance,
    factors: edgeFactors(venues),
    clock: new Clock(market.time, settings.seed),
    firstRow,
    capital: cash + upbit.coinValue(openingCoin, mid),
    lot: Math.max(upbit.lot, binance.lot),
    openingCoin,
    openingShare: openingCoin === 0 ? 0 : upbit.coin / openingCoin,
    openingCashShare: cash === 0 ? 0 : upbit.cash / cash,
  };
}

function isQuoted(market: MarketData, row: number): boolean {
  const { upbit, binance } = market;
  return upbit.bid[row]! + upbit.ask[row]! + binance.bid[row]! + binance.ask[row]! + rateAt(market, row) > 0;
}
