import { describe, expect, it } from 'vitest';
import {
  allocateColumns,
  columnsBytes,
  columnsOver,
  openShape,
  shapeOf,
} from '../../src/market-data/columns.ts';
import { leastPacking, numberAt, type Packing, setNumber } from '../../src/market-data/packing.ts';
import { fc } from '../support/properties.ts';

/** These numbers as a column of a data set has them. */
function packed(numbers: readonly number[], packing: Packing = leastPacking(Float64Array.from(numbers))) {
  const shape = openShape(numbers.length, { always: true });
  const { askQty } = allocateColumns({ ...shape, upbit: { ...shape.upbit, askQty: packing } }, 'test').upbit;
  numbers.forEach((number, row) => {
    setNumber(askQty, row, number);
  });
  return askQty;
}

const bits = (numbers: readonly number[]): BigUint64Array =>
  new BigUint64Array(Float64Array.from(numbers).buffer);

const odd = fc.constantFrom(
  -0,
  0,
  Number.NaN,
  Infinity,
  -Infinity,
  -1,
  5e-324,
  1e-9,
  0.1 + 0.2,
  0.1 + 1e-17,
  2 ** 32 - 1,
  2 ** 32,
  1e300,
  1_723_161_600_000_000.5,
);
/** As a venue writes quantities: so many decimals, seldom more than 32 bits of them. */
const decimals = fc
  .tuple(fc.integer({ min: 0, max: 8 }), fc.array(fc.nat(2 ** 32 + 99), { minLength: 1, maxLength: 40 }))
  .map(([digits, wholes]) => wholes.map((whole) => Number(`${whole}e-${digits}`)));

describe('a packed column', () => {
  it('gives back every number, bit for bit, whatever the numbers', () => {
    const mixed = fc
      .tuple(decimals, fc.array(fc.oneof(odd, fc.double()), { maxLength: 3 }), fc.nat())
      .map(([plain, others, at]) => plain.toSpliced(at % (plain.length + 1), 0, ...others));
    const same = fc.tuple(fc.oneof(odd, fc.double()), fc.integer({ min: 1, max: 5 }));
    const numbers = fc.oneof(
      decimals,
      mixed,
      same.map(([number, rows]) => Array<number>(rows).fill(number)),
    );
    fc.assert(
      fc.property(numbers, (list) => {
        const column = packed(list);
        expect(bits(list.map((_, row) => numberAt(column, row)))).toEqual(bits(list));
      }),
      { numRuns: 2_000, seed: 1 },
    );
  });

  it('counts coin as the number itself does', () => {
    fc.assert(
      fc.property(decimals, (list) => {
        const { values, mask, divisor } = packed(list);
        list.forEach((number, row) => {
          const units = Math.floor(values[row & mask]! * (1e8 / divisor) + 0.5);
          expect(units).toBe(Math.floor(number * 1e8 + 0.5));
        });
      }),
      { numRuns: 2_000, seed: 2 },
    );
  });

  it.each<[string, readonly number[], Packing]>([
    ['one number that never changes', [Infinity, Infinity], { as: 'constant' }],
    ['whole numbers', [3, 2 ** 32 - 1], { as: 'whole', divisor: 1 }],
    ['eight decimals', [0.12345678, 42.94967295], { as: 'whole', divisor: 1e8 }],
    ['more than 32 bits of a decimal', [0.12345678, 42.94967296], { as: 'double' }],
    ['nine decimals', [1, 0.123456789], { as: 'double' }],
    ['-0, which is not 0', [1, -0], { as: 'double' }],
    ['a 0 beside a -0', [0, -0], { as: 'double' }],
    ['a quote that is missing', [1, Number.NaN], { as: 'double' }],
  ])('takes the least memory for %s', (_, numbers, packing) => {
    expect(leastPacking(Float64Array.from(numbers))).toEqual(packing);
  });
});

describe('columns over one block of memory', () => {
  const packing = fc.constantFrom<Packing>(
    { as: 'constant' },
    { as: 'double' },
    { as: 'whole', divisor: 1e4 },
  );
  const venue = fc.record({ always: fc.boolean(), bidQty: packing, askQty: packing });
  const shapes = fc.record({
    rows: fc.integer({ min: 1, max: 9 }),
    upbit: venue,
    binance: venue,
    constantRate: fc.boolean(),
  });

  it('fill it, do not overlap, and are found in it again by their shape', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const buffer = new SharedArrayBuffer(columnsBytes(shape));
        const data = columnsOver(buffer, shape, 'test');
        expect(shapeOf(data)).toEqual(shape);
        const { time, upbit, binance, rate } = data;
        const all = [upbit, binance].flatMap(({ bid, bidQty, ask, askQty, updated }) => [
          bid,
          bidQty.values,
          ask,
          askQty.values,
          updated,
        ]);
        const own = [...new Set([time, ...all, rate])];
        const bytes = own.reduce((sum, { byteLength }) => sum + Math.ceil(byteLength / 8) * 8, 0);
        expect(bytes).toBe(buffer.byteLength);
        own.forEach((column, index) => {
          column.fill(index + 1);
        });
        own.forEach((column, index) => {
          expect(new Set(column)).toEqual(new Set([index + 1]));
        });
      }),
    );
  });
});
