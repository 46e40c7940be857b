import type { Kernel } from './kernel.ts';
import type { Warp } from './warp.ts';

/**
 * A way to look at what has been measured. No one model suits every objective, and too little is known to choose
 * one, so the asks take turns: what one view cannot see the next may. Local views stay near the best trial.
 */

export interface View {
  readonly label: string;
  readonly scope: 'global' | 'region' | 'neighbours';
  readonly kernel: Kernel;
  readonly warp: Warp;
  /** What a trial has to gain on the best one, in standard deviations of the targets. */
  readonly margin: number;
}

/**
 * Without a margin the global views would polish a converged optimum for ever by amounts that the model's noise
 * feigns; polishing is local work. One of them wants more: a rough top keeps promising a little, and all views would
 * stay on it for as long.
 */
const LEAST_MARGIN = 0.01;
const WIDE_MARGIN = 0.1;

/** The best trial's neighbours alone, as smooth as can be: from enough of them, a quadratic model and more. */
const NEIGHBOURHOOD: View = {
  label: 'neighbourhood of the best',
  scope: 'neighbours',
  kernel: 'gaussian',
  warp: 'linear',
  margin: 0,
};
/** Ranks for the worse half: cliffs, plateaus and heavy tails lose their weight. */
const BY_RANK: View = {
  label: 'whole space, by rank',
  scope: 'global',
  kernel: 'matern52',
  warp: 'half-rank',
  margin: LEAST_MARGIN,
};
const REGION: View = { ...BY_RANK, label: 'trust region', scope: 'region', margin: 0 };
const BY_RANK_WIDE: View = { ...BY_RANK, label: 'whole space, by rank, for more', margin: WIDE_MARGIN };
/** The losses as they are: the slope towards the optimum counts from afar, where no jump hides it. */
const AS_THEY_ARE: View = { ...BY_RANK_WIDE, label: 'whole space, for more', warp: 'linear' };

/** By the number of the trial. */
const TURNS: readonly View[] = [
  NEIGHBOURHOOD,
  BY_RANK,
  REGION,
  BY_RANK_WIDE,
  NEIGHBOURHOOD,
  BY_RANK,
  REGION,
  AS_THEY_ARE,
];

/** Whose turn it is. Choices, steps and conditions make jumps: only without them are losses looked at as they are. */
export function viewAt(iteration: number, isPlain: boolean): View {
  const view = TURNS[iteration % TURNS.length]!;
  return view === AS_THEY_ARE && !isPlain ? BY_RANK_WIDE : view;
}
