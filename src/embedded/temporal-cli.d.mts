import type { Environment } from './home.ts';

/** The Temporal CLI to start the embedded server with, when one is at hand. */
export function findTemporalCli(environment: Environment): string | undefined;

/** The executable of this name on PATH. */
export function findOnPath(command: string, environment: Environment): string | undefined;

/** Whether there is such a program. */
export function isExecutable(file: string): boolean;

export interface ProvideOptions {
  readonly environment: Environment;
  /** Told what is being done and how far it is. */
  readonly log: (line: string) => void;
}

/** The same, downloaded or built when none is at hand; rejects with one sentence saying what to install. */
export function provideTemporalCli(options: ProvideOptions): Promise<string>;
