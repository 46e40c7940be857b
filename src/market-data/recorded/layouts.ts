import type { RateFile, RecordedVenue } from './settings.ts';

/** Where each format keeps what the engine needs: the names of the columns, as the exchanges and vendors write them. */

export interface Layout {
  readonly time: string;
  readonly bid: string;
  readonly ask: string;
  /** Absent: the file shows no quantities. */
  readonly bidQty?: string;
  readonly askQty?: string;
  /** Absent: the file is of one symbol. */
  readonly symbol?: string;
}

/** The columns of a Binance dump, which older dumps do not name. */
export const BOOK_TICKER_COLUMNS = [
  'update_id',
  'best_bid_price',
  'best_bid_qty',
  'best_ask_price',
  'best_ask_qty',
  'transaction_time',
  'event_time',
] as const;

/** The names by which to find the columns of a table; JSON lines have paths of their own. */
export function layoutOf(source: RecordedVenue | RateFile): Layout {
  switch (source.format) {
    case 'binance_book_ticker':
      return {
        time: source.time,
        bid: 'best_bid_price',
        bidQty: 'best_bid_qty',
        ask: 'best_ask_price',
        askQty: 'best_ask_qty',
      };
    case 'tardis_quotes':
      return {
        time: source.time,
        bid: 'bid_price',
        bidQty: 'bid_amount',
        ask: 'ask_price',
        askQty: 'ask_amount',
        symbol: 'symbol',
      };
    case 'tardis_book_snapshot_5':
      return {
        time: source.time,
        bid: 'bids[0].price',
        bidQty: 'bids[0].amount',
        ask: 'asks[0].price',
        askQty: 'asks[0].amount',
        symbol: 'symbol',
      };
    case 'upbit_orderbook':
      return { time: 'timestamp', bid: 'bid_price', ask: 'ask_price' };
    default:
      return mappedLayout(source.columns);
  }
}

type MappedColumns = Extract<RecordedVenue | RateFile, { columns: unknown }>['columns'];

function mappedLayout(columns: MappedColumns): Layout {
  // A rate is read as a quote whose bid and ask are the same.
  if ('rate' in columns) return { time: columns.time, bid: columns.rate, ask: columns.rate };
  return {
    time: columns.time,
    bid: columns.bid,
    ask: columns.ask,
    ...(columns.bid_qty === undefined ? {} : { bidQty: columns.bid_qty }),
    ...(columns.ask_qty === undefined ? {} : { askQty: columns.ask_qty }),
  };
}

export function missingColumns(layout: Layout, names: readonly string[]): string[] {
  const wanted = new Set(Object.values(layout) as string[]);
  return [...wanted].filter((name) => !names.includes(name));
}
