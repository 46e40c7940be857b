import { Command } from 'commander';
import { exportFormatOf, exportResults } from '../../../analysis/export.ts';
import { options } from '../options.ts';
import { createOutput } from '../output.ts';
import { checkOutputFile } from '../output-file.ts';
import { type PlaceFlags, placeOptions } from '../place.ts';
import { readSession } from '../session-records.ts';

interface ExportFlags extends PlaceFlags {
  readonly out: string;
  readonly sessionId: string;
  readonly force?: boolean;
}

/** `export`: a session's trials as CSV, JSON lines or Parquet. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description("a session's trials as CSV, JSON lines or Parquet, by the file's ending")
    .requiredOption('--out <file>', 'ends in .csv, .jsonl or .parquet')
    .addOption(options.sessionId().makeOptionMandatory())
    .addOption(options.force());
  for (const option of placeOptions) command.addOption(option());
  return command
    .addHelpText('after', '\nExample:\n  $ arbtune export --session-id mine --out mine.parquet')
    .action(async (flags: ExportFlags) => {
      const { out, sessionId, force } = flags;
      const format = exportFormatOf(out);
      await checkOutputFile({ option: '--out', path: out, force });
      const { records } = await readSession(sessionId, flags);
      await exportResults(out, records, format);
      createOutput('text').note(`wrote ${records.length} trials to ${out}`);
    });
}
