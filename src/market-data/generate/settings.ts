import { z } from 'zod';

/**
 * A scenario's `generator:` and the `made` venue of a recording: every parameter of what is synthetic. One basis
 * point (bps) is 0.01 %. The edge is how far Upbit's price in USDT lies above Binance's.
 */

const positive = z.number().positive();
const notNegative = z.number().nonnegative();

/** Arrivals are Poisson: waits are exponential with these means. */
const episodes = { per_hour: notNegative, mean_s: positive };

const edge = z.strictObject({
  mean_bps: z.number().default(0),
  /** Standard deviation in the long run. */
  sd_bps: notNegative.default(8),
  /** Time in which half of a distance from the mean has gone. */
  half_life_s: positive.default(30),
});

const jumps = z.strictObject({
  per_hour: notNegative,
  /** Mean size, exponentially distributed; the sign is drawn by `up_share`. */
  size_bps: positive,
  /** Time in which half of a jump has faded: an order that comes later than that finds half the edge. */
  half_life_s: positive,
  /** Share of jumps that lift Upbit over Binance. */
  up_share: z.number().min(0).max(1).default(0.5),
});

const regime = z.strictObject({
  name: z.string().min(1),
  /** Mean stay, exponentially distributed; the next regime is any other one. */
  mean_s: positive,
  /** Factors on `volatility_bps`, on `edge.sd_bps` and on the width of both books. */
  volatility: notNegative.default(1),
  edge_sd: notNegative.default(1),
  spread: positive.default(1),
  /** Added to `edge.mean_bps`. */
  edge_shift_bps: z.number().default(0),
});

const book = (defaults: { updates_per_s: number; spread_bps: number; quantity: number; tick: number }) =>
  z.strictObject({
    /** Mean number of quotes a second; waits are exponential. */
    updates_per_s: positive.default(defaults.updates_per_s),
    /** Ask minus bid, before rounding to ticks (bid down, ask up). */
    spread_bps: notNegative.default(defaults.spread_bps),
    /** Mean quantity displayed on a side, coins, exponentially distributed. */
    quantity: positive.default(defaults.quantity),
    tick: positive.default(defaults.tick),
  });

const upbitBook = book({ updates_per_s: 5, spread_bps: 2, quantity: 0.2, tick: 1000 });
const binanceBook = book({ updates_per_s: 10, spread_bps: 0.5, quantity: 1, tick: 0.01 });

/** 0 .. 2^53 - 1. */
const seed = z.int().nonnegative();

export const generatorSchema = z.strictObject({
  seed,
  /** At most a day. */
  duration_s: positive.max(86_400).default(3600),
  /** Binance's mid price at the start, USDT. */
  price: positive.default(38_461),
  /** Standard deviation of the mid price's move over one second. */
  volatility_bps: notNegative.default(1),
  /** Standard deviation of the rate's move over one hour; the start is `symbols.exchange_rate`. */
  rate_volatility_bps: notNegative.default(0),
  upbit: upbitBook.prefault({}),
  binance: binanceBook.prefault({}),
  edge: edge.prefault({}),
  jumps: jumps.exactOptional(),
  /** Starts in the first one. */
  regimes: z.array(regime).min(2).exactOptional(),
  /** Neither venue quotes. */
  gaps: z.strictObject(episodes).exactOptional(),
  /** One venue stops quoting while the other goes on. */
  stale: z.strictObject({ venue: z.enum(['upbit', 'binance']), ...episodes }).exactOptional(),
  /** One venue falls by `depth_pct` within `fall_s` and is back after `recover_s` more, in straight lines. */
  flash_crash: z
    .strictObject({
      venue: z.enum(['upbit', 'binance']),
      at_s: notNegative,
      depth_pct: positive.max(90),
      fall_s: positive,
      recover_s: positive,
    })
    .exactOptional(),
});

/** A venue made to stand beside a recorded one: it follows the other's mid price late, with an edge that fades. */
export const madeVenueSchema = z.strictObject({
  format: z.literal('made'),
  seed,
  /** How long after the other venue this one's mid price follows. */
  lag_ms: notNegative.default(150),
  updates_per_s: positive.default(5),
  spread_bps: notNegative.default(2),
  quantity: positive.default(0.2),
  /** Absent: 1,000 KRW at Upbit, 0.01 USDT at Binance. */
  tick: positive.exactOptional(),
  edge: edge.prefault({}),
  jumps: jumps.exactOptional(),
});

export type EdgeSettings = z.output<typeof edge>;
export type JumpSettings = z.output<typeof jumps>;
export type RegimeSettings = z.output<typeof regime>;
export type BookSettings = z.output<typeof upbitBook>;
export type GeneratorSettings = z.output<typeof generatorSchema>;
export type MadeVenue = z.output<typeof madeVenueSchema>;
