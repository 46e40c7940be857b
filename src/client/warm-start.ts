import { existsSync } from 'node:fs';
import { loadResultsFromCsv } from '../analysis/csv.ts';
import { describeDifferences, diffSpecs } from '../config/diff-specs.ts';
import {
  byMerit,
  type KnownTrial,
  type PriorSelection,
  packPrior,
  selectPrior,
} from '../config/prior-trials.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import { specHash } from '../config/spec-hash.ts';
import { ArbtuneError } from '../errors.ts';
import type { DataLocation } from '../market-data/load.ts';
import type { ResultStore } from '../store/result-store.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import { MAX_SPEC_BYTES } from '../workflows/limits.ts';
import { createReplayer } from './replay-trial.ts';

/**
 * A session that learns from the trials of earlier ones. They are taken only when this session would have measured
 * the same: on the same data, by the same rules, and some of them are replayed to see that it is so.
 */

export interface WarmStartOptions {
  readonly store: ResultStore;
  /** Where this session's data is. */
  readonly location: DataLocation;
  /** Learn from trials that were measured otherwise too: other data, fees or fixed params. */
  readonly anyway?: boolean;
}

export interface WarmStarted {
  readonly spec: SessionSpec;
  /** One line for people: how many trials there are, and how many were left out, for what. */
  readonly note: string;
}

const ANYWAY = '--warm-start-anyway has the search learn from it all the same';

/**
 * @param sources ids of sessions in the store, and CSV files of results; the newest last
 * @throws ArbtuneError `input` when none of the trials fits, or they were measured otherwise
 */
export async function warmStart(
  spec: SessionSpec,
  sources: readonly string[],
  { store, location, anyway = false }: WarmStartOptions,
): Promise<WarmStarted> {
  const { method } = spec.optimizer;
  if (method !== 'bayesian') {
    throw refusal(`${method} does not learn from results; use --optimizer bayesian, or leave it out`);
  }
  const records: TrialRecord[] = [];
  for (const source of sources) {
    const own = await readSource(source, store);
    if (!anyway) await refuseOtherCircumstances(spec, source, own, store);
    records.push(...own);
  }
  const name = sources.join(', ');
  const selection = selectPrior(spec, records, anyway);
  if (selection.known.length === 0) {
    throw refusal(
      `none of the ${records.length} trials of ${name} fits this session: ${describe(selection.leftOut)}`,
    );
  }
  if (!anyway) await refuseOtherResults(spec, name, selection.known, location);
  const warm = { ...spec, prior: { source: name, trials: packPrior(spec, selection.known) } };
  const size = JSON.stringify(warm).length;
  if (size > MAX_SPEC_BYTES) {
    throw refusal(
      `the session would take ${size} bytes with the trials of ${name}; at most ${MAX_SPEC_BYTES} travel with one`,
    );
  }
  return { spec: { ...warm, specHash: specHash(warm) }, note: noteOf(name, records.length, selection) };
}

function refusal(what: string): ArbtuneError {
  return new ArbtuneError('input', `--warm-start: ${what}`);
}

async function readSource(source: string, store: ResultStore): Promise<TrialRecord[]> {
  if (/\.csv$/i.test(source) || existsSync(source)) return await loadResultsFromCsv(source);
  const records = await store.loadTrials(source);
  if (records.length > 0) return records;
  throw new ArbtuneError(
    'not-found',
    `--warm-start: the store has no trials of a session "${source}", and there is no such CSV file`,
  );
}

/** What decides a measurement, in the words of `diffSpecs`. */
const CIRCUMSTANCES = /^(tuning\.(fixed|engine|scenarios)|scenario |data files)/;

/** Other data, fees or fixed params, as far as the rows, or the store about their sessions, can tell. */
async function refuseOtherCircumstances(
  spec: SessionSpec,
  source: string,
  records: readonly TrialRecord[],
  store: ResultStore,
): Promise<void> {
  for (const id of new Set(records.map(({ session_id }) => session_id))) {
    const text = (await store.loadSession(id))?.spec;
    const different = text ? diffSpecs(JSON.parse(text), spec) : [];
    const telling = different.filter(({ path }) => CIRCUMSTANCES.test(path));
    if (telling.length === 0) continue;
    const list = describeDifferences(telling, { a: `session ${id}`, b: 'this config' }, 3);
    throw refusal(`${source} was measured otherwise; ${ANYWAY}. What differs:\n${list}`);
  }
  const other = records.find(({ data_hash }) => data_hash !== '' && data_hash !== spec.dataHash);
  if (!other) return;
  throw refusal(
    `${source} was measured on other data (${other.data_hash.slice(0, 12)}, this session's is ${spec.dataHash.slice(0, 12)}); ${ANYWAY}`,
  );
}

/** Trials replayed, beside the best, before all are believed: some to notice other rules, few where one is slow. */
const REPLAYED = 8;

async function refuseOtherResults(
  spec: SessionSpec,
  source: string,
  known: readonly KnownTrial[],
  location: DataLocation,
): Promise<void> {
  const replay = await createReplayer(spec, location);
  const metrics = spec.objective.objectives.map(({ metric }) => metric);
  for (const { record, params, score: there } of sample(known)) {
    const here = replay(params).score;
    const differs = there.objectives.findIndex((value, i) => value !== here.objectives[i]);
    if (differs === -1 && there.violation === here.violation) continue;
    const [what, one, other] =
      differs === -1
        ? ['constraints violated by', there.violation, here.violation]
        : [metrics[differs], there.objectives[differs], here.objectives[differs]];
    throw refusal(
      `${source} was measured otherwise: trial ${record.iteration} has ${what} ${one}, this session measures ${other} (another engine setting, fixed param, risk profile, or version of arbtune); ${ANYWAY}`,
    );
  }
}

/** The best, and some of all the others. */
function sample(known: readonly KnownTrial[]): ReadonlySet<KnownTrial> {
  const best = [...known].sort(byMerit).slice(0, 1);
  const step = Math.max(1, known.length / REPLAYED);
  const spread = known.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  return new Set([...best, ...spread]);
}

function noteOf(name: string, offered: number, { known, leftOut }: PriorSelection): string {
  const without = leftOut.size > 0 ? `; left out: ${describe(leftOut)}` : '';
  return `warm start: the search knows ${known.length} of the ${offered} trials of ${name}${without}`;
}

/** The most frequent first. */
function describe(leftOut: ReadonlyMap<string, number>): string {
  const sorted = [...leftOut].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return sorted.map(([why, count]) => `${count} ${why}`).join(', ') || 'it has none';
}
