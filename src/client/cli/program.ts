import { Command } from 'commander';
import { devCommand } from './commands/dev.ts';
import { exportCommand } from './commands/export.ts';
import { listCommand } from './commands/list.ts';
import { replayCommand } from './commands/replay.ts';
import { resumeCommand, runCommand, startCommand } from './commands/run.ts';
import { statusCommand, watchCommand } from './commands/status.ts';
import {
  cancelCommand,
  extendCommand,
  pauseCommand,
  repairCommand,
  stopCommand,
  unpauseCommand,
} from './commands/steer.ts';
import { summaryCommand } from './commands/summary.ts';
import { validateCommand } from './commands/validate.ts';
import { workerCommand } from './commands/worker.ts';
import { refuseWrongValues } from './option-values.ts';
import { warnOfVisiblePassword } from './visible-password.ts';

/** The commands, put together. */

const EXIT_CODES_HELP = `
Exit codes: 0 done · 1 the session failed · 2 your input · 3 no such session · 4 conflict (id taken, config differs)
            5 a service out of reach · 6 stuck · 130 interrupted (what is measured is kept)
Files:      ARBTUNE_HOME (default ~/.local/state/arbtune) holds the embedded server and store; results go to outputs/
Services:   TEMPORAL_ADDRESS and REDIS_URL select a deployment's; without them everything runs embedded`;

export function createProgram(): Command {
  const program = new Command('arbtune')
    .description('Durable parameter tuning for cross-exchange crypto arbitrage')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .addHelpText('after', EXIT_CODES_HELP)
    .showSuggestionAfterError(true)
    .showHelpAfterError('(--help shows what is allowed)');
  const commands = [
    ...[runCommand(), startCommand(), workerCommand(), resumeCommand(), statusCommand(), watchCommand()],
    ...[pauseCommand(), unpauseCommand(), stopCommand(), cancelCommand(), extendCommand()],
    ...[
      listCommand(),
      summaryCommand(),
      exportCommand(),
      replayCommand(),
      repairCommand(),
      validateCommand(),
      devCommand(),
    ],
  ];
  for (const command of commands) {
    program.addCommand(command.allowExcessArguments(false).copyInheritedSettings(program));
  }
  program.hook('preAction', (_program, command) => {
    refuseWrongValues(command);
    warnOfVisiblePassword(command);
  });
  // Throw instead of exiting, so that one place decides the exit code.
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}
