import { exp } from '../../search-space/exact-math.ts';

/**
 * Correlation functions of the squared scaled distance r². Matérn 5/2 expects two derivatives of the objective, the
 * squared exponential all of them.
 */

export type Kernel = 'matern52' | 'gaussian';

/** Writes the correlations at `squared` r², which may be the same array, and on request their derivatives by r². */
export function correlate(
  kernel: Kernel,
  squared: Float64Array,
  count: number,
  correlations: Float64Array,
  slopes?: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    if (kernel === 'gaussian') {
      const decay = exp(-0.5 * squared[i]!);
      correlations[i] = decay;
      if (slopes) slopes[i] = -0.5 * decay;
    } else {
      const a = Math.sqrt(5 * squared[i]!);
      const decay = exp(-a);
      correlations[i] = (1 + a + (a * a) / 3) * decay;
      if (slopes) slopes[i] = (-5 / 6) * (1 + a) * decay;
    }
  }
}
