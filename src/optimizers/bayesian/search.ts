import type { Worth } from './acquisition.ts';
import type { Box } from './trust-region.ts';

/** What an ask looks for, and where. */
export interface Search {
  /** The way to look at what was measured. */
  readonly label: string;
  readonly worth: Worth;
  readonly box: Box;
  /** Where an ascent starts, and what keeps its choices in a local box. */
  readonly middle: Float64Array;
  readonly isLocal: boolean;
  /** Trials around which candidates are scattered. */
  readonly elite: readonly Float64Array[];
  /** What is hoped for of a trial, and with what chance. */
  readonly aim: string;
  chance(x: Float64Array): number;
}
