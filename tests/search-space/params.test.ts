import { describe, expect, it } from 'vitest';
import { completeParams, decode, describeParams, encode, paramsKey } from '../../src/search-space/params.ts';
import type { Params, SearchSpace } from '../../src/search-space/space.ts';
import { faults, searchSpace } from '../optimizers/spaces.ts';
import { fc } from '../support/properties.ts';

const spaceAndPoint = searchSpace().chain((space) =>
  fc.record({
    space: fc.constant(space),
    unit: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: Object.keys(space).length,
      maxLength: Object.keys(space).length,
    }),
  }),
);

describe('the coding of a space', () => {
  it('decodes every point of the cube to a parameter set inside bounds, steps and conditions', () => {
    fc.assert(
      fc.property(spaceAndPoint, ({ space, unit }) => {
        expect(faults(space, decode(space, unit))).toEqual([]);
      }),
    );
  });

  it('comes back to the same parameter set', () => {
    fc.assert(
      fc.property(spaceAndPoint, ({ space, unit }) => {
        const params = decode(space, unit);
        const again = decode(space, encode(space, params));
        for (const name in space) {
          const value = params[name];
          if (typeof value !== 'number') expect(again[name]).toBe(value);
          else
            expect(Math.abs(Number(again[name]) - value)).toBeLessThanOrEqual(
              1e-12 * Math.max(1, Math.abs(value)),
            );
        }
      }),
    );
  });

  it('gives each of n values of a stepped parameter its n-th of the cube', () => {
    const space: SearchSpace = { x: { type: 'float', bounds: [0, 0.3], step: 0.1 } };
    const values = [0, 0.24, 0.26, 0.49, 0.51, 0.74, 0.76, 1].map((unit) => decode(space, [unit]).x);
    expect(values).toEqual([0, 0, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3]);
  });

  it('completes a part of a parameter set by snapping what is given and taking the middle of the rest', () => {
    const space: SearchSpace = {
      mode: { type: 'categorical', choices: ['a', 'b'] },
      n: { type: 'int', bounds: [0, 10] },
      x: { type: 'float', bounds: [0, 1], step: 0.25 },
      y: { type: 'float', bounds: [1, 100], log: true, when: { mode: ['b'] } },
    };
    expect(completeParams(space, { x: 0.3, y: 5 })).toEqual({ mode: 'a', n: 5, x: 0.25 });
    const other = completeParams(space, { mode: 'b', n: 99 });
    expect(other).toMatchObject({ mode: 'b', n: 10 });
    expect(other.y).toBeCloseTo(10, 12);
  });

  it('completes any part of any parameter set to a sound one, and a whole one to itself', () => {
    fc.assert(
      fc.property(spaceAndPoint, fc.integer({ min: 0, max: 255 }), ({ space, unit }, mask) => {
        const params = decode(space, unit);
        const part: Params = Object.fromEntries(Object.entries(params).filter((_, i) => (mask >> i) & 1));
        expect(faults(space, completeParams(space, part))).toEqual([]);
        expect(paramsKey(space, completeParams(space, params))).toBe(paramsKey(space, params));
      }),
    );
  });

  it('tells a choice 1 from a choice "1" and -0 not from 0', () => {
    const space: SearchSpace = {
      c: { type: 'categorical', choices: [1, '1'] },
      x: { type: 'float', bounds: [-1, 1] },
    };
    expect(paramsKey(space, { c: 1, x: 0 })).not.toBe(paramsKey(space, { c: '1', x: 0 }));
    expect(paramsKey(space, { c: 1, x: -0 })).toBe(paramsKey(space, { c: 1, x: 0 }));
  });

  it('describes a parameter set in short', () => {
    expect(describeParams({ min_spread_pct: 0.214139, krw: 1250000, mode: 'MT', on: true })).toBe(
      'min_spread_pct 0.2141 · krw 1250000 · mode MT · on true',
    );
  });
});
