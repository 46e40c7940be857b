import { Command } from 'commander';
import { loadResultsFromCsv } from '../../../analysis/csv.ts';
import { unmetOutcomes } from '../../../analysis/expected-outcomes.ts';
import { rankTrials } from '../../../analysis/ranking.ts';
import { loadConfig } from '../../../config/load-config.ts';
import { parseParams } from '../../../config/params.ts';
import type { SessionSpec } from '../../../config/session-spec.ts';
import { arbtuneHome, homeLayout } from '../../../embedded/home.ts';
import { ArbtuneError } from '../../../errors.ts';
import type { TrialRecord } from '../../../store/trial-record.ts';
import { createReplayer, differences, type Replayer, replayFiles, writeReplay } from '../../replay-trial.ts';
import { wholeNumber } from '../option-values.ts';
import { options } from '../options.ts';
import { createOutput, type Output } from '../output.ts';
import { checkOutputFile } from '../output-file.ts';
import { printReplay, warnWhereOtherwise } from '../replay-text.ts';

/** `replay`: one param set, or trials of a CSV, on the paper engine again, with every trade they made. */

interface ReplayFlags {
  readonly config: string;
  readonly params?: string;
  readonly csv?: string;
  readonly iteration?: number;
  readonly check?: boolean;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('measure params again, with their trades, or check every trial of a CSV')
    .addOption(options.config())
    .option('--params <k=v,...>', 'the params to replay')
    .option('--csv <file>', 'take them from these results')
    .option(
      '--iteration <n>',
      'which trial of the results (default: the best)',
      wholeNumber('--iteration', 1, 1e6),
    )
    .option('--check', 'replay all trials of the results and compare every figure to the last digit')
    .option('--out <folder>', 'write trades, fills, equity, trips and the journal there, as CSVs by scenario')
    .addOption(options.force())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
Examples:
  $ arbtune replay --params min_spread_pct=0.2,slippage_bps=5,max_position_krw=1000000 --out trades
  $ arbtune replay --csv out.csv --check`,
    )
    .action(async (flags: ReplayFlags) => {
      const output = createOutput('text');
      refuseOddFlags(flags);
      const { out, force } = flags;
      const { spec, sources } = await loadConfig(flags.config);
      for (const { path, header } of out === undefined ? [] : replayFiles(out, spec)) {
        await checkOutputFile({ option: '--out', path, ours: new RegExp(`^${header}\n`), force });
      }
      const records = flags.csv === undefined ? [] : await resultsOf(flags.csv, spec);
      const cacheDir = homeLayout(arbtuneHome(process.env)).cacheFolder;
      const replayer = await createReplayer(spec, { root: sources.root, cacheDir });
      if (flags.check) return checkAll(records, replayer, output, flags.json === true);
      const record = flags.params === undefined ? chosen(records, spec, flags.iteration) : undefined;
      const params = record?.params ?? parseParams(flags.params ?? '', spec.space, '--params');
      const trial = replayer(params);
      if (record) warnWhereOtherwise(record, trial, flags.config, output);
      const files = out === undefined ? [] : await writeReplay(out, trial);
      const unmet = unmetOutcomes(spec.scenarios, trial.scenarios);
      printReplay(
        trial,
        { spec, params, record, best: flags.iteration === undefined, files, unmet },
        output,
        flags.json === true,
      );
    });
}

/** What would be left undone without a word. */
function refuseOddFlags({ params, csv, iteration, check, out }: ReplayFlags): void {
  const refuse = (what: string) => {
    throw new ArbtuneError('input', `replay: ${what}`);
  };
  if ((params === undefined) === (csv === undefined))
    refuse('expected one of --params k=v,... and --csv FILE');
  if (csv === undefined && (check || iteration !== undefined)) {
    refuse('--check and --iteration are for the trials of a --csv FILE');
  }
  if (check && (iteration !== undefined || out !== undefined)) {
    refuse('--check compares all trials and writes none: leave out --iteration and --out, or --check');
  }
}

async function resultsOf(csv: string, spec: SessionSpec): Promise<TrialRecord[]> {
  const records = await loadResultsFromCsv(csv);
  const other = records.find(({ data_hash }) => data_hash !== '' && data_hash !== spec.dataHash);
  if (!other) return records;
  throw new ArbtuneError(
    'conflict',
    `${csv} was measured on other data than the config names (${other.data_hash}, not ${spec.dataHash}); name its config by --config`,
  );
}

function chosen(
  records: readonly TrialRecord[],
  spec: SessionSpec,
  iteration: number | undefined,
): TrialRecord {
  const minimize = spec.objective.objectives[0]?.direction === 'minimize';
  const record =
    iteration === undefined
      ? rankTrials(records, 'objective', minimize)[0]?.record
      : records.find((one) => one.iteration === iteration);
  if (record) return record;
  throw new ArbtuneError(
    'input',
    iteration === undefined ? 'no completed trial to replay' : `no trial ${iteration} in the results`,
  );
}

function checkAll(
  records: readonly TrialRecord[],
  replayer: Replayer,
  output: Output,
  asJson: boolean,
): void {
  const measured = records.filter(({ status }) => status !== 'failed');
  const differing = measured.flatMap((record) => {
    const found = differences(record, replayer(record.params));
    return found.length > 0 ? [{ iteration: record.iteration, found }] : [];
  });
  if (asJson) output.json({ checked: measured.length, differing });
  else output.print(`${measured.length} trials replayed, ${differing.length} differ`);
  const [first] = differing;
  if (first) throw new ArbtuneError('session-failed', `trial ${first.iteration}: ${first.found[0]}`);
}
