import type { JournalEntry } from './ledger.ts';
import type { Trip } from './risk-guard.ts';

/** What a replay lists besides its metrics. Trials of a session list nothing. */

/** One order of the replay, as listed on request. Amounts in minor units. */
export interface Fill {
  readonly trade: number;
  readonly purpose: 'leg' | 'unwind';
  readonly venue: 'upbit' | 'binance';
  readonly side: 'buy' | 'sell';
  /** Sent and matched, microseconds; the row in force at the match. */
  readonly sentAt: number;
  readonly time: number;
  readonly row: number;
  readonly ordered: number;
  readonly limit: number;
  readonly filled: number;
  /** Met on arrival; null: the venue had no quote then. */
  readonly price: number | null;
  readonly notional: number;
  readonly fee: number;
  readonly feeIn: 'quote' | 'coin';
}

/** What a replay lists besides its metrics. */
export interface Recorder {
  readonly fills: Fill[];
  readonly trips: Trip[];
  readonly journal: JournalEntry[];
  readonly trades: TradeRecord[];
  readonly equity: EquityPoint[];
}

/** One signalled trade; money in KRW, quantities in coin. */
export interface TradeRecord {
  readonly trade: number;
  readonly direction: 'sell_upbit' | 'sell_binance';
  readonly row: number;
  readonly time: number;
  readonly settledAt: number;
  readonly edgePct: number;
  readonly ordered: number;
  readonly bought: number;
  readonly sold: number;
  readonly pnl: number;
}

export interface EquityPoint {
  readonly time: number;
  /** Realised profit plus the mark of unhedged coin, KRW. */
  readonly equity: number;
  readonly realised: number;
}
