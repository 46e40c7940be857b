import { z } from 'zod';
import { madeVenueSchema } from '../generate/settings.ts';

/** A scenario's `data:`: which recordings it replays and what is done with what is wrong in them. */

export const UNITS = ['s', 'ms', 'us', 'ns'] as const;
const timeUnit = z.enum(UNITS).describe('Of the times in the file');

/** Refusing is the default wherever the data may be wrong; every policy's effect is counted and reported. */
const policies = {
  max_gap_s: z.number().positive().default(60).describe('Longest silence between two quotes, seconds'),
  on_gap: z
    .enum(['refuse', 'keep', 'blank'])
    .default('refuse')
    .describe(
      '`keep`: the last quote stands; `blank`: the venue has no quote from `max_gap_s` after the last one',
    ),
  on_crossed: z
    .enum(['refuse', 'drop'])
    .default('refuse')
    .describe('Bid above ask. Equal is a locked book and no fault'),
  on_invalid: z
    .enum(['refuse', 'drop'])
    .default('refuse')
    .describe(
      'A price that is missing, not finite or <= 0, a quantity that is not finite or < 0, a time that is missing',
    ),
  on_backwards: z
    .enum(['refuse', 'sort', 'drop'])
    .default('refuse')
    .describe('A time before that of the row before. `drop`: rows older than the newest seen'),
  on_duplicate: z
    .enum(['last', 'first', 'refuse'])
    .default('last')
    .describe(
      'Rows of the same time: which one stands. Clocks of a millisecond make them common, hence not refused',
    ),
  on_truncated: z
    .enum(['refuse', 'drop'])
    .default('refuse')
    .describe('A text file that ends within a row. `drop`: its whole rows are used'),
};

const file = z.string().min(1).describe('Relative to the scenario; a text file may be compressed (.gz)');

const common = {
  file,
  clock_offset_ms: z
    .number()
    .default(0)
    .describe("Added to every time, milliseconds: to set a recorder's clock right"),
  ...policies,
};

const column = z.string().min(1);
const quoteColumns = z
  .strictObject({
    time: column,
    bid: column,
    ask: column,
    bid_qty: column.exactOptional().describe('Absent: unlimited'),
    ask_qty: column.exactOptional().describe('Absent: unlimited'),
  })
  .describe('The names of the columns');
const rateColumns = z.strictObject({ time: column, rate: column }).describe('The names of the columns');

const timeOrigin = z
  .enum(['epoch', 'start'])
  .default('epoch')
  .describe("`start`: times count from the recording's start, not from 1970; needs a `time_unit`");

const csvText = {
  delimiter: z.string().length(1).default(',').describe('One character'),
  time_unit: z
    .enum([...UNITS, 'iso', 'found'])
    .default('found')
    .describe('`found`: the unit that puts the first row between 2009 and 2100; `iso`: ISO 8601 text'),
  time_origin: timeOrigin,
};

const parquetTime = {
  time_unit: z
    .enum([...UNITS, 'found'])
    .default('found')
    .describe('Of numbers: a column of timestamps says its unit itself'),
  time_origin: timeOrigin,
};

const tardisTime = {
  time: z.enum(['timestamp', 'local_timestamp']).default('timestamp').describe('Which column'),
  time_unit: timeUnit.default('us'),
  symbol: z
    .string()
    .min(1)
    .exactOptional()
    .describe('Only rows of this symbol; needed when the file holds several'),
};

const recordedFormats = [
  z.strictObject({
    format: z.literal('binance_book_ticker'),
    time: z.enum(['transaction_time', 'event_time']).default('transaction_time').describe('Which column'),
    time_unit: timeUnit.default('ms'),
    ...common,
  }),
  z.strictObject({ format: z.literal('tardis_quotes'), ...tardisTime, ...common }),
  z.strictObject({ format: z.literal('tardis_book_snapshot_5'), ...tardisTime, ...common }),
  z.strictObject({
    format: z.literal('upbit_orderbook'),
    time_unit: timeUnit.default('ms'),
    symbol: z
      .string()
      .min(1)
      .exactOptional()
      .describe('Only rows of this market code; needed when the file holds several'),
    ...common,
  }),
  z.strictObject({
    format: z.literal('csv'),
    columns: quoteColumns,
    ...csvText,
    ...common,
  }),
  z.strictObject({ format: z.literal('parquet'), columns: quoteColumns, ...parquetTime, ...common }),
] as const;

export const recordedVenueSchema = z.discriminatedUnion('format', recordedFormats);
export const venueSourceSchema = z.discriminatedUnion('format', [...recordedFormats, madeVenueSchema]);

export const rateFileSchema = z.discriminatedUnion('format', [
  z.strictObject({
    format: z.literal('csv'),
    columns: rateColumns,
    ...csvText,
    ...common,
  }),
  z.strictObject({
    format: z.literal('parquet'),
    columns: rateColumns,
    ...parquetTime,
    ...common,
  }),
]);

export const recordingSchema = z
  .strictObject({
    upbit: venueSourceSchema.describe('Where its quotes come from'),
    binance: venueSourceSchema.describe('Where its quotes come from'),
    rate: z
      .union([z.number().positive(), rateFileSchema])
      .exactOptional()
      .describe('KRW per USDT: a number, or a file that holds the series; absent: `symbols.exchange_rate`'),
  })
  .refine(({ upbit, binance }) => upbit.format !== 'made' || binance.format !== 'made', {
    message: 'at most one venue can be made from the other; use `generator` to make both',
    path: ['binance', 'format'],
  });

export type TimeUnit = (typeof UNITS)[number];
export type RecordedVenue = z.output<typeof recordedVenueSchema>;
export type VenueSource = z.output<typeof venueSourceSchema>;
export type RateFile = z.output<typeof rateFileSchema>;
export type RecordingSettings = z.output<typeof recordingSchema>;
