import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureTemporal } from '../../src/embedded/ensure-temporal.ts';
import { cleanEnvironment } from './environment.ts';

/** One real Temporal server for the whole suite, on ports and in a folder of its own; ended with the suite. */

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port` of the suite's server; its namespace is `default`. A test takes a task queue of its own. */
    temporalAddress: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'arbtune-suite-'));
  const environment = cleanEnvironment();
  const server = await ensureTemporal({ home, environment, log: (line) => console.error(line) });
  project.provide('temporalAddress', server.address);
  return async () => {
    await server.release({ untilEnded: true });
    rmSync(home, { recursive: true, force: true });
  };
}
