import { Command } from 'commander';
import { loadResultsFromCsv } from '../../../analysis/csv.ts';
import { type UnmetOutcome, unmetOutcomes } from '../../../analysis/expected-outcomes.ts';
import { formatNumber } from '../../../analysis/number-format.ts';
import { rankTrials } from '../../../analysis/ranking.ts';
import { renderTable } from '../../../analysis/table.ts';
import { loadConfig } from '../../../config/load-config.ts';
import { parseParams } from '../../../config/params.ts';
import type { SessionSpec } from '../../../config/session-spec.ts';
import { arbtuneHome, homeLayout } from '../../../embedded/home.ts';
import { ArbtuneError } from '../../../errors.ts';
import type { Params } from '../../../search-space/space.ts';
import type { TrialRecord } from '../../../store/trial-record.ts';
import { shortParams } from '../../../workflows/details.ts';
import {
  createReplayer,
  differences,
  type ReplayedTrial,
  type Replayer,
  replayFiles,
  writeReplay,
} from '../../replay-trial.ts';
import { wholeNumber } from '../option-values.ts';
import { options } from '../options.ts';
import { createOutput, type Output } from '../output.ts';
import { checkOutputFile } from '../output-file.ts';

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
    .option('--check', 'replay all trials of the results and compare every metric to the last digit')
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
      if ((flags.params === undefined) === (flags.csv === undefined)) {
        throw new ArbtuneError('input', 'replay: expected one of --params k=v,... and --csv FILE');
      }
      const { out, force } = flags;
      const { spec, sources } = await loadConfig(flags.config);
      for (const { path, header } of out === undefined ? [] : replayFiles(out, spec)) {
        await checkOutputFile({ option: '--out', path, ours: new RegExp(`^${header}\n`), force });
      }
      const records = flags.csv === undefined ? [] : await resultsOf(flags.csv, spec);
      const cacheDir = homeLayout(arbtuneHome(process.env)).cacheFolder;
      const replayer = await createReplayer(spec, { root: sources.root, cacheDir });
      if (flags.check) return checkAll(records, replayer, output, flags.json === true);
      const params =
        flags.params === undefined
          ? chosen(records, spec, flags.iteration)
          : parseParams(flags.params, spec.space, '--params');
      const trial = replayer(params);
      const files = out === undefined ? [] : await writeReplay(out, trial);
      const unmet = unmetOutcomes(spec.scenarios, trial.scenarios);
      print(trial, { params, files, unmet }, output, flags.json === true);
    });
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

function chosen(records: readonly TrialRecord[], spec: SessionSpec, iteration: number | undefined): Params {
  const minimize = spec.objective.objectives[0]?.direction === 'minimize';
  const record =
    iteration === undefined
      ? rankTrials(records, 'objective', minimize)[0]?.record
      : records.find((one) => one.iteration === iteration);
  if (record) return record.params;
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
  const completed = records.filter(({ status }) => status === 'completed');
  const differing = completed.flatMap((record) => {
    const found = differences(record, replayer(record.params));
    return found.length > 0 ? [{ iteration: record.iteration, found }] : [];
  });
  if (asJson) output.json({ checked: completed.length, differing });
  else output.print(`${completed.length} trials replayed, ${differing.length} differ`);
  const [first] = differing;
  if (first) throw new ArbtuneError('session-failed', `trial ${first.iteration}: ${first.found[0]}`);
}

function print(
  { score, scenarios }: ReplayedTrial,
  context: {
    readonly params: Params;
    readonly files: readonly string[];
    readonly unmet: readonly UnmetOutcome[];
  },
  output: Output,
  asJson: boolean,
): void {
  const { params, files, unmet } = context;
  if (asJson) {
    const byScenario = scenarios.map(({ scenario, metrics, trades, trips }) => ({
      scenario,
      metrics,
      trades: trades.length,
      trips,
    }));
    output.json({ params, ...score, scenarios: byScenario, unmet_outcomes: unmet, files });
    return;
  }
  const titles = ['all', ...scenarios.map(({ scenario }) => scenario)];
  const columns = [{ title: 'metric' }, ...titles.map((title) => ({ title, align: 'right' as const }))];
  const cell = (value: number | undefined) => (value === undefined ? '' : formatNumber(value));
  const rows = Object.entries(score.metrics).map(([name, value]) => [
    name,
    cell(value),
    ...scenarios.map(({ metrics }) => cell(metrics[name])),
  ]);
  output.print(shortParams(params));
  output.print(renderTable(columns, rows));
  for (const { scenario, text } of unmet) output.print(`Not as expected on ${scenario}: ${text}`);
  for (const file of files) output.note(`wrote ${file}`);
}
