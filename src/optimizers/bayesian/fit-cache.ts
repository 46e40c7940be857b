import { fitHyperparameters, type Hyperparameters } from './hyperparameters.ts';
import type { Kernel } from './kernel.ts';
import type { Points } from './points.ts';

/**
 * The last few fits, by everything that goes into one: a fit is a pure function of that, so an ask answers the same
 * with the cache full, empty or in another process. It only spares work, as neighbouring asks fit the same trials.
 */

const CAPACITY = 16;
const fits = new Map<string, Hyperparameters>();

export function cachedFit(
  points: Points,
  targets: Float64Array,
  kernel: Kernel,
  startNoise: number,
): Hyperparameters {
  const key = `${kernel}|${startNoise}|${points.nominal.join()}|${targets.join()}|${points.x.join()}`;
  const known = fits.get(key);
  const fit = known ?? fitHyperparameters(points, targets, kernel, startNoise);
  fits.delete(key);
  fits.set(key, fit);
  if (fits.size > CAPACITY) fits.delete(fits.keys().next().value!);
  return fit;
}
