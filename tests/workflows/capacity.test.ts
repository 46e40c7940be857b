import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { packOutcomes } from '../../src/activities/measurement.ts';
import type { TrialOutcome } from '../../src/activities/trial-evaluator.ts';
import { METRIC_NAMES } from '../../src/config/metric-names.ts';
import type { SessionSpec } from '../../src/config/session-spec.ts';
import { MAX_SCENARIOS } from '../../src/config/tuning-schema.ts';
import { dataConverter } from '../../src/payloads/data-converter.ts';
import { decode } from '../../src/search-space/params.ts';
import { type RandomStream, randomStream } from '../../src/search-space/random-stream.ts';
import type { SearchSpace } from '../../src/search-space/space.ts';
import {
  mostInBatch,
  mostTrials,
  rivalsAPage,
  tooManyTrials,
  trialsAPage,
} from '../../src/workflows/capacity.ts';
import { packTrial } from '../../src/workflows/carried-session.ts';
import { BATCHES } from '../../src/workflows/limits.ts';
import { aSpec } from './a-spec.ts';

/** What is let through fits: measured on payloads as they travel, full of numbers as random as can be. */

/** Temporal's limit of a payload. */
const LIMIT = 2 * 1024 * 1024;
const workers = ['rack1-a', 'rack1-b'];

async function sizeOf(value: unknown): Promise<number> {
  let payloads = [defaultPayloadConverter.toPayload(value)];
  for (const codec of dataConverter([]).payloadCodecs ?? []) payloads = await codec.encode(payloads);
  return payloads[0]?.data?.length ?? 0;
}

const random = (): RandomStream => randomStream(1, 1, 'capacity');

function floats(count: number): SearchSpace {
  const names = Array.from({ length: count }, (_, i) => `a_rather_long_name_${i}`);
  return Object.fromEntries(names.map((name) => [name, { type: 'float', bounds: [0.05, 0.5] }]));
}

function withScenarios(count: number, changes: Partial<SessionSpec> = {}): SessionSpec {
  const [scenario] = [{ name: 's', symbols: { exchange_rate: 1300 }, steps: [] }];
  const scenarios = Array.from({ length: count }, (_, i) => ({ ...scenario, name: `scenario-${i}` }));
  return aSpec({ ...changes, scenarios: scenarios as unknown as SessionSpec['scenarios'] });
}

const baseline: SearchSpace = {
  min_spread_pct: { type: 'float', bounds: [0.05, 0.5] },
  slippage_bps: { type: 'int', bounds: [1, 30] },
  max_position_krw: { type: 'int', bounds: [300_000, 2_000_000] },
};
const mixed: SearchSpace = {
  size: { type: 'float', bounds: [0, 1], step: 0.001 },
  venue: { type: 'categorical', choices: ['maker', 'taker', 'both'] },
  hedge: { type: 'bool' },
  bps: { type: 'int', bounds: [1, 200] },
};
const sessions: [string, SessionSpec][] = [
  ['the baseline', withScenarios(3, { space: baseline })],
  ['thirty floats', withScenarios(3, { space: floats(30) })],
  ['discrete params', withScenarios(1, { space: mixed })],
  ['a pruner over 100 scenarios', withScenarios(100, { space: baseline, pruner: { maxError: 0.01 } })],
];

describe('a session of as many trials as are allowed', () => {
  test.each(sessions)('goes on in a new run: %s', async (_, spec) => {
    const next = random();
    const names = Object.keys(spec.space);
    const count = mostTrials(spec);
    const trials = Array.from({ length: count }, () => {
      const params = decode(
        spec.space,
        names.map(() => next()),
      );
      const found = { params, state: 'completed', workerId: 'rack1-b' };
      const byScenario = spec.pruner ? { byScenario: spec.scenarios.map(() => next() * 1e6) } : {};
      const losses = { losses: [(next() - 0.5) * 1e7], violation: 0 };
      return packTrial(spec.space, workers, { ...found, ...byScenario }, losses);
    });
    const size = await sizeOf({ spec, carried: { trials, workers } });
    expect(size).toBeLessThan(LIMIT);
    // And the limit is no stricter than it need be.
    expect(size).toBeGreaterThan(LIMIT / 2);
    expect(tooManyTrials(spec, count)).toBeUndefined();
    expect(tooManyTrials(spec, count + 1)).toMatch(
      /^one session holds at most [\d,]+ trials of this search space, got [\d,]+$/,
    );
  });

  test('is enough for 10,000 trials of six params, and a grid counts its points alone', () => {
    expect(mostTrials(withScenarios(10, { space: floats(6) }))).toBeGreaterThan(10_000);
    const optimizer = { method: 'grid', seed: 1, gridPoints: 3, sampler: 'uniform' } as const;
    const grid = aSpec({ optimizer: optimizer as SessionSpec['optimizer'], space: baseline });
    expect(tooManyTrials(grid, 1_000_000)).toBeUndefined();
  });
});

describe('what was measured in one activity', () => {
  test.each([1, 30, 200, MAX_SCENARIOS])(
    'of %i scenarios fits a heartbeat, a result and a write',
    async (count) => {
      const spec = withScenarios(count);
      const next = random();
      const metrics = () => Object.fromEntries(METRIC_NAMES.map((name) => [name, (next() - 0.5) * 1e6]));
      const trials = Math.min(BATCHES.most, mostInBatch(spec));
      const measured = Array.from({ length: trials }, (_, i) => {
        const scenarios = spec.scenarios.map(({ name }) => ({ scenario: name, metrics: metrics() }));
        const outcome: TrialOutcome = {
          ...{ status: 'completed', iteration: i + 1, metrics: metrics(), objectives: [next()] },
          ...{ violation: 0, scenarios, durationMs: next() },
        };
        return { outcome, by: { workerId: 'rack1-a', attempt: 1, at: 1_764_000_000_000 } };
      });
      expect(await sizeOf(measured)).toBeLessThan(LIMIT);
      expect(await sizeOf(packOutcomes(measured))).toBeLessThan(LIMIT);
    },
  );
});

describe('one answer to a question', () => {
  test('holds its trials, and its rivals', async () => {
    const next = random();
    for (const spec of [withScenarios(3, { space: baseline }), withScenarios(3, { space: floats(30) })]) {
      const finished = Array.from({ length: trialsAPage(spec) }, (_, i) => ({
        iteration: i + 1,
        params: decode(
          spec.space,
          Object.keys(spec.space).map(() => next()),
        ),
        losses: [next() * 1e6],
        violation: next(),
      }));
      expect(await sizeOf({ finished, pending: [] })).toBeLessThan(LIMIT);
    }
    for (const spec of [withScenarios(3), withScenarios(1_000)]) {
      const rivals = Array.from({ length: rivalsAPage(spec) }, (_, i) => ({
        iteration: i + 1,
        byScenario: spec.scenarios.map(() => next() * 1e6),
      }));
      expect(await sizeOf(rivals)).toBeLessThan(LIMIT);
    }
  });
});
