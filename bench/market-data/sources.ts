import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { createRandom, type Random } from '../../src/market-data/generate/random.ts';
import { literal, withDuckDb } from '../../src/market-data/recorded/duckdb.ts';
import { recordingSchema } from '../../src/market-data/recorded/settings.ts';
import type { Scenario } from '../../src/market-data/scenario.ts';

/** The bench's recordings, and the numbers that were written into them. */

export interface Source {
  readonly name: string;
  readonly files: readonly string[];
  readonly scenario: Scenario;
  readonly written: Written;
}

/** By venue: time, bid, bid quantity, ask, ask quantity. */
export interface Written {
  readonly upbit: readonly Float64Array[];
  readonly binance: readonly Float64Array[];
}

const START_US = 1_723_161_600_000_000;
const ROWS_A_CHUNK = 10_000;
const BOTH =
  'time,upbit_bid,upbit_bid_qty,upbit_ask,upbit_ask_qty,binance_bid,binance_bid_qty,binance_ask,binance_ask_qty\n';
const TARDIS = 'exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n';
/** Files that changed a moment ago count as still changing, and their hashes are not remembered. */
const SETTLE_MS = 2_500;

/** Writes the files into `folder`, about `rows` rows in each source. */
export async function writeSources(folder: string, rows: number): Promise<Source[]> {
  const both = emptyColumns(rows);
  const csv = join(folder, 'both.csv');
  await pipeline(bothLines(both, rows), createWriteStream(csv));
  await pipeline(createReadStream(csv), createGzip(), createWriteStream(`${csv}.gz`));
  const parquet = literal(join(folder, 'both.parquet'));
  await withDuckDb((connection) =>
    connection.run(`COPY (FROM read_csv(${literal(csv)})) TO ${parquet} (FORMAT parquet)`),
  );
  const apart = emptyColumns(rows / 2);
  for (const venue of ['upbit', 'binance'] as const) {
    await pipeline(tardisLines(apart[venue], venue), createWriteStream(join(folder, `${venue}.csv`)));
  }
  await setTimeout(SETTLE_MS);
  const mapped = (name: string, format: string, file: string): Source => ({
    name,
    files: [file],
    scenario: scenarioOf(file, mappedVenue('upbit', format, file), mappedVenue('binance', format, file)),
    written: both,
  });
  const tardis = (venue: string) => ({ format: 'tardis_quotes', file: `${venue}.csv` });
  return [
    mapped('CSV, both venues in a row', 'csv', 'both.csv'),
    mapped('the same, compressed', 'csv', 'both.csv.gz'),
    mapped('the same as Parquet', 'parquet', 'both.parquet'),
    {
      name: 'a Tardis CSV of half the rows each',
      files: ['upbit.csv', 'binance.csv'],
      scenario: scenarioOf('apart', tardis('upbit'), tardis('binance')),
      written: apart,
    },
  ];
}

function emptyColumns(rows: number): Written {
  const venue = () => Array.from({ length: 5 }, () => new Float64Array(rows));
  return { upbit: venue(), binance: venue() };
}

function mappedVenue(venue: string, format: string, file: string): object {
  const columns = {
    time: 'time',
    bid: `${venue}_bid`,
    bid_qty: `${venue}_bid_qty`,
    ask: `${venue}_ask`,
    ask_qty: `${venue}_ask_qty`,
  };
  return { format, file, columns };
}

function scenarioOf(name: string, upbit: object, binance: object): Scenario {
  return {
    name,
    description: '',
    symbols: { upbit: 'KRW-BTC', binance: 'BTCUSDT', exchange_rate: 1300 },
    steps: [],
    data: recordingSchema.parse({ upbit, binance }),
    risk_profile: {
      max_position_krw: 1,
      max_daily_loss_krw: 1,
      max_trades_per_hour: 1,
      min_spread_pct: 1,
      slippage_bps: 1,
      circuit_breaker_threshold: 1,
    },
    expected_outcomes: {},
  };
}

function* bothLines({ upbit, binance }: Written, rows: number): Generator<string> {
  const random = createRandom(1, 'both');
  const won = walk(random, 80_000_000, 1000, 0);
  const dollar = walk(random, 61_837.64, 0.01, 8);
  let time = START_US;
  let lines = BOTH;
  for (let row = 0; row < rows; row++) {
    time += 1 + Math.floor(random.uniform() * 20_000);
    lines += `${time},${record(upbit, row, time, won())},${record(binance, row, time, dollar())}\n`;
    if (row % ROWS_A_CHUNK === ROWS_A_CHUNK - 1) {
      yield lines;
      lines = '';
    }
  }
  yield lines;
}

function* tardisLines(columns: readonly Float64Array[], venue: string): Generator<string> {
  const random = createRandom(2, venue);
  const next = venue === 'upbit' ? walk(random, 80_000_000, 1000, 0) : walk(random, 61_837.64, 0.01, 8);
  let time = START_US;
  let lines = TARDIS;
  for (let row = 0; row < columns[0]!.length; row++) {
    time += 1 + Math.floor(random.uniform() * 40_000);
    const [bid, bidQty, ask, askQty] = next();
    record(columns, row, time, [bid, bidQty, ask, askQty]);
    lines += `${venue},BTC,${time},${time + 700},${askQty},${ask},${bid},${bidQty}\n`;
    if (row % ROWS_A_CHUNK === ROWS_A_CHUNK - 1) {
      yield lines;
      lines = '';
    }
  }
  yield lines;
}

type QuoteText = readonly [bid: string, bidQty: string, ask: string, askQty: string];

/** A price that moves by a tick or not at all, as an exchange writes it. */
function walk(random: Random, start: number, tick: number, decimals: number): () => QuoteText {
  let ticks = Math.round(start / tick);
  const price = (count: number) => (count * tick).toFixed(decimals);
  return () => {
    ticks += Math.floor(random.uniform() * 3) - 1;
    return [
      price(ticks),
      (random.uniform() * 5).toFixed(8),
      price(ticks + 1),
      (random.uniform() * 5).toFixed(8),
    ];
  };
}

function record(columns: readonly Float64Array[], row: number, time: number, quote: QuoteText): string {
  columns[0]![row] = time;
  quote.forEach((text, index) => {
    columns[index + 1]![row] = Number(text);
  });
  return quote.join(',');
}
