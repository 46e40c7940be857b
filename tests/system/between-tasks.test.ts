import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { WorkflowClient } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { Activities, EvaluateInput } from '../../src/activities/activities.ts';
import type { MeasuredBatch } from '../../src/activities/measured-batch.ts';
import { loadConfig } from '../../src/client/index.ts';
import { statusQuery } from '../../src/workflows/messages.ts';
import { taskQueueOf, workflowIdOf } from '../../src/workflows/names.ts';
import { NOT_YET } from '../../src/workflows/whole-tasks.ts';
import { cleanEnvironment } from '../support/environment.ts';
import { startScript, type TestProcess, waitUntil } from '../support/processes.ts';
import { replay } from '../support/replay.ts';
import { quickConfig } from './support/configs.ts';
import { sandbox } from './support/sandbox.ts';

/**
 * A session is asked about just after the worker that held it has died, when results have come that no workflow task has
 * begun with: the worker that is to answer must not act on them.
 */

const TRIALS = 40;
const PARALLELISM = 4;
const HEAD_START_MS = 500;
/** A question may come too early or too late to meet results between two tasks; then once more. */
const ROUNDS = 5;
const HEARTBEAT_MS = 500;

/** Measures each batch when it is told to. */
function measuredByHand() {
  /** How to finish each batch, by its first trial: an attempt takes the place of the one before. */
  const waiting = new Map<number, () => void>();
  const stored = new Set<number>();
  const activities: Pick<Activities, 'evaluateTrials' | 'persistTrials' | 'saveSession' | 'analyzeSession'> =
    {
      async evaluateTrials({ trials }: EvaluateInput): Promise<MeasuredBatch> {
        const context = Context.current();
        const beating = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
        await new Promise<void>((resolve) => waiting.set(trials[0]?.iteration ?? 0, resolve));
        clearInterval(beating);
        return {
          trials: trials.map(({ iteration }) => ({
            ...{ iteration, workerId: 'hand', attempt: 1, at: Date.now(), durationMs: 1_000 },
            ...{ objectives: [iteration], violation: 0 },
          })),
          metrics: '',
        };
      },
      async persistTrials({ batches }) {
        for (const { trials } of batches) for (const { iteration } of trials) stored.add(iteration);
      },
      async saveSession() {},
      async analyzeSession() {
        return { csv: '', bestMetrics: {} };
      },
    };
  const finish = (count: number) => {
    for (const [first, resolve] of [...waiting].slice(0, count)) {
      waiting.delete(first);
      resolve();
    }
  };
  return { waiting, stored, activities, finish };
}

test('a question that meets results between two tasks is refused and asked again: none is lost, and the history replays', async () => {
  const machine = sandbox();
  const address = inject('temporalAddress');
  const holder = async (): Promise<TestProcess> => {
    const script = fileURLToPath(new URL('fixtures/workflow-worker.ts', import.meta.url));
    const process_ = startScript(script, [machine.name], {
      env: cleanEnvironment({ TEMPORAL_ADDRESS: address }),
    });
    onTestFinished(() => process_.kill().then(() => {}));
    await process_.waitFor(/is ready/);
    return process_;
  };
  const hand = measuredByHand();
  const connection = await NativeConnection.connect({ address });
  const measuring = await Worker.create({
    connection,
    taskQueue: taskQueueOf({ env: machine.name, mode: 'paper' }),
    activities: { ...hand.activities },
  });
  const measured = measuring.run().finally(() => connection.close());
  onTestFinished(async () => {
    hand.finish(hand.waiting.size);
    measuring.shutdown();
    await measured;
  });

  let current = await holder();
  const client = await machine.client();
  const config = quickConfig(machine.folder, { method: 'random', parallelism: PARALLELISM });
  const { spec } = await loadConfig(config, { iterations: TRIALS });
  await client.start(spec, { sessionId: 'asked' });
  const workflowId = workflowIdOf({ env: machine.name, mode: 'paper', sessionId: 'asked' });
  // Without the client's own asking again, to see the refusal.
  const plain = new WorkflowClient({ connection: client.temporal.connection }).getHandle(workflowId);

  const answerOf = () => plain.query(statusQuery).then(String, ({ message }: Error) => message);
  let answer = '';
  for (let round = 1; answer !== NOT_YET; round++) {
    expect(round).toBeLessThanOrEqual(ROUNDS);
    await waitUntil(() => hand.waiting.size === PARALLELISM);
    // Ready before it is needed: what the dead worker is given waits for it a few seconds only.
    const next = await holder();
    await current.kill();
    // Sent while no task waits, the question goes to the dead worker first, and reaches the next before the task does.
    const asked = performance.now();
    const asking = answerOf();
    await waitUntil(() => performance.now() - asked > HEAD_START_MS);
    hand.finish(2);
    current = next;
    answer = await asking;
    hand.finish(2);
    const status = await waitUntil(() => client.status('asked').catch(() => undefined));
    expect(status).toMatchObject({ session_id: 'asked', status: 'running' });
  }
  while (hand.stored.size < TRIALS) {
    await waitUntil(() => hand.waiting.size > 0 || hand.stored.size === TRIALS);
    hand.finish(hand.waiting.size);
  }
  expect(await client.wait('asked')).toMatchObject({ status: 'completed', completed: TRIALS });
  expect([...hand.stored].sort((a, b) => a - b)).toEqual(Array.from({ length: TRIALS }, (_, i) => i + 1));
  await replay(await plain.fetchHistory());
});
