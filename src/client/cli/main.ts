import { CommanderError } from 'commander';
import { ArbtuneError, EXIT_CODES } from '../../errors.ts';
import { EXIT_INTERRUPTED, Interrupted } from './interrupt.ts';
import { createProgram } from './program.ts';

/** The CLI's entry: parse, run, exit code. */

/** What an interrupted command is still bringing up has so long to be closed. */
const CLOSE_MS = 3_000;

export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  process.exitCode = await exitCodeOf(async () => {
    await createProgram().parseAsync([...argv], { from: 'user' });
  });
}

/** A user's error is one sentence; anything else is a defect and shows its stack. */
async function exitCodeOf(run: () => Promise<void>): Promise<number> {
  try {
    await run();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.input;
    if (error instanceof Interrupted) {
      setTimeout(() => process.exit(), CLOSE_MS).unref();
      return EXIT_INTERRUPTED;
    }
    if (error instanceof ArbtuneError) {
      process.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    process.stderr.write(
      `arbtune failed: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`,
    );
    return EXIT_CODES['session-failed'];
  }
}
