/** L-BFGS in a box, for tens of variables and tens of evaluations: the model's fit and the acquisition's ascent. */

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
}

/** Writes the gradient into `gradient` and returns the value; a non-finite value marks a point as not allowed. */
export type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

const MEMORY = 6;

export function minimise(
  f: Differentiable,
  start: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  maxEvaluations: number,
  tolerance = 1e-6,
): Minimum {
  const n = start.length;
  let x: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(n);
  let value = f(x, gradient);
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];
  let stepLength = 0.1;
  let evaluations = 1;
  const isFree = (i: number): boolean =>
    !((x[i]! <= lower[i]! && gradient[i]! > 0) || (x[i]! >= upper[i]! && gradient[i]! < 0));

  while (evaluations < maxEvaluations && Number.isFinite(value)) {
    const direction = quasiNewtonDirection(gradient, steps, changes, isFree);
    let slope = 0;
    let longest = 0;
    for (let i = 0; i < n; i++) {
      slope += direction[i]! * gradient[i]!;
      longest = Math.max(longest, Math.abs(direction[i]!));
    }
    if (!(slope < -1e-14) || longest === 0) break;
    let t = steps.length > 0 ? 1 : stepLength / longest;
    let next = x;
    let nextValue = value;
    const nextGradient = new Float64Array(n);
    let accepted = false;
    for (let attempt = 0; attempt < 8 && evaluations < maxEvaluations; attempt++) {
      next = x.map((v, i) => Math.min(Math.max(v + t * direction[i]!, lower[i]!), upper[i]!));
      nextValue = f(next, nextGradient);
      evaluations++;
      let predicted = 0;
      for (let i = 0; i < n; i++) predicted += gradient[i]! * (next[i]! - x[i]!);
      if (nextValue <= value + 1e-4 * predicted) {
        accepted = true;
        break;
      }
      // The minimum of the parabola through both values and the slope, kept away from the ends.
      const curvature = nextValue - value - t * slope;
      const parabolic = curvature > 0 ? (-0.5 * slope * t * t) / curvature : 0.25 * t;
      t = Math.min(Math.max(parabolic, 0.1 * t), 0.5 * t);
      if (!Number.isFinite(nextValue)) t *= 0.5;
    }
    if (!accepted) {
      if (steps.length === 0) break;
      steps.length = 0;
      changes.length = 0;
      stepLength *= 0.1;
      continue;
    }
    const step = next.map((v, i) => v - x[i]!);
    const change = nextGradient.map((v, i) => v - gradient[i]!);
    let product = 0;
    let square = 0;
    for (let i = 0; i < n; i++) {
      product += step[i]! * change[i]!;
      square += change[i]! * change[i]!;
    }
    if (product > 1e-12 * square) {
      steps.push(step);
      changes.push(change);
      if (steps.length > MEMORY) {
        steps.shift();
        changes.shift();
      }
    }
    const gain = value - nextValue;
    x = next;
    value = nextValue;
    gradient = nextGradient;
    if (gain < tolerance * (1 + Math.abs(value))) break;
  }
  return { x, value };
}

/** Minus the inverse Hessian's estimate times the gradient, over the coordinates that may move (two-loop recursion). */
function quasiNewtonDirection(
  gradient: Float64Array,
  steps: readonly Float64Array[],
  changes: readonly Float64Array[],
  isFree: (i: number) => boolean,
): Float64Array {
  const n = gradient.length;
  const free = Array.from(gradient, (_, i) => isFree(i));
  const q = gradient.map((v, i) => (free[i] ? v : 0));
  const weights: number[] = [];
  const inner = (a: Float64Array, b: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) if (free[i]) sum += a[i]! * b[i]!;
    return sum;
  };
  for (let m = steps.length - 1; m >= 0; m--) {
    const product = inner(steps[m]!, changes[m]!);
    const weight = product > 0 ? inner(steps[m]!, q) / product : 0;
    weights[m] = weight;
    for (let i = 0; i < n; i++) q[i] = q[i]! - weight * changes[m]![i]!;
  }
  const last = steps.length - 1;
  if (last >= 0) {
    const square = inner(changes[last]!, changes[last]!);
    const scale = square > 0 ? inner(steps[last]!, changes[last]!) / square : 1;
    for (let i = 0; i < n; i++) q[i] = q[i]! * (scale > 0 ? scale : 1);
  }
  for (let m = 0; m < steps.length; m++) {
    const product = inner(steps[m]!, changes[m]!);
    const correction = product > 0 ? weights[m]! - inner(changes[m]!, q) / product : 0;
    for (let i = 0; i < n; i++) q[i] = q[i]! + correction * steps[m]![i]!;
  }
  return q.map((v, i) => (free[i] ? -v : 0));
}
