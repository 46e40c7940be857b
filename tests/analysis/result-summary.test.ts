import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatNumber } from '../../src/analysis/number-format.ts';
import { formatResultSummary } from '../../src/analysis/result-summary.ts';
import { TuningAnalyzer } from '../../src/analysis/tuning-analyzer.ts';
import type { Objective } from '../../src/objective/objective.ts';
import type { TrialRecord } from '../../src/store/trial-record.ts';
import { trial } from '../store/records.ts';
import { fc } from '../support/properties.ts';

const params = (iteration: number) => ({ min_spread_pct: iteration / 3, hedge: iteration % 2 === 0 });
const records = [1, 2, 3].map((n) => trial(n, { params: params(n), objective: 1000 * n + 1 / 3 }));
const summary = (trials: readonly TrialRecord[], metric = 'objective') =>
  new TuningAnalyzer(trials).result(metric);

describe('the summary', () => {
  it('shows totals and the ranking, with digits that people read', () => {
    expect(formatResultSummary(summary(records)).split('\n')).toEqual([
      '3 trials · 3 completed · 0 failed · 1 session (s1) · 1 worker (main)',
      '',
      'Top 3 of 3 by objective (highest first)',
      '┌───┬───────┬───────────┬────────────────┬───────┐',
      '│ # │ trial │ objective │ min_spread_pct │ hedge │',
      '├───┼───────┼───────────┼────────────────┼───────┤',
      '│ 1 │     3 │  3,000.33 │              1 │ false │',
      '│ 2 │     2 │  2,000.33 │       0.666667 │  true │',
      '│ 3 │     1 │  1,000.33 │       0.333333 │ false │',
      '└───┴───────┴───────────┴────────────────┴───────┘',
    ]);
  });

  it('becomes a list where a table would be too wide', () => {
    const text = formatResultSummary(summary(records.slice(0, 1)), { width: 40 });
    expect(text.split('\n').slice(3)).toEqual([
      '1. trial 1: objective 1,000.33',
      '   min_spread_pct 0.333333, hedge false',
    ]);
  });

  it('shows the Pareto front of several objectives, as a table or a list', () => {
    const objectives: readonly Objective[] = [
      { metric: 'net_pnl', direction: 'maximize', aggregate: { kind: 'mean' } },
      { metric: 'max_drawdown', direction: 'minimize', aggregate: { kind: 'worst' } },
    ];
    const values = [
      [1000, 50],
      [900, 60],
      [800, 20.5],
    ];
    const trials = values.map((each, i) =>
      trial(i + 1, { params: { slippage_bps: i }, objective: each[0]!, objectives: each }),
    );
    const text = (topN: number, width: number) =>
      formatResultSummary(new TuningAnalyzer(trials).result('objective', topN, false, objectives), { width });
    const title = (shown: number) =>
      `Pareto front, ${shown} of 2 trials: none does better in one of net_pnl (highest best), max_drawdown (lowest best) without doing worse in another`;
    const lines = text(5, 100).split('\n');
    expect(lines.slice(lines.indexOf(title(2)) + 1)).toEqual([
      '┌───────┬─────────┬──────────────┬──────────────┐',
      '│ trial │ net_pnl │ max_drawdown │ slippage_bps │',
      '├───────┼─────────┼──────────────┼──────────────┤',
      '│     1 │   1,000 │           50 │            0 │',
      '│     3 │     800 │         20.5 │            2 │',
      '└───────┴─────────┴──────────────┴──────────────┘',
    ]);
    expect(text(1, 30)).toContain(`${title(1)}\ntrial 1: net_pnl 1,000, max_drawdown 50\n   slippage_bps 0`);
    expect(formatResultSummary(summary(trials))).not.toContain('Pareto');
  });

  it('shows of a long Pareto front some trials from end to end', () => {
    const objectives = (['maximize', 'minimize'] as const).map(
      (direction): Objective => ({ metric: 'net_pnl', direction, aggregate: { kind: 'mean' } }),
    );
    const trials = Array.from({ length: 9 }, (_, i) => trial(i + 1, { objectives: [-i, -i] }));
    const shown = (topN: number) =>
      new TuningAnalyzer(trials)
        .result('objective', topN, false, objectives)
        .front?.trials.map(({ record }) => record.iteration);
    expect([0, 1, 2, 3, 5, 9, 20].map(shown)).toEqual([
      ...[[], [1], [1, 9], [1, 5, 9], [1, 3, 5, 7, 9]],
      ...[trials, trials].map((all) => all.map(({ iteration }) => iteration)),
    ]);
  });

  it('marks what violates a constraint and says why trials failed', () => {
    const trials = [
      trial(1, { violation: 2 }),
      trial(2, { status: 'failed', objective: null, metrics: {}, error: 'no quotes' }),
      trial(3, { status: 'failed', objective: null, metrics: {}, error: 'no quotes' }),
    ];
    const text = formatResultSummary(summary(trials));
    expect(text).toContain('3 trials · 1 completed · 2 failed');
    expect(text).toContain('│ ! 1 │');
    expect(text).toContain('! 1 of 1 completed trial violates a constraint; ranked below every trial');
    expect(text).toContain('Failed: 2 × no quotes');
  });

  it('counts the violations even where none of them is shown, and is silent where there is none', () => {
    const trials = [1, 2, 3, 4, 5, 6, 7].map((n) => trial(n, { violation: n > 5 ? n : 0 }));
    const text = formatResultSummary(summary(trials));
    expect(text).not.toContain('│ ! ');
    expect(text).toContain('! 2 of 7 completed trials violate a constraint; ranked below every trial');
    expect(summary(trials).totals.violating).toBe(2);
    expect(formatResultSummary(summary(trials.slice(0, 5)))).not.toContain('constraint');
  });

  it('names the sessions where there are several', () => {
    const text = formatResultSummary(summary([records[0]!, trial(1, { session_id: 's2' })]));
    expect(text).toContain('2 sessions (s1, s2)');
    expect(text).toMatch(/│ s2 +│/);
  });

  it('says when there is nothing to rank', () => {
    expect(formatResultSummary(summary([]))).toBe(
      '0 trials · 0 completed · 0 failed · 0 sessions · 0 workers\n\n' +
        'No completed trial has a finite value of objective: nothing to rank.',
    );
    expect(formatResultSummary(summary(records, 'zzz'))).toContain(
      'finite value of zzz: nothing to rank. There are objective, pnl, trades.',
    );
    expect(formatResultSummary(summary(records, 'pnll'))).toContain('nothing to rank. Did you mean pnl?');
  });

  it('warns of luck where there were many to choose from', () => {
    const many = Array.from({ length: 10 }, (_, n) => trial(n + 1));
    expect(formatResultSummary(summary(many))).toContain('The best of 10 trials on the same data owes part');
    expect(formatResultSummary(summary(many.slice(1)))).not.toContain('luck');
  });

  it('is coloured only on request, with the same words', () => {
    const plain = formatResultSummary(summary(records));
    const colored = formatResultSummary(summary(records), { color: true });
    expect(plain).toBe(stripVTControlCharacters(plain));
    expect(colored).not.toBe(plain);
    expect(stripVTControlCharacters(colored)).toBe(plain);
  });

  it('lets no control character of others reach the terminal', () => {
    const evil = '\u001b[2Jx\u0007\u202e\ny';
    const trials = [
      trial(1, { worker_id: evil, params: { [evil]: evil } }),
      trial(2, { status: 'failed', error: evil }),
    ];
    for (const width of [20, 200]) {
      const text = formatResultSummary(summary(trials), { width });
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    }
  });
});

describe('a number for people', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [5, '5'],
    [1234567, '1,234,567'],
    [1234567.89, '1,234,568'],
    [0.1 + 0.2, '0.3'],
    [-48213.337712, '-48,213.3'],
    [0.00012345678, '0.000123457'],
    [0.0000012345678, '1.23457e-6'],
    [1e300, '1e+300'],
    [Number.NaN, 'NaN'],
  ])('%d is written %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('differs from the number by less than a part in 200,000', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const read = Number(formatNumber(value).replaceAll(',', ''));
        expect(Math.abs(read - value)).toBeLessThanOrEqual(Math.abs(value) * 5e-6);
      }),
    );
  });
});
