import type { MarketData, VenueColumns } from './market-data.ts';
import { bytesOf, CONSTANT, DOUBLE, type PackedColumn, type Packing } from './packing.ts';

/**
 * Lays a data set's columns over one block of shared memory, one after the other, so that the whole set is handed to
 * a thread as one buffer and written to and read from a cache file in one piece.
 */

export interface Shape {
  readonly rows: number;
  readonly upbit: VenueShape;
  readonly binance: VenueShape;
  readonly constantRate: boolean;
}

interface VenueShape {
  /** It quotes in every row: its `updated` is `time`, the same memory. */
  readonly always: boolean;
  readonly bidQty: Packing;
  readonly askQty: Packing;
}

/** Columns that take any number at every row. */
export function openShape(rows: number, { always }: { readonly always: boolean }): Shape {
  const venue = { always, bidQty: DOUBLE, askQty: DOUBLE };
  return { rows, upbit: venue, binance: venue, constantRate: false };
}

export function allocateColumns(shape: Shape, hash: string): MarketData {
  return columnsOver(new SharedArrayBuffer(columnsBytes(shape)), shape, hash);
}

export function columnsBytes({ rows, upbit, binance, constantRate }: Shape): number {
  const venue = ({ always, bidQty, askQty }: VenueShape): number =>
    (always ? 2 : 3) * bytesOf(DOUBLE, rows) + bytesOf(bidQty, rows) + bytesOf(askQty, rows);
  const rate = constantRate ? CONSTANT : DOUBLE;
  return bytesOf(DOUBLE, rows) + venue(upbit) + venue(binance) + bytesOf(rate, rows);
}

/** The data set whose columns lie in `buffer`, of `columnsBytes(shape)`: the same memory, no copy. */
export function columnsOver(buffer: SharedArrayBuffer, shape: Shape, hash: string): MarketData {
  const { rows, constantRate } = shape;
  let taken = 0;
  const take = (packing: Packing): number => {
    const at = taken;
    taken += bytesOf(packing, rows);
    return at;
  };
  const doubles = (packing = DOUBLE) =>
    new Float64Array(buffer, take(packing), packing.as === 'constant' ? 1 : rows);
  const packed = (packing: Packing): PackedColumn =>
    packing.as === 'whole'
      ? { values: new Uint32Array(buffer, take(packing), rows), mask: -1, divisor: packing.divisor }
      : { values: doubles(packing), mask: packing.as === 'constant' ? 0 : -1, divisor: 1 };
  const time = doubles();
  const venue = ({ always, bidQty, askQty }: VenueShape): VenueColumns => ({
    bid: doubles(),
    bidQty: packed(bidQty),
    ask: doubles(),
    askQty: packed(askQty),
    updated: always ? time : doubles(),
  });
  return {
    rows,
    time,
    upbit: venue(shape.upbit),
    binance: venue(shape.binance),
    rate: doubles(constantRate ? CONSTANT : DOUBLE),
    rateMask: constantRate ? 0 : -1,
    hash,
  };
}

export function shapeOf({ rows, time, upbit, binance, rateMask }: MarketData): Shape {
  const venue = ({ bidQty, askQty, updated }: VenueColumns): VenueShape => ({
    always: updated === time,
    bidQty: packingOf(bidQty),
    askQty: packingOf(askQty),
  });
  return { rows, upbit: venue(upbit), binance: venue(binance), constantRate: rateMask === 0 };
}

function packingOf({ values, mask, divisor }: PackedColumn): Packing {
  if (values instanceof Uint32Array) return { as: 'whole', divisor };
  return mask === 0 ? CONSTANT : DOUBLE;
}
