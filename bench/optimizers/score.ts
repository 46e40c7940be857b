import type { Problem } from './problems/problem.ts';
import type { RunResult } from './raw-results.ts';

/** Figures of a run and of several: regret of the trial that looks best, its normalised logarithm, and the ask's cost. */

/** Bounds of a normalised regret: a millionth of the yardstick's distance, and ten times it. */
const LEAST = 1e-6;
const MOST = 10;

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between order statistics; NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}

export function mean(values: readonly number[]): number {
  return values.reduce((total, v) => total + v, 0) / values.length;
}

/** Noise-free regret, after each trial, of the trial with the best observed value so far. */
export function regrets(problem: Problem, run: RunResult, budget: number): number[] {
  const told = run.observed ?? run.values;
  let best = 0;
  return Array.from({ length: budget }, (_, t) => {
    if (t < told.length && told[t]! < told[best]!) best = t;
    return run.values[best]! - problem.fstar;
  });
}

export function normalised(problem: Problem, regret: number): number {
  return Math.log10(Math.min(MOST, Math.max(LEAST, regret / (problem.fref - problem.fstar))));
}

export interface ProblemScore {
  readonly seeds: number;
  /** Median over seeds of the final regret. */
  readonly regret: number;
  /** Normalised log10 of that median: what the tables average over problems. */
  readonly logRegret: number;
  /** Mean over seeds and trials of the normalised log10 regret. */
  readonly auc: number;
}

/** Scores the first `budget` trials of each run; runs may be longer, not shorter unless their space was exhausted. */
export function scoreProblem(problem: Problem, runs: readonly RunResult[], budget: number): ProblemScore {
  const curves = runs.map((run) => regrets(problem, run, budget));
  const finals = curves.map((curve) => curve[budget - 1]!);
  const logs = curves.map((curve) => curve.map((regret) => normalised(problem, regret)));
  return {
    seeds: runs.length,
    regret: median(finals),
    logRegret: normalised(problem, median(finals)),
    auc: mean(logs.map(mean)),
  };
}
