import { exp } from '../../search-space/exact-math.ts';

/**
 * Correlation functions of the squared scaled distance r², and their derivatives with respect to it. Matérn 5/2
 * expects two derivatives of the objective, the squared exponential all of them.
 */

export type Kernel = 'matern52' | 'gaussian';

export function correlation(kernel: Kernel, squared: number): number {
  if (kernel === 'gaussian') return exp(-0.5 * squared);
  const a = Math.sqrt(5 * squared);
  return (1 + a + (a * a) / 3) * exp(-a);
}

/** d correlation / d r². */
export function correlationSlope(kernel: Kernel, squared: number): number {
  if (kernel === 'gaussian') return -0.5 * exp(-0.5 * squared);
  const a = Math.sqrt(5 * squared);
  return (-5 / 6) * (1 + a) * exp(-a);
}
