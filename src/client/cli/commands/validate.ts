import { Command } from 'commander';
import { formatIssue } from '../../../config/format-issues.ts';
import { ConfigError } from '../../../config/issue.ts';
import { type SessionSummary, validateConfig } from '../../../config/validate-config.ts';
import { options } from '../options.ts';
import { createOutput } from '../output.ts';

/** `validate`: a config, its scenarios and its data, checked without running anything. */
export function validateCommand(): Command {
  return new Command('validate')
    .description('check a config, its scenarios and its data, without running')
    .addOption(options.config())
    .addOption(options.json())
    .addHelpText('after', '\nExample:\n  $ arbtune validate --config my.yaml')
    .action(async (flags: { config: string; json?: boolean }) => {
      const output = createOutput('text');
      const { issues, session } = await validateConfig(flags.config);
      const errors = issues.filter(({ severity }) => severity === 'error');
      if (flags.json) output.json({ valid: session !== undefined, issues, session });
      if (session === undefined) throw new ConfigError(errors);
      for (const warning of issues) output.note(formatIssue(warning));
      if (!flags.json) output.print(summaryText(flags.config, session));
    });
}

function summaryText(config: string, session: SessionSummary): string {
  const { method, maxIterations, parallelism, parameters, gridPoints, scenarios } = session;
  const grid = gridPoints === undefined ? '' : ` of ${gridPoints} grid points`;
  return [
    `${config} is valid`,
    `  ${method}, ${maxIterations} iterations${grid}, ${parallelism} in flight`,
    `  searches ${parameters.join(', ')}`,
    ...scenarios.flatMap(({ name, source, rows, seconds, reports }) => [
      `  ${name}: ${rows} rows of ${source} over ${seconds} s`,
      ...reports.flatMap(({ file, findings }) => findings.map((finding) => `    ${file}: ${finding}`)),
    ]),
  ].join('\n');
}
