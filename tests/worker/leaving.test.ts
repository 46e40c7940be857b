import { expect, inject, onTestFinished, test } from 'vitest';
import { openStack } from '../../src/client/stack.ts';
import { homeLayout } from '../../src/embedded/home.ts';
import { createEnginePool } from '../../src/worker/engine-pool.ts';
import { installRuntime } from '../../src/worker/runtime.ts';
import { startWorker } from '../../src/worker/worker.ts';
import { cleanEnvironment } from '../support/environment.ts';
import { slowConfig } from '../system/support/configs.ts';
import { completed } from '../system/support/endless.ts';
import { sandbox } from '../system/support/sandbox.ts';

/** A worker that is told to stop, in the middle of what needs an answer from the session that it alone serves. */

test('a worker told to stop does not wait for an answer that only it could give', async () => {
  const machine = sandbox();
  const first = await machine.worker('first');
  const config = slowConfig(machine.folder, { method: 'bayesian', parallelism: 1 });
  await machine.json(['start', '--config', config, '--session-id', 'mine', '--iterations', '4000']);
  const client = await machine.client();
  await completed(client, 'mine', 2);
  await first.kill('SIGTERM');

  const environment = cleanEnvironment({
    ARBTUNE_HOME: machine.home,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
  });
  const stack = await openStack({ env: machine.name, environment });
  onTestFinished(() => stack.close());
  const warnings: string[] = [];
  installRuntime((line) => warnings.push(line));
  const location = { root: machine.folder, cacheDir: homeLayout(machine.home).cacheFolder };
  const evaluator = createEnginePool({ threads: 1, location });
  onTestFinished(() => evaluator.close());
  const takesUp = Promise.withResolvers<void>();
  const worker = await startWorker({
    ...{ ...stack, workerId: 'second', concurrency: 1, evaluator, outputs: machine.folder },
    // It has not asked yet for what the first one found.
    onTrials: () => takesUp.resolve(),
    onUnreadable: () => {},
  });
  await takesUp.promise;
  // Rejects where it has to be ended by force, as one that waits for itself has.
  await worker.stop();
  expect(warnings).toEqual([]);
});
