import { describe, expect, it } from 'vitest';
import { parseParams } from '../../src/config/params.ts';
import { decode, isActive } from '../../src/search-space/params.ts';
import type { SearchSpace } from '../../src/search-space/space.ts';
import { fc } from '../support/properties.ts';

const space: SearchSpace = {
  min_spread_pct: { type: 'float', bounds: [0.05, 0.5] },
  slippage_bps: { type: 'int', bounds: [1, 31], step: 5 },
  route: { type: 'categorical', choices: ['MT', 2, true] },
  hedge: { type: 'bool' },
  hedge_ms: { type: 'float', bounds: [1, 1000], log: true, when: { hedge: [true] } },
};

describe('a parameter set of k=v,...', () => {
  it('is typed by the space and put into its order', () => {
    const params = parseParams(' hedge=false, route=MT,slippage_bps=6 ,min_spread_pct=1e-1', space);
    expect(params).toEqual({ min_spread_pct: 0.1, slippage_bps: 6, route: 'MT', hedge: false });
    expect(Object.keys(params)).toEqual(['min_spread_pct', 'slippage_bps', 'route', 'hedge']);
  });

  it('can be written for every point of the space', () => {
    const units = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(units, (unit) => {
        const params = decode(space, unit);
        const text = Object.entries(params).map(([name, value]) => `${name}=${value}`);
        expect(parseParams(text.join(','), space)).toEqual(params);
        expect('hedge_ms' in params).toBe(isActive(space.hedge_ms!, params));
      }),
    );
  });

  const whole = 'min_spread_pct=0.1,slippage_bps=6,route=MT,hedge=false';
  it.each([
    [
      'slipage_bps=1',
      /^--enqueue: error UNKNOWN_PARAM: slipage_bps: not in the search space.*Did you mean slippage_bps\?$/m,
    ],
    ['', '--enqueue: error BAD_VALUE: expected name=value, got "".'],
    ['hedge', '--enqueue: error BAD_VALUE: expected name=value, got "hedge".'],
    ['hedge=', '--enqueue: error BAD_VALUE: expected name=value, got "hedge=".'],
    ['hedge=true,hedge=false', '--enqueue: error DUPLICATE: hedge: given twice.'],
    ['hedge=yes', '--enqueue: error BAD_VALUE: hedge: expected true or false, got "yes".'],
    ['route=3', '--enqueue: error BAD_VALUE: route: expected one of MT, 2, true, got "3".'],
    [
      'slippage_bps=5',
      '--enqueue: error BAD_VALUE: slippage_bps: expected a whole number from 1 to 31 in steps of 5, got 5.',
    ],
    ['slippage_bps=1_1', 'slippage_bps: expected a whole number from 1 to 31 in steps of 5, got "1_1".'],
    ['min_spread_pct=0x1', 'min_spread_pct: expected a number from 0.05 to 0.5, got "0x1".'],
    ['min_spread_pct=0.6', 'min_spread_pct: expected a number from 0.05 to 0.5, got 0.6.'],
    ['min_spread_pct=1e999', 'min_spread_pct: expected a number from 0.05 to 0.5, got "1e999".'],
    ['hedge=false', '--enqueue: error MISSING: min_spread_pct: missing; expected a number from 0.05 to 0.5.'],
    [`${whole},hedge_ms=5`, 'error CONDITION: hedge_ms: only counts when hedge is true. Leave it out.'],
    [
      `${whole.replace('false', 'true')}`,
      'error MISSING: hedge_ms: missing; expected a number from 1 to 1000.',
    ],
  ])('%s is refused', (text, message) => {
    expect(() => parseParams(text, space)).toThrow(message);
  });

  it('has everything wrong with it told at once', () => {
    const told = [
      '--enqueue: error BAD_VALUE: slippage_bps: expected a whole number from 1 to 31 in steps of 5, got 2.',
      '--enqueue: error BAD_VALUE: hedge: expected true or false, got "1".',
    ];
    expect(() => parseParams('hedge=1,slippage_bps=2,min_spread_pct=0.1,route=MT', space)).toThrow(
      told.join('\n'),
    );
  });
});
