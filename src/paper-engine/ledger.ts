/**
 * Double entry in exact integers of minor units: every movement leaves one account and reaches another of the same
 * currency, so that each currency's sum never changes. Balances stay below 2^53 units.
 */

export const UPBIT_CASH = 0;
export const TRANSIT_KRW = 1;
export const MARKET_KRW = 2;
export const FEES_KRW = 3;
export const CONVERTED_KRW = 4;
export const BINANCE_CASH = 5;
export const TRANSIT_USDT = 6;
export const MARKET_USDT = 7;
export const FEES_USDT = 8;
export const CONVERTED_USDT = 9;
export const UPBIT_COIN = 10;
export const BINANCE_COIN = 11;
export const TRANSIT_COIN = 12;
export const MARKET_COIN = 13;
export const FEES_COIN = 14;
export const WITHDRAWAL_COIN = 15;

export const ACCOUNTS = [
  'upbit.krw',
  'transit.krw',
  'market.krw',
  'fees.krw',
  'converted.krw',
  'binance.usdt',
  'transit.usdt',
  'market.usdt',
  'fees.usdt',
  'converted.usdt',
  'upbit.coin',
  'binance.coin',
  'transit.coin',
  'market.coin',
  'fees.coin',
  'withdrawal.coin',
] as const;

/** Accounts by currency: KRW, USDT, coin. */
export const CURRENCIES: readonly (readonly [first: number, last: number])[] = [
  [UPBIT_CASH, CONVERTED_KRW],
  [BINANCE_CASH, CONVERTED_USDT],
  [UPBIT_COIN, WITHDRAWAL_COIN],
];

/** One movement, as `replay` lists them. */
export interface JournalEntry {
  /** Microseconds. */
  readonly time: number;
  readonly from: (typeof ACCOUNTS)[number];
  readonly to: (typeof ACCOUNTS)[number];
  /** Minor units, a whole number >= 0. */
  readonly amount: number;
}

export class Ledger {
  /** Minor units by account; the outside ones (market, fees, …) go below zero. */
  readonly balances = new Float64Array(ACCOUNTS.length);
  readonly #journal: JournalEntry[] | undefined;

  constructor(journal?: JournalEntry[]) {
    this.#journal = journal;
  }

  move(time: number, from: number, to: number, amount: number): void {
    const { balances } = this;
    balances[from] = balances[from]! - amount;
    balances[to] = balances[to]! + amount;
    this.#journal?.push({ time, from: ACCOUNTS[from]!, to: ACCOUNTS[to]!, amount });
  }
}
