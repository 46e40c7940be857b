import { z } from 'zod';

/**
 * A scenario's `generator:` and the `made` venue of a recording: every parameter of what is synthetic. One basis
 * point (bps) is 0.01 %. The edge is how far Upbit's price in USDT lies above Binance's.
 */

const positive = z.number().positive();
const notNegative = z.number().nonnegative();
const venue = z.enum(['upbit', 'binance']);

/** More would be noise on every quote, and each of them is drawn. */
const perHour = notNegative.max(1_000_000);
const lasting = positive.min(0.001);

/** Arrivals are Poisson: waits are exponential with these means. */
const episodes = {
  per_hour: perHour.describe('Mean number in an hour'),
  mean_s: positive.describe('Mean length, seconds'),
};

const edge = z
  .strictObject({
    mean_bps: z.number().default(0).describe('What it returns to'),
    sd_bps: notNegative.default(8).describe('Standard deviation in the long run'),
    half_life_s: positive.default(30).describe('Time in which half of a distance from the mean has gone'),
  })
  .prefault({})
  .describe("How far Upbit's price in USDT lies above Binance's: it wanders about its mean");

const jumps = z
  .strictObject({
    per_hour: perHour.describe('Mean number in an hour'),
    size_bps: positive.describe('Mean size, exponentially distributed; the sign is drawn by `up_share`'),
    half_life_s: positive.describe(
      'Time in which half of a jump has faded: an order that comes later than that finds half the edge',
    ),
    up_share: z.number().min(0).max(1).default(0.5).describe('Share of jumps that lift Upbit over Binance'),
  })
  .exactOptional()
  .describe('Sudden edges that fade; absent: none');

const regime = z.strictObject({
  name: z.string().min(1).describe('For people'),
  mean_s: lasting.describe('Mean stay, exponentially distributed; the next regime is any other one'),
  volatility: notNegative.default(1).describe('Factor on `volatility_bps`'),
  edge_sd: notNegative.default(1).describe('Factor on `edge.sd_bps`'),
  spread: positive.default(1).describe('Factor on the width of both books'),
  edge_shift_bps: z.number().default(0).describe('Added to `edge.mean_bps`'),
});

const BOOK = {
  updates_per_s: 'Mean number of quotes a second; waits are exponential',
  spread_bps: 'Ask minus bid, before rounding to ticks (bid down, ask up)',
  quantity: 'Mean quantity displayed on a side, coins, exponentially distributed',
};

const book = (defaults: { updates_per_s: number; spread_bps: number; quantity: number; tick: number }) =>
  z.strictObject({
    updates_per_s: positive.default(defaults.updates_per_s).describe(BOOK.updates_per_s),
    spread_bps: notNegative.default(defaults.spread_bps).describe(BOOK.spread_bps),
    quantity: positive.default(defaults.quantity).describe(BOOK.quantity),
    tick: positive.default(defaults.tick).describe('Prices are multiples of it'),
  });

const upbitBook = book({ updates_per_s: 5, spread_bps: 2, quantity: 0.2, tick: 1000 });
const binanceBook = book({ updates_per_s: 10, spread_bps: 0.5, quantity: 1, tick: 0.01 });

/** 0 .. 2^53 - 1. */
const seed = z.int().nonnegative().describe('Of every random number of what is made');

/** Of one source. Beyond this a wrong number is likelier than a need for them, and they fit into no worker's memory. */
export const MOST_QUOTES = 50_000_000;

const generator = z.strictObject({
  seed,
  duration_s: positive.max(86_400).default(3600).describe('Length, seconds; at most a day'),
  price: positive.default(38_461).describe("Binance's mid price at the start, USDT"),
  volatility_bps: notNegative
    .default(1)
    .describe("Standard deviation of the mid price's move over one second"),
  rate_volatility_bps: notNegative
    .default(0)
    .describe("Standard deviation of the rate's move over one hour; the start is `symbols.exchange_rate`"),
  upbit: upbitBook.prefault({}).describe("Upbit's quotes; prices in KRW"),
  binance: binanceBook.prefault({}).describe("Binance's quotes; prices in USDT"),
  edge,
  jumps,
  regimes: z
    .array(regime)
    .min(2)
    .exactOptional()
    .describe('States of the market, one after the other; starts in the first one'),
  gaps: z.strictObject(episodes).exactOptional().describe('Times in which neither venue quotes'),
  stale: z
    .strictObject({ venue: venue.describe('Which one stops'), ...episodes })
    .exactOptional()
    .describe('Times in which one venue stops quoting while the other goes on'),
  flash_crash: z
    .strictObject({
      venue: venue.describe('Which one falls'),
      at_s: notNegative.describe('Seconds from the start'),
      depth_pct: positive.max(90).describe('By how much, per cent'),
      fall_s: positive.describe('How long it falls, seconds'),
      recover_s: positive.describe('How long it takes to be back, seconds'),
    })
    .exactOptional()
    .describe('One venue falls and is back, in straight lines'),
});

export const generatorSchema = generator.refine(
  ({ duration_s, upbit, binance }) =>
    duration_s * (upbit.updates_per_s + binance.updates_per_s) <= MOST_QUOTES,
  {
    message: `\`duration_s\` and the \`updates_per_s\` of both venues would make more than ${MOST_QUOTES.toLocaleString('en-US')} quotes`,
    path: ['duration_s'],
  },
);

/** A venue made to stand beside a recorded one: it follows the other's mid price late, with an edge that fades. */
export const madeVenueSchema = z.strictObject({
  format: z.literal('made').describe('Not recorded: made to stand beside the other venue'),
  seed,
  lag_ms: notNegative.default(150).describe("How long after the other venue this one's mid price follows"),
  updates_per_s: positive.default(5).describe(BOOK.updates_per_s),
  spread_bps: notNegative.default(2).describe(BOOK.spread_bps),
  quantity: positive.default(0.2).describe(BOOK.quantity),
  tick: positive.exactOptional().describe('Absent: 1,000 KRW at Upbit, 0.01 USDT at Binance'),
  edge,
  jumps,
});

export type EdgeSettings = z.output<typeof edge>;
export type JumpSettings = z.output<typeof jumps>;
export type RegimeSettings = z.output<typeof regime>;
export type BookSettings = z.output<typeof upbitBook>;
export type GeneratorSettings = z.output<typeof generatorSchema>;
export type MadeVenue = z.output<typeof madeVenueSchema>;
