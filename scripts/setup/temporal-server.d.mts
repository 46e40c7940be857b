import type { Environment } from '../../src/embedded/home.ts';

export interface TemporalServerPrograms {
  readonly server: string;
  readonly sqlTool: string;
}

/** Both programs, or undefined when one is missing. */
export function findTemporalServer(environment: Environment): TemporalServerPrograms | undefined;

/** The same, built when they are missing; rejects with one sentence when that fails. */
export function provideTemporalServer(options: {
  readonly environment: Environment;
  readonly log: (line: string) => void;
}): Promise<TemporalServerPrograms>;
