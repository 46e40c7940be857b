import { ArbtuneError } from '../../errors.ts';

/** What was found in a recording, as data: counted by kind, with the first place of each. */

export type FindingKind =
  | 'symbol'
  | 'invalid'
  | 'time'
  | 'crossed'
  | 'backwards'
  | 'duplicate'
  | 'gap'
  | 'truncated';

export type Policy = 'refuse' | 'drop' | 'sort' | 'keep' | 'blank' | 'last' | 'first';

export interface Finding {
  readonly kind: FindingKind;
  /** What was done. With `refuse` the data is not used. */
  readonly policy: Policy;
  readonly count: number;
  /** Of the first such row: its number among the file's rows, from 0, the header not counted. */
  readonly record: number;
  /** What is wrong with the first one. */
  readonly what: string;
  /** That row as it is written in the file: a value that is no number shows only there. */
  readonly text?: string;
}

export class Tally {
  readonly #findings = new Map<FindingKind, { -readonly [Key in keyof Finding]: Finding[Key] }>();

  note(kind: FindingKind, policy: Policy, record: number, what: () => string): void {
    const known = this.#findings.get(kind);
    if (known !== undefined) known.count++;
    else this.#findings.set(kind, { kind, policy, count: 1, record, what: what() });
  }

  /** By their first rows. */
  findings(): Finding[] {
    return [...this.#findings.values()].sort((a, b) => a.record - b.record);
  }
}

const NAMES: Readonly<Record<FindingKind, readonly [one: string, many: string]>> = {
  symbol: ['row of another symbol', 'rows of other symbols'],
  invalid: ['invalid row', 'invalid rows'],
  time: ['impossible time', 'impossible times'],
  crossed: ['crossed book', 'crossed books'],
  backwards: ['step of the clock backwards', 'steps of the clock backwards'],
  duplicate: ['repeated time', 'repeated times'],
  gap: ['gap', 'gaps'],
  truncated: ['cut row', 'cut rows'],
};

const DONE: Readonly<Record<Policy, string>> = {
  refuse: 'refused',
  drop: 'left out',
  sort: 'sorted by time',
  keep: 'kept: the last quote stands',
  blank: 'blanked: no quote until the next',
  last: 'the last one stands',
  first: 'the first one stands',
};

/** How to have the data used in spite of it. */
const REMEDIES: Readonly<Record<FindingKind, string>> = {
  symbol: 'Name the one to use with symbol',
  invalid: 'Leave such rows out with on_invalid: drop',
  time: 'Mend the time, or set time_unit, time_origin or clock_offset_ms',
  crossed: 'Leave such rows out with on_crossed: drop',
  backwards: 'Put them in order with on_backwards: sort, or leave them out with drop',
  duplicate: 'Choose one with on_duplicate: last, or first',
  gap: 'Raise max_gap_s, or set on_gap: keep, or blank',
  truncated: 'Fetch the file again, or use its whole rows with on_truncated: drop',
};

/** `quotes.csv row 812: bid 5 is above ask 4: the book is crossed (the first of 3 crossed books). Leave …`. */
export function describeRefusal(finding: Finding, file: string, row: number): string {
  const more = finding.count > 1 ? ` (the first of ${finding.count} ${NAMES[finding.kind][1]})` : '';
  const text = finding.text === undefined ? '' : ` The row is ${JSON.stringify(finding.text)}.`;
  return `${file} row ${row}: ${finding.what}${more}. ${REMEDIES[finding.kind]}.${text}`;
}

/** `3 crossed books left out, first in row 812: …`. */
export function describeFinding(finding: Finding, row: number): string {
  const name = NAMES[finding.kind][finding.count === 1 ? 0 : 1];
  return `${finding.count} ${name} (${DONE[finding.policy]}), first in row ${row}: ${finding.what}`;
}

/** More would not be read. */
const MAX_REFUSALS = 20;

/** Throws an `ArbtuneError` of kind `input`, a sentence a finding, when a policy refuses any. */
export function refuseFindings(
  name: string,
  findings: readonly Finding[],
  rowOf: (record: number) => number,
): void {
  const refused = findings.filter((finding) => finding.policy === 'refuse').slice(0, MAX_REFUSALS);
  if (refused.length === 0) return;
  const sentences = refused.map((finding) => describeRefusal(finding, name, rowOf(finding.record)));
  throw new ArbtuneError('input', sentences.join('\n'));
}
