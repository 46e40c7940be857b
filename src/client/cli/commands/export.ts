import { Command } from 'commander';
import { exportFormatOf, exportResults } from '../../../analysis/export.ts';
import { options } from '../options.ts';
import { createOutput } from '../output.ts';
import { readSessionRecords } from '../session-records.ts';

/** `export`: a session's trials as CSV, JSON lines or Parquet. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description("a session's trials as CSV, JSON lines or Parquet, by the file's ending")
    .requiredOption('--out <file>', 'ends in .csv, .jsonl or .parquet')
    .addOption(options.sessionId().makeOptionMandatory());
  for (const option of [options.mode, options.env, options.redisUrl]) command.addOption(option());
  return command
    .addHelpText('after', '\nExample:\n  $ arbtune export --session-id mine --out mine.parquet')
    .action(async (flags: { out: string; sessionId: string; mode: string; env: string; redis?: string }) => {
      const format = exportFormatOf(flags.out);
      const records = await readSessionRecords(flags.sessionId, flags);
      await exportResults(flags.out, records, format);
      createOutput('text').note(`wrote ${records.length} trials to ${flags.out}`);
    });
}
