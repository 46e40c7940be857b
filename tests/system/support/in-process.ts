import { join } from 'node:path';
import { inject } from 'vitest';
import { openStack, type Stack } from '../../../src/client/stack.ts';
import { serveSessions } from '../../../src/worker/serve.ts';
import { cleanEnvironment } from '../../support/environment.ts';

/** A client, a store and a worker in the test's own process, for tests of many short sessions. */

export interface InProcess extends Stack {
  /** Configs' scenarios, and what the sessions write. */
  readonly folder: string;
}

let count = 0;

/** @param folder emptied by the caller, after `close` */
export async function serveInProcess(folder: string): Promise<InProcess> {
  const environment = cleanEnvironment({
    ARBTUNE_HOME: join(folder, 'home'),
    TEMPORAL_ADDRESS: inject('temporalAddress'),
  });
  const stack = await openStack({ env: `p${process.pid}-${count++}`, environment });
  const outputs = join(folder, 'outputs');
  const worker = await serveSessions({
    ...stack,
    ...{ workerId: 'inner', outputs, dataRoot: folder, concurrency: 2, log: console.error },
  });
  return {
    ...stack,
    folder,
    async close() {
      await worker.stop();
      await stack.close();
    },
  };
}
