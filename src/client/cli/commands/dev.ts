import { Command } from 'commander';
import { arbtuneHome } from '../../../embedded/home.ts';
import { runDevServer } from '../../../embedded/run-dev-server.ts';
import { interruptible } from '../interrupt.ts';
import { options } from '../options.ts';
import { createOutput } from '../output.ts';

/** `dev`: the embedded server alone, with its Web UI, until ended. */
export function devCommand(): Command {
  return new Command('dev')
    .description('the embedded server alone, with its Web UI')
    .addOption(options.durable())
    .action(async (flags: { durable?: boolean }) => {
      const output = createOutput('text');
      await interruptible((signal) =>
        runDevServer({
          home: arbtuneHome(process.env),
          environment: process.env,
          log: (line) => output.note(line),
          durable: flags.durable === true,
          signal,
          onReady: ({ address, uiUrl }) => output.print(`Temporal at ${address}, its Web UI at ${uiUrl}`),
        }),
      );
    });
}
