import { describe, expect, test } from 'vitest';
import type { MeasuredBatch } from '../../src/activities/measured-batch.ts';
import { TrialTable } from '../../src/workflows/trial-table.ts';
import { fc } from '../support/properties.ts';
import { aSpec } from './a-spec.ts';

const spec = aSpec();

function measured(iteration: number, objective: number | undefined, workerId = 'a'): MeasuredBatch {
  const head = { iteration, workerId, attempt: 1, at: 0, durationMs: 1 };
  const trial =
    objective === undefined
      ? { ...head, error: 'bad data' }
      : { ...head, objectives: [objective], violation: 0 };
  return { metrics: '', trials: [trial] };
}

/** A table after `objectives.length` trials were proposed, run and told in the given order. */
function tableOf(objectives: readonly (number | undefined)[], order: readonly number[]): TrialTable {
  const table = new TrialTable(spec);
  objectives.forEach((_, i) => {
    table.propose({ a: i / objectives.length, b: i }, 'test');
  });
  table.dispatch(objectives.length);
  for (const i of order) table.tell(measured(i + 1, objectives[i]));
  return table;
}

const trials = fc
  .array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }), {
    minLength: 1,
    maxLength: 30,
  })
  .chain((objectives) =>
    fc.record({
      objectives: fc.constant(objectives),
      order: fc.shuffledSubarray(
        objectives.map((_, i) => i),
        { minLength: objectives.length },
      ),
    }),
  );

describe('a table of trials', () => {
  test('says the same in whatever order the trials finished', () => {
    fc.assert(
      fc.property(trials, ({ objectives, order }) => {
        const [a, b] = [tableOf(objectives, order), tableOf(objectives, [...objectives.keys()])];
        expect(a.best).toEqual(b.best);
        expect(a.before(objectives.length + 1)).toEqual(b.before(objectives.length + 1));
        expect([a.completed, a.failed, a.running]).toEqual([b.completed, b.failed, 0]);
      }),
    );
  });

  test('counts each trial once, however often it is told', () => {
    const table = tableOf([1, 2], [0, 1, 0, 1]);
    expect([table.completed, table.running, table.workers]).toEqual([2, 0, { a: 2 }]);
  });

  test('knows a prefix as finished only when every trial of it is', () => {
    const table = tableOf([1, 2, 3], [0, 2]);
    expect([table.isFinishedUpTo(1), table.isFinishedUpTo(2), table.isFinishedUpTo(3)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('is the same after being carried into another run, through JSON', () => {
    fc.assert(
      fc.property(trials, fc.nat(3), ({ objectives, order }, waiting) => {
        const table = tableOf(objectives, order);
        for (let i = 0; i < waiting; i++) table.propose({ a: 0.5, b: i }, 'later');
        const carried = {
          ...table.carry(),
          ...{
            enqueued: [],
            target: 40,
            parallelism: 1,
            paused: false,
            startedAt: '',
            requests: [],
            hasSessionWorkers: false,
          },
        };
        const restored = new TrialTable(spec, JSON.parse(JSON.stringify(carried)));
        const n = objectives.length;
        expect(JSON.stringify(restored.before(n + 1))).toBe(JSON.stringify(table.before(n + 1)));
        expect(JSON.stringify(restored.best)).toBe(JSON.stringify(table.best));
        expect([restored.next, restored.waiting]).toEqual([table.next, table.waiting]);
        expect([restored.completed, restored.failed]).toEqual([table.completed, table.failed]);
      }),
    );
  });

  test('proposes again the trials that a resumed session lacks, before any new one', () => {
    const carried = {
      ...{ proposed: [], workers: ['a'], enqueued: [], target: 9, parallelism: 1, paused: false },
      ...{ startedAt: '', durations: [], requests: [], hasSessionWorkers: false },
      trials: [[[0.1, 1], [-1], 0, 0], null, [[0.3, 3], [-3], 0, 0], null] as const,
    };
    const table = new TrialTable(spec, carried);
    expect([table.next, table.nextIterations(3, 9)]).toEqual([2, [2, 4, 5]]);
    expect(table.nextIterations(3, 4)).toEqual([2, 4]);
    table.propose({ a: 0.2, b: 2 }, 'again');
    expect(table.next).toBe(4);
  });

  test('has a trial that violates a constraint stand against none, for the pruner, in this run and the next', () => {
    const table = new TrialTable(spec);
    const told = [
      { objective: 900, violation: 2 },
      { objective: 10, violation: 0 },
    ];
    told.forEach((_, i) => {
      table.propose({ a: i / 2, b: i }, 'test');
    });
    table.dispatch(told.length);
    const trials = told.map(({ objective, violation }, i) => ({
      ...{ iteration: i + 1, workerId: 'a', attempt: 1, at: 0, durationMs: 1 },
      ...{ objectives: [objective], violation, byScenario: [objective, objective] },
    }));
    table.tell({ metrics: '', trials });
    const sound = [{ iteration: 2, byScenario: [10, 10] }];
    expect(table.rivals(0, 9)).toEqual(sound);
    const carried = {
      ...table.carry(),
      ...{ enqueued: [], target: 9, parallelism: 1, paused: false, startedAt: '', requests: [] },
      hasSessionWorkers: false,
    };
    expect(new TrialTable(spec, JSON.parse(JSON.stringify(carried))).rivals(0, 9)).toEqual(sound);
  });
});
