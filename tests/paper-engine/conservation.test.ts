import { expect, test } from 'vitest';
import { rateAt } from '../../src/market-data/market-data.ts';
import { ACCOUNTS, CURRENCIES } from '../../src/paper-engine/ledger.ts';
import { type Replay, replay } from '../../src/paper-engine/replay.ts';
import type { EngineSettings } from '../../src/paper-engine/settings.ts';
import { fc } from '../support/properties.ts';
import { arbitraryMarket, arbitraryParams, arbitrarySettings } from './markets.ts';

/** The venues' accounts in minor units, as the settings open them. */
function opening({ upbit, binance }: EngineSettings): Map<string, number> {
  return new Map([
    ['upbit.krw', Math.round(upbit.cash * 10 ** upbit.quote_decimals)],
    ['binance.usdt', Math.round(binance.cash * 10 ** binance.quote_decimals)],
    ['upbit.coin', Math.round(upbit.coin * 1e8)],
    ['binance.coin', Math.round(binance.coin * 1e8)],
  ]);
}

function closing(result: Replay, settings: EngineSettings): Map<string, number> {
  const balances = opening(settings);
  for (const { from, to, amount } of result.journal) {
    balances.set(from, (balances.get(from) ?? 0) - amount);
    balances.set(to, (balances.get(to) ?? 0) + amount);
  }
  return balances;
}

test('every movement is a whole number of units from one account to another of the same currency', () => {
  let moved = 0;
  fc.assert(
    fc.property(arbitraryMarket, arbitraryParams, arbitrarySettings, (market, params, settings) => {
      for (const { from, to, amount } of replay(market, params, settings).journal) {
        moved++;
        if (!(Number.isSafeInteger(amount) && amount >= 0)) throw new Error(`${from} to ${to}: ${amount}`);
        const currency = ([first, last]: readonly [number, number]): boolean =>
          [from, to].every((name) => ACCOUNTS.indexOf(name) >= first && ACCOUNTS.indexOf(name) <= last);
        if (CURRENCIES.filter(currency).length !== 1) throw new Error(`${from} to ${to}`);
      }
    }),
    { numRuns: 200, seed: 1 },
  );
  expect(moved).toBeGreaterThan(1_000);
});

test("a venue's balances are the opening ones plus its fills, fees and transfers, and never below zero", () => {
  let fills = 0;
  fc.assert(
    fc.property(arbitraryMarket, arbitraryParams, arbitrarySettings, (market, params, settings) => {
      const result = replay(market, params, settings);
      const balances = opening(settings);
      for (const { from, to, amount } of result.journal) {
        balances.set(from, (balances.get(from) ?? 0) - amount);
        balances.set(to, (balances.get(to) ?? 0) + amount);
        for (const name of ['upbit.krw', 'binance.usdt', 'upbit.coin', 'binance.coin']) {
          if (!(balances.get(name)! >= 0)) throw new Error(`${name} stands at ${balances.get(name)}`);
        }
      }
      const rebuilt = opening(settings);
      const add = (name: string, amount: number): void => {
        rebuilt.set(name, (rebuilt.get(name) ?? 0) + amount);
      };
      for (const fill of result.fills) {
        fills++;
        const cash = fill.venue === 'upbit' ? 'upbit.krw' : 'binance.usdt';
        const sign = fill.side === 'buy' ? 1 : -1;
        add(cash, -sign * fill.notional);
        add(`${fill.venue}.coin`, sign * fill.filled);
        add(fill.feeIn === 'coin' ? `${fill.venue}.coin` : cash, -fill.fee);
      }
      for (const { from, to, amount } of result.journal) {
        const transfer = [from, to].some((name) => /^(transit|converted|withdrawal)/.test(name));
        if (!transfer) continue;
        add(from, -amount);
        add(to, amount);
      }
      for (const name of opening(settings).keys()) expect(rebuilt.get(name)).toBe(balances.get(name));
    }),
    { numRuns: 200, seed: 2 },
  );
  expect(fills).toBeGreaterThan(1_000);
});

test('the parts of the profit add up to the change of all balances, to the last unit', () => {
  let traded = 0;
  fc.assert(
    fc.property(arbitraryMarket, arbitraryParams, arbitrarySettings, (market, params, settings) => {
      const result = replay(market, params, settings);
      const { metrics } = result;
      traded += metrics.trades!;
      const units = (krw: number): number => Math.round(krw * 1e4);
      const parts =
        units(metrics.arbitrage_pnl!) -
        units(metrics.total_fees!) +
        units(metrics.leg_pnl!) +
        units(metrics.rebalancing_pnl!);
      expect(units(metrics.pnl!)).toBe(parts);
      expect(units(metrics.net_pnl!)).toBe(
        parts + units(metrics.unhedged_pnl!) + units(metrics.revaluation_pnl!),
      );
      if (result.journal.length === 0) return;
      const before = opening(settings);
      const after = closing(result, settings);
      const change = (...names: string[]): number =>
        names.reduce((sum, name) => sum + (after.get(name) ?? 0) - (before.get(name) ?? 0), 0);
      const last = market.rows - 1;
      const coin = change('upbit.coin', 'binance.coin', 'transit.coin');
      expect(metrics.residual_coin).toBe(coin / 1e8);
      const { bid, ask } = market.upbit;
      let marked = last;
      while (!(bid[marked]! > 0)) marked--;
      const value = (amount: number): number => Math.sign(amount) * Math.floor(Math.abs(amount) + 0.5);
      const expected =
        change('upbit.krw', 'transit.krw') +
        value((change('binance.usdt', 'transit.usdt') * rateAt(market, last)) / 1e4) +
        value((((bid[marked]! + ask[marked]!) / 2) * coin) / 1e4);
      expect(units(metrics.net_pnl!)).toBe(expected);
    }),
    { numRuns: 300, seed: 3 },
  );
  expect(traded).toBeGreaterThan(1_000);
});
