import type { Environment } from '../../src/embedded/home.ts';

/** The npm packages of a checkout: whether they are installed, and installing them. */
export function dependencyTask(options: {
  /** The checkout's folder, ending in a slash. */
  readonly root: URL;
  readonly environment: Environment;
  readonly withDevelopment: boolean;
}): { isDone(): boolean; run(log: (line: string) => void): Promise<void> };
