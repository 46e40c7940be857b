import { Command } from 'commander';
import { loadConfig } from '../../../config/load-config.ts';
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
      const { spec, warnings } = await loadConfig(flags.config);
      for (const warning of warnings) output.note(`warning: ${warning}`);
      const scenarios = spec.scenarios.map(({ name }) => name);
      const params = Object.keys(spec.space);
      const { specHash, dataHash } = spec;
      if (flags.json)
        output.json({ valid: true, params, scenarios, spec_hash: specHash, data_hash: dataHash, warnings });
      else
        output.print(`${flags.config} is valid: ${params.length} params, scenarios ${scenarios.join(', ')}`);
    });
}
