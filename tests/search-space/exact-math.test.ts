import { describe, expect, it } from 'vitest';
import {
  exp,
  log,
  logExpectedExcess,
  logExpectedExcessSlope,
  logNormalCdf,
  normalCdf,
  normalQuantile,
} from '../../src/search-space/exact-math.ts';
import { fc } from '../support/properties.ts';

const relativeError = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

describe('exp and log', () => {
  it('agree with the engine to two units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(relativeError(exp(x), Math.exp(x))).toBeLessThan(4.5e-16);
        const y = Math.exp(x);
        expect(Math.abs(log(y) - Math.log(y))).toBeLessThanOrEqual(4.5e-16 * Math.abs(Math.log(y)));
      }),
      { numRuns: 2000 },
    );
  });

  it('keep the ends of the range', () => {
    expect([exp(0), exp(-750), exp(710), exp(Number.NaN)]).toEqual([1, 0, Infinity, Number.NaN]);
    expect([log(1), log(0), log(-1), log(Infinity)]).toEqual([0, -Infinity, Number.NaN, Infinity]);
    expect(exp(-740)).toBe(Math.exp(-740));
    expect(log(5e-324)).toBe(Math.log(5e-324));
  });

  it('give these very bits on every machine', () => {
    expect([exp(1.5), exp(-3.25), log(7.5), log(1e-300)]).toEqual([
      4.4816890703380645, 0.03877420783172201, 2.0149030205422647, -690.7755278982137,
    ]);
  });
});

describe('the normal distribution', () => {
  // scipy 1.17.1: norm.cdf, norm.logcdf.
  it.each([
    [-40, 0, -804.6084420137539],
    [-9, 1.1285884059538324e-19, -43.62814911333212],
    [-5, 2.866515718791933e-7, -15.064998393988727],
    [-2.1, 0.017864420562816542, -4.024944222243985],
    [-1.9, 0.028716559816001803, -3.5502813255421346],
    [-0.1, 0.460172162722971, -0.7761545927302733],
    [0.1, 0.539827837277029, -0.6165050101150262],
    [2, 0.9772498680518208, -0.023012909328963476],
    [9, 1, -1.1285884059538324e-19],
  ])('has scipy’s values at %d', (z, cdf, logCdf) => {
    expect(Math.abs(normalCdf(z) - cdf)).toBeLessThanOrEqual(1e-12 * cdf);
    expect(relativeError(logNormalCdf(z), logCdf)).toBeLessThan(1e-12);
  });

  it('inverts its quantiles over the whole range', () => {
    for (const p of [1e-300, 1e-12, 0.01, 0.3, 0.5, 0.9, 0.999999]) {
      expect(relativeError(normalCdf(normalQuantile(p)), p)).toBeLessThan(1e-11);
    }
  });

  it('knows the logarithm of the expected excess where the excess itself is lost', () => {
    // mpmath at 60 digits: log(phi(z) + z Phi(z)).
    for (const [z, value] of [
      [-40, -808.29856835662],
      [-30, -457.724653760598],
      [-5, -16.74430116266099],
      [-1, -2.4851210257126413],
      [0, -0.9189385332046727],
      [3, 1.0987396653277077],
    ] as const) {
      expect(relativeError(logExpectedExcess(z), value)).toBeLessThan(1e-11);
    }
    for (const z of [-1e6, -100, -30.001, -29.999, -1.0001, -0.9999, 3, 40]) {
      const h = 1e-4 * Math.max(1, Math.abs(z));
      const slope = (logExpectedExcess(z + h) - logExpectedExcess(z - h)) / (2 * h);
      expect(logExpectedExcess(z)).toBeGreaterThan(Number.NEGATIVE_INFINITY);
      expect(relativeError(logExpectedExcessSlope(z), slope)).toBeLessThan(1e-5);
    }
  });
});
