import {
  exp,
  log,
  logExpectedExcess,
  logExpectedExcessSlope,
  logNormalCdf,
} from '../../search-space/exact-math.ts';
import type { Posterior } from './gaussian-process.ts';
import { correlation, correlationSlope } from './kernel.ts';
import { dot, solveLower, solveUpper } from './linear-algebra.ts';

export type Rule = 'ei' | 'ucb' | 'poi';
/** log EI (or others), averaged over joint samples of the pending points. To be maximised. */
export class Acquisition {
  readonly model: Posterior;
  readonly rule: Rule;
  readonly beta: number;
  readonly samples: readonly Float64Array[];
  readonly bests: readonly number[];
  readonly #k: Float64Array;
  readonly #v: Float64Array;
  readonly #w: Float64Array;
  readonly #r2: Float64Array;
  constructor(model: Posterior, best: number, samples: readonly Float64Array[], rule: Rule = 'ei', beta = 2) {
    this.model = model;
    this.rule = rule;
    this.beta = beta;
    this.samples = samples;
    const n = model.observed,
      all = model.points.count;
    this.#k = new Float64Array(all);
    this.#v = new Float64Array(all);
    this.#w = new Float64Array(all);
    this.#r2 = new Float64Array(all);
    this.bests = samples.map((z) => {
      // value at a pending point p given everything: mean of y there
      let b = best;
      for (let p = n; p < all; p++) {
        let m = model.mean;
        const row = p * all;
        for (let i = 0; i < n; i++) m += model.factor[row + i]! * model.whitened[i]!;
        for (let i = n; i <= p; i++) m += model.factor[row + i]! * z[i - n]!;
        if (m < b) b = m;
      }
      return b;
    });
  }
  value(x: Float64Array, gradient?: Float64Array): number {
    const { model } = this;
    const n = model.observed,
      all = model.points.count,
      d = model.points.columns;
    const { signal } = model.hyperparameters;
    const k = this.#k,
      v = this.#v;
    for (let i = 0; i < all; i++) {
      const r2 = model.squaredDistance(x, i);
      this.#r2[i] = r2;
      k[i] = signal * correlation(model.kernel, r2);
    }
    v.set(k);
    solveLower(model.factor, all, v);
    let variance = signal;
    for (let i = 0; i < all; i++) variance -= v[i]! * v[i]!;
    const floor = 1e-12 * signal;
    const clipped = variance < floor;
    if (clipped) variance = floor;
    const sigma = Math.sqrt(variance);
    let mu0 = model.mean;
    for (let i = 0; i < n; i++) mu0 += v[i]! * model.whitened[i]!;
    const S = this.samples.length;
    const vals = new Array<number>(S),
      dMu = new Array<number>(S),
      dSigma = new Array<number>(S);
    let top = -Infinity;
    for (let s = 0; s < S; s++) {
      const z = this.samples[s]!;
      let mu = mu0;
      for (let i = n; i < all; i++) mu += v[i]! * z[i - n]!;
      const u = (this.bests[s]! - mu) / sigma;
      if (this.rule === 'ei') {
        vals[s] = log(sigma) + logExpectedExcess(u);
        const h = logExpectedExcessSlope(u);
        dMu[s] = -h / sigma;
        dSigma[s] = 1 / sigma - (h * u) / sigma;
      } else if (this.rule === 'poi') {
        vals[s] = logNormalCdf(u);
        const h = exp(Math.max(-700, -0.5 * u * u - 0.9189385332046727 - vals[s]!));
        dMu[s] = -h / sigma;
        dSigma[s] = (-h * u) / sigma;
      } else {
        vals[s] = -(mu - this.beta * sigma);
        dMu[s] = -1;
        dSigma[s] = this.beta;
      }
      if (vals[s]! > top) top = vals[s]!;
    }
    let total = 0;
    const w = vals.map((a) => (this.rule === 'ucb' ? 1 : exp(a - top)));
    for (const a of w) total += a;
    const value = this.rule === 'ucb' ? vals.reduce((a, b) => a + b, 0) / S : top + log(total / S);
    if (gradient) {
      let gm = 0,
        gs = 0;
      const c = this.#w;
      for (let i = 0; i < n; i++) c[i] = model.whitened[i]!;
      for (let i = n; i < all; i++) c[i] = 0;
      for (let s = 0; s < S; s++) {
        const p = w[s]! / total;
        gm += p * dMu[s]!;
        gs += p * dSigma[s]!;
        for (let i = n; i < all; i++) c[i] = c[i]! + p * dMu[s]! * this.samples[s]![i - n]!;
      }
      for (let i = n; i < all; i++) c[i] = gm !== 0 ? c[i]! : 0;
      // d value = gm * d(mu0 part) + sum dMu*z dv + gs dsigma ; d sigma = -(v . dv)/sigma
      for (let i = 0; i < n; i++) c[i] = gm * c[i]!;
      if (!clipped) for (let i = 0; i < all; i++) c[i] = c[i]! - (gs / sigma) * v[i]!;
      solveUpper(model.factor, all, c);
      gradient.fill(0);
      for (let i = 0; i < all; i++) {
        const f = c[i]! * signal * correlationSlope(model.kernel, this.#r2[i]!) * 2;
        if (f === 0) continue;
        for (let j = 0; j < d; j++)
          if (!model.points.nominal[j])
            gradient[j] = gradient[j]! + f * model.scale(j) * (x[j]! - model.points.x[i * d + j]!);
      }
    }
    return value;
  }
  meanAt(x: Float64Array): number {
    const { model } = this;
    const n = model.observed;
    const k = new Float64Array(model.points.count);
    model.covariances(x, k, n);
    return model.mean + dotFirst(k, model.weights, n);
  }
}
function dotFirst(a: Float64Array, b: Float64Array, n: number) {
  return dot(a, b, n);
}
