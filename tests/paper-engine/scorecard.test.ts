import { expect, test } from 'vitest';
import { Scorecard } from '../../src/paper-engine/scorecard.ts';
import { fc } from '../support/properties.ts';

const PERIOD_S = 60;
const CAPITAL = 1e9;

/** The returns of a run whose equity changes by `gains`, one a period, in minor units; null: nothing is settled in it. */
function returnsOf(gains: readonly (number | null)[]) {
  const score = new Scorecard(0, PERIOD_S, CAPITAL);
  let equity = 0;
  gains.forEach((gain, period) => {
    if (gain === null) return;
    equity += gain;
    score.onEquity((period + 0.5) * PERIOD_S * 1e6, equity);
  });
  return score.finish((gains.length - 0.25) * PERIOD_S * 1e6);
}

test('returns that are all the same deviate by exactly nothing, whatever they are', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.integer({ min: 2, max: 400 }), (gain, periods) => {
      expect(returnsOf(Array.from({ length: periods }, () => gain)).deviation).toBe(0);
    }),
  );
});

test('mean and deviation are those of two passes over all periods, the empty ones too', () => {
  const gains = fc.array(fc.option(fc.integer({ min: -1e9, max: 1e9 })), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(gains, (given) => {
      const all = given.map((gain) => (gain ?? 0) / CAPITAL);
      const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
      const deviation = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
      const returns = returnsOf(given);
      expect(returns.periods).toBe(given.length);
      expect(returns.mean).toBeCloseTo(mean, 12);
      expect(returns.deviation).toBeCloseTo(deviation, 9);
    }),
  );
});
