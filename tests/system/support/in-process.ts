import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { openStack, type Stack } from '../../../src/client/stack.ts';
import { serveSessions } from '../../../src/worker/serve.ts';
import { cleanEnvironment } from '../../support/environment.ts';

/** A client, a store and a worker in the test's own process, for tests of many short sessions. */

export interface InProcess extends Stack {
  /** Configs' scenarios, and what the sessions write. Gone after `close`. */
  readonly folder: string;
}

let count = 0;

export async function serveInProcess(): Promise<InProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'arbtune-test-'));
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
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
