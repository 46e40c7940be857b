import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/client/index.ts';
import type { TuningClient } from '../../src/client/tuning-client.ts';
import type { SessionStatus } from '../../src/workflows/messages.ts';
import { failure } from '../support/failure.ts';
import { fc } from '../support/properties.ts';
import { slowConfig } from './support/configs.ts';
import { column, iterations, readCsv } from './support/figures.ts';
import { sandbox } from './support/sandbox.ts';

/** Any orders in any succession leave a session as a model of four lines says. */

/** More than is ever measured: only an order ends it. */
const TRIALS = 20_000;
const SESSIONS = 4;
const ORDERS = 16;
const SEED = 20261127;

interface Model {
  phase: 'running' | 'paused' | 'over';
  iterations: number;
  parallelism: number;
}

interface Real {
  readonly client: TuningClient;
  readonly id: string;
}

type Order = fc.AsyncCommand<Model, Real>;

/** An order that an ended session refuses, and that else has the effect on the model. */
function order(
  name: string,
  give: (real: Real) => Promise<SessionStatus | readonly SessionStatus[]>,
  effect: (model: Model) => void,
): Order {
  return {
    check: () => true,
    toString: () => name,
    async run(model, real) {
      if (model.phase === 'over') {
        expect((await failure(give(real))).kind).toBe('conflict');
        return;
      }
      const answer = await give(real);
      effect(model);
      // Of several at once, each answers as of its own turn.
      if (!Array.isArray(answer)) expect(shown(answer as SessionStatus)).toEqual(expected(model));
      else expect(Math.max(...answer.map((status) => status.iterations))).toBe(model.iterations);
    },
  };
}

const shown = ({ status, iterations, parallelism }: SessionStatus) => ({ status, iterations, parallelism });
const expected = ({ phase, ...rest }: Model) => ({ ...rest, status: phase === 'over' ? 'stopping' : phase });

const pause = fc.constant(
  order(
    'pause',
    ({ client, id }) => client.pause(id),
    (model) => {
      model.phase = 'paused';
    },
  ),
);
const unpause = fc.constant(
  order(
    'unpause',
    ({ client, id }) => client.unpause(id),
    (model) => {
      model.phase = 'running';
    },
  ),
);
const extend = fc
  .record({ iterations: fc.integer({ min: 0, max: 50 }), parallelism: fc.integer({ min: 1, max: 6 }) })
  .map((more) =>
    order(
      `extend ${JSON.stringify(more)}`,
      ({ client, id }) => client.extend(id, more),
      (model) => {
        model.iterations += more.iterations;
        model.parallelism = more.parallelism;
      },
    ),
  );
const burst = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 8 }).map((counts) =>
  order(
    `extend at once by ${counts}`,
    ({ client, id }) => Promise.all(counts.map((count) => client.extend(id, { iterations: count }))),
    (model) => {
      model.iterations += counts.reduce((sum, count) => sum + count, 0);
    },
  ),
);
const stop = fc.constant(
  order(
    'stop',
    ({ client, id }) => client.stop(id),
    (model) => {
      model.phase = 'over';
    },
  ),
);

test('a storm of orders leaves the session as the model says, and every trial once', async () => {
  const machine = sandbox();
  await machine.worker('only');
  const client = await machine.client();
  const { spec } = await loadConfig(slowConfig(machine.folder, { method: 'random' }), { iterations: TRIALS });
  let sessions = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          ...[pause, unpause, extend, burst].map((arbitrary) => ({ arbitrary, weight: 4 })),
          // Few, so that most sessions live through a storm before it.
          { arbitrary: stop, weight: 1 },
        ),
        { minLength: ORDERS, maxLength: ORDERS },
      ),
      async (orders) => {
        const id = `storm-${sessions++}`;
        const csv = join(machine.folder, `${id}.csv`);
        await client.start(spec, { sessionId: id, csvPath: csv });
        const model: Model = { phase: 'running', iterations: TRIALS, parallelism: spec.parallelism };
        await fc.asyncModelRun(() => ({ model, real: { client, id } }), orders);
        if (model.phase !== 'over') expect(shown(await client.status(id))).toEqual(expected(model));
        if (model.phase !== 'over') await client.stop(id);
        const result = await client.wait(id);
        expect(result).toMatchObject({ status: 'stopped', iterations: model.iterations, failed: 0 });
        expect(column(readCsv(csv), 'iteration')).toEqual(iterations(result.completed));
      },
    ),
    { numRuns: SESSIONS, seed: SEED, endOnFailure: true },
  );
  expect(sessions).toBe(SESSIONS);
});
