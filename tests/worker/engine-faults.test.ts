import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { afterAll, expect, test } from 'vitest';
import { packOutcomes, toRecords } from '../../src/activities/measurement.ts';
import type { TrialOutcome } from '../../src/activities/trial-evaluator.ts';
import { scenarioDataHash } from '../../src/market-data/load.ts';
import type { Params } from '../../src/search-space/space.ts';
import { createEnginePool } from '../../src/worker/engine-pool.ts';
import { scenarioWith } from '../market-data/scenarios.ts';
import { aSpec } from '../workflows/a-spec.ts';

/** What an engine can do wrong ends with the trial it did it in. */

const HEAP_MB = 64;
/** For trials that are not to hang: a thread that nears its memory's end is slow. */
const LIMIT_MS = 120_000;
/** The sound trials beside one that hangs take a thousandth of it. */
const SHORT_LIMIT_MS = 2_000;
const location = { root: tmpdir(), cacheDir: tmpdir() };
const engine = fileURLToPath(new URL('fixtures/faulty-engine.ts', import.meta.url));

const quote = { upbit_bid: 5e7, upbit_ask: 50_001_000, binance_bid: 38_461, binance_ask: 38_462 };
const steps = [0, 1].map((t) => ({ t, ...quote }));
const scenario = scenarioWith({ name: 'short', steps });

const pool = createEnginePool({ threads: 2, location, engine, threadHeapMb: HEAP_MB });
afterAll(() => pool.close());

async function evaluate(
  trials: readonly Params[],
  trialTimeoutMs = LIMIT_MS,
  on = pool,
): Promise<TrialOutcome[]> {
  const spec = aSpec({
    scenarios: [scenario],
    limits: { trialTimeoutMs, maxAttempts: 3, maxFailedTrials: 3 },
    dataHash: await scenarioDataHash([scenario], location),
  });
  const outcomes: TrialOutcome[] = [];
  await on.evaluate(
    spec,
    trials.map((params, i) => ({ iteration: i + 1, params })),
    { signal: new AbortController().signal, onOutcome: (outcome) => outcomes.push(outcome) },
  );
  return outcomes.sort((a, b) => a.iteration - b.iteration);
}

const TWELVE = Array.from({ length: 12 }, (_, i) => i + 1);

/** One faulty trial among sound ones, each of which is measured once. */
async function outcomeAmongSound(fault: string): Promise<TrialOutcome> {
  const trials = TWELVE.map((iteration): Params => (iteration === 6 ? { fault } : {}));
  const outcomes = await evaluate(trials, fault === 'hang' ? SHORT_LIMIT_MS : LIMIT_MS);
  expect(outcomes.map(({ iteration }) => iteration)).toEqual(TWELVE);
  const others = outcomes.filter(({ iteration }) => iteration !== 6);
  expect(new Set(others.map(({ status }) => status))).toEqual(new Set(['completed']));
  return outcomes[5] as TrialOutcome;
}

const FAULTS: readonly [does: string, fault: string, error: string][] = [
  ['throws', 'throw', 'The paper engine failed: no such venue'],
  ['hangs', 'hang', `The trial took longer than ${SHORT_LIMIT_MS} ms`],
  ['fills its memory', 'leak', `The engine ran out of memory (${HEAP_MB} MB a thread)`],
  ['measures NaN', 'NaN', 'The metric pnl is NaN on the scenario short; expected a finite number'],
  [
    'measures Infinity',
    'Infinity',
    'The metric pnl is Infinity on the scenario short; expected a finite number',
  ],
  [
    'measures -Infinity',
    '-Infinity',
    'The metric pnl is -Infinity on the scenario short; expected a finite number',
  ],
  [
    'leaves a metric out',
    'undefined',
    'The metric trades is undefined on the scenario short; expected a finite number',
  ],
];

test.for(FAULTS)('an engine that %s fails that trial alone, by name', async ([, fault, error]) => {
  expect(await outcomeAmongSound(fault)).toMatchObject({ status: 'failed', iteration: 6, error });
});

test('a thread has the heap that it is given, whatever the process allows itself', async () => {
  setFlagsFromString('--max-old-space-size=2000');
  setFlagsFromString('--max-semi-space-size=64');
  const own = createEnginePool({ threads: 1, location, engine, threadHeapMb: HEAP_MB });
  try {
    const [outcome] = await evaluate([{ fault: 'tell its heap' }], LIMIT_MS, own);
    if (outcome?.status !== 'completed') throw new Error('It told nothing');
    expect(outcome.metrics.pnl).toBeLessThan(HEAP_MB + 8);
  } finally {
    await own.close();
  }
});

test('an engine that leaks a little each time costs threads, and no trial', async () => {
  const trials = Array.from({ length: 24 }, (): Params => ({ fault: 'leak a little' }));
  const outcomes = await evaluate(trials);
  expect(outcomes.map(({ iteration }) => iteration)).toEqual(trials.map((_, i) => i + 1));
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['completed']));
});

test('a metric of minus zero is zero wherever it is kept', async () => {
  const outcome = await outcomeAmongSound('-0');
  const packed = packOutcomes([{ outcome, by: { workerId: 'w', attempt: 1, at: 0 } }]);
  const carried = JSON.parse(JSON.stringify(packed));
  const [record] = toRecords(carried, [{ iteration: 6, params: {} }], { sessionId: 's', dataHash: 'd' });
  expect(record).toMatchObject({ objective: 0, metrics: { pnl: 0 } });
});
