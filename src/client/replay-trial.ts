import { join } from 'node:path';
import { writeFileAtomically } from '../analysis/atomic-file.ts';
import { csvLines } from '../analysis/csv-lines.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import { ArbtuneError } from '../errors.ts';
import { sessionDataHash } from '../market-data/hash.ts';
import { type DataLocation, loadMarketData } from '../market-data/load.ts';
import type { MarketData } from '../market-data/market-data.ts';
import { type Score, scoreTrial } from '../objective/score.ts';
import { type Replay, replay } from '../paper-engine/replay.ts';
import { DEFAULT_ENGINE_SETTINGS } from '../paper-engine/settings.ts';
import type { Params } from '../search-space/space.ts';
import type { TrialRecord } from '../store/trial-record.ts';

/** A trial again, with everything it did: on the same data, params and settings every figure repeats to the last digit. */

export interface ReplayedScenario extends Replay {
  readonly scenario: string;
}

export interface ReplayedTrial {
  readonly score: Score;
  readonly scenarios: readonly ReplayedScenario[];
}

export type Replayer = (params: Params) => ReplayedTrial;

/**
 * Loads a session's data once, for any number of replays.
 *
 * @throws ArbtuneError `conflict` when the data found is not the session's
 */
export async function createReplayer(spec: SessionSpec, location: DataLocation): Promise<Replayer> {
  const markets: MarketData[] = [];
  for (const scenario of spec.scenarios) markets.push(await loadMarketData(scenario, location));
  const found = sessionDataHash(markets.map(({ hash }) => hash));
  if (found !== spec.dataHash) {
    throw new ArbtuneError(
      'conflict',
      `The data found (${found}) is not what the session ran on (${spec.dataHash})`,
    );
  }
  const settings = spec.engine ?? DEFAULT_ENGINE_SETTINGS;
  return (params) => {
    const scenarios = spec.scenarios.map(({ name, risk_profile }, i) => ({
      scenario: name,
      ...replay(markets[i] as MarketData, { ...spec.fixed, ...params }, settings, risk_profile),
    }));
    return { score: scoreTrial(spec.objective, scenarios), scenarios };
  };
}

type Figures = Readonly<Record<string, number | undefined>>;

interface Difference {
  readonly name: string;
  readonly recorded: number | undefined;
  readonly measured: number | undefined;
}

/**
 * What a replay found otherwise than a record says: figures, empty when all are equal to the last digit. Of a pruned
 * trial its scenarios were measured, as far as it got; its objective is what it was expected to be.
 */
export function differences(record: TrialRecord, { score, scenarios }: ReplayedTrial): string[] {
  const isWhole = record.status === 'completed';
  const whole: [string, Figures, Figures] = [
    '',
    { objective: record.objective ?? undefined, violation: record.violation, ...record.metrics },
    { objective: score.objectives[0], violation: score.violation, ...score.metrics },
  ];
  const byScenario = scenarios.flatMap(({ scenario, metrics }): [string, Figures, Figures][] => {
    const recorded = record.scenario_metrics.find((own) => own.scenario === scenario)?.metrics;
    return recorded || isWhole ? [[`${scenario}: `, recorded ?? {}, metrics]] : [];
  });
  return [...(isWhole ? [whole] : []), ...byScenario].flatMap(([where, recorded, replayed]) =>
    differing(recorded, replayed).map(
      (found) => `${where}${found.name} ${found.recorded} recorded, ${found.measured} replayed`,
    ),
  );
}

/**
 * The first figure of a completed trial that a replay found otherwise than recorded: its objective, else a metric.
 * Undefined when all that is recorded is equal to the last digit.
 */
export function measuredOtherwise(record: TrialRecord, { score }: ReplayedTrial): Difference | undefined {
  if (record.status !== 'completed') return undefined;
  const recorded = { objective: record.objective ?? undefined, ...record.metrics };
  const found = differing(recorded, { objective: score.objectives[0], ...score.metrics });
  return found.find((difference) => difference.recorded !== undefined);
}

function differing(recorded: Figures, measured: Figures): Difference[] {
  return (
    [...new Set([...Object.keys(recorded), ...Object.keys(measured)])]
      // -0 is stored as 0.
      .filter((name) => recorded[name] !== measured[name])
      .map((name) => ({ name, recorded: recorded[name], measured: measured[name] }))
  );
}

/** What is written of a replay, with its columns: an empty file still says what would be in it. */
const PARTS: { readonly [P in Part]: readonly (keyof ReplayedScenario[P][number])[] } = {
  trades: ['trade', 'direction', 'row', 'time', 'settledAt', 'edgePct', 'ordered', 'bought', 'sold', 'pnl'],
  fills: [
    ...([
      'trade',
      'purpose',
      'venue',
      'side',
      'sentAt',
      'time',
      'row',
      'ordered',
      'limit',
      'filled',
    ] as const),
    ...(['price', 'notional', 'fee', 'feeIn'] as const),
  ],
  equity: ['time', 'equity', 'realised'],
  trips: ['time', 'reason', 'value', 'limit', 'until'],
  journal: ['time', 'from', 'to', 'amount'],
};

type Part = 'trades' | 'fills' | 'equity' | 'trips' | 'journal';

/** The files that `writeReplay` writes, with their first lines. */
export function replayFiles(
  folder: string,
  { scenarios }: Pick<SessionSpec, 'scenarios'>,
): { readonly path: string; readonly header: string }[] {
  return scenarios.flatMap(({ name }) =>
    (Object.keys(PARTS) as Part[]).map((part) => ({
      path: replayFile(folder, name, part),
      header: PARTS[part].join(','),
    })),
  );
}

function replayFile(folder: string, scenario: string, part: Part): string {
  return join(folder, `${scenario}.${part}.csv`);
}

function cellsOf(rows: readonly object[], columns: readonly string[]): (string | number)[][] {
  return rows.map((row) =>
    columns.map((name) => (row as Readonly<Record<string, string | number | null>>)[name] ?? ''),
  );
}

/** A folder of CSVs by scenario; returns the paths. Amounts and times as docs/paper-engine.md has them. */
export async function writeReplay(folder: string, { scenarios }: ReplayedTrial): Promise<string[]> {
  const paths: string[] = [];
  for (const replayed of scenarios) {
    for (const part of Object.keys(PARTS) as Part[]) {
      const path = replayFile(folder, replayed.scenario, part);
      const text = csvLines([PARTS[part], ...cellsOf(replayed[part], PARTS[part])]);
      await writeFileAtomically(path, [text]);
      paths.push(path);
    }
  }
  return paths;
}
