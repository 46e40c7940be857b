import { normalQuantile } from '../../search-space/exact-math.ts';
import { randomStream } from '../../search-space/random-stream.ts';
import { sobolPoint } from '../../search-space/sobol.ts';
import type { AskInput, Proposal } from '../optimizer.ts';
import { drawNew } from '../random.ts';
import { isTaken } from '../taken.ts';
import { Acquisition } from './acquisition.ts';
import { Encoding } from './encoding.ts';
import { fitGaussianProcess, type Points, Posterior } from './gaussian-process.ts';
import { minimise } from './minimise.ts';
import { halfRank } from './warp.ts';

export function askBayesian(input: AskInput): Proposal {
  const enc = new Encoding(input.space);
  const d = enc.columns;
  const fin = input.finished.filter((t) => t.losses !== null).sort((a, b) => a.iteration - b.iteration);
  const n0 = Math.min(10, 4 + d);
  if (
    (fin.length < Math.max(2, n0 - 0) && input.iteration <= Math.max(n0, fin.length + 1)) ||
    fin.length < 2
  ) {
    const params = drawNew(input);
    return params ? { kind: 'trial', params, reason: 'initial design' } : { kind: 'exhausted' };
  }
  const n = fin.length;
  const pend = [...input.pending].sort((a, b) => a.iteration - b.iteration);
  const q = pend.length;
  const x = new Float64Array((n + q) * d);
  fin.forEach((t, i) => {
    enc.encode(t.params, x, i * d);
  });
  pend.forEach((t, i) => {
    enc.encode(t.params, x, (n + i) * d);
  });
  const raw = Float64Array.from(fin, (t) => t.losses![0]!);
  const y = halfRank(raw);
  const kernel = 'matern52' as const;
  const pts: Points = { count: n, columns: d, nominal: enc.nominal, x: x.subarray(0, n * d) };
  const fit = fitGaussianProcess(pts, y, kernel, 25);
  const model = new Posterior({ ...pts, count: n + q, x }, y, kernel, fit.hyperparameters);
  let bi = 0;
  for (let i = 1; i < n; i++) if (raw[i]! < raw[bi]!) bi = i;
  const rng = randomStream(input.settings.seed, input.iteration, 'acquisition');
  const S = q > 0 ? 32 : 1;
  const samples = Array.from({ length: S }, (_, s) => {
    if (q === 0) return new Float64Array(0);
    const u = sobolPoint(s, q, input.settings.seed + input.iteration * 1000, 'fantasies');
    return u.map((p) => normalQuantile(p));
  });
  // best by posterior mean
  const acq0 = new Acquisition(model, 0, samples, 'ei');
  const col = (i: number) => x.slice(i * d, i * d + d);
  const means = Float64Array.from({ length: n }, (_, i) => acq0.meanAt(col(i)));
  let mi = 0;
  for (let i = 1; i < n; i++) if (means[i]! < means[mi]!) mi = i;
  const noisy = fit.hyperparameters.noise > 1e-3;
  const centre = noisy ? mi : bi;
  const best = noisy ? means[mi]! : y[bi]!;
  const rule = input.settings.acquisition ?? 'ei';
  const acq = new Acquisition(model, best, samples, rule, 2);
  // trust region
  const useTr = input.iteration % 2 === 0;
  const lo = new Float64Array(d),
    hi = new Float64Array(d).fill(1);
  let L = 0.8,
    succ = 0,
    fail = 0,
    b = Infinity;
  const failMax = Math.max(3, Math.ceil(d / 3));
  for (let i = 0; i < n; i++) {
    if (raw[i]! < b - 1e-3 * Math.abs(b) || b === Infinity) {
      succ++;
      fail = 0;
    } else {
      fail++;
      succ = 0;
    }
    if (raw[i]! < b) b = raw[i]!;
    if (fin[i]!.iteration <= n0) {
      succ = fail = 0;
      continue;
    }
    if (succ >= 2) {
      L = Math.min(1.6, L * 2);
      succ = 0;
    }
    if (fail >= failMax) {
      L /= 2;
      fail = 0;
    }
    if (L < 0.02) L = 0.8;
  }
  if (useTr) {
    const ls = fit.hyperparameters.lengths;
    let g = 0;
    for (let j = 0; j < d; j++) g += Math.log(Math.min(ls[j]!, 5)) / d;
    g = Math.exp(g);
    for (let j = 0; j < d; j++)
      if (!enc.nominal[j]) {
        const half = (0.5 * L * Math.min(ls[j]!, 5)) / g;
        const c = x[centre * d + j]!;
        lo[j] = Math.max(0, c - half);
        hi[j] = Math.min(1, c + half);
      }
  }
  // pool
  const pool: Float64Array[] = [];
  const G = 256;
  for (let s = 0; s < G; s++) {
    const u = sobolPoint(s, d, input.settings.seed * 31 + input.iteration, 'pool');
    for (let j = 0; j < d; j++) if (!enc.nominal[j]) u[j] = lo[j]! + (hi[j]! - lo[j]!) * u[j]!;
    const c = enc.fromCube(u);
    if (useTr) {
      const pk = Math.min(1, 20 / d);
      for (let j = 0; j < d; j++) if (enc.nominal[j] ? rng() < 0.7 : rng() > pk) c[j] = x[centre * d + j]!;
      enc.snap(c);
    }
    pool.push(c);
  }
  const order = Array.from({ length: n }, (_, i) => i)
    .sort((a, c) => raw[a]! - raw[c]! || a - c)
    .slice(0, 4);
  for (const i of order)
    for (let r = 0; r < 24; r++) {
      const c = col(i);
      const scale = [0.2, 0.05, 0.01][r % 3]!;
      const pk = r % 2 ? 1 : Math.max(2 / d, 0.2);
      for (let j = 0; j < d; j++) {
        if (rng() > pk) continue;
        if (enc.nominal[j]) {
          if (rng() < 0.3) c[j] = Math.floor(rng() * enc.choiceCounts[j]!);
        } else
          c[j] = Math.min(Math.max(c[j]! + scale * normalQuantile(rng() * 0.999998 + 1e-6), lo[j]!), hi[j]!);
      }
      pool.push(enc.snap(c));
    }
  const scored = pool.map((c) => ({ c, v: acq.value(c) })).sort((a, c) => c.v - a.v);
  const starts = scored.slice(0, 4).map((s) => s.c);
  starts.push(enc.snap(col(centre)));
  const finals = scored.slice(0, 8).map((s) => ({ ...s }));
  const steps = 30;
  for (const s0 of starts) {
    let c: Float64Array = s0.slice();
    let v = acq.value(c);
    for (let round = 0; round < (enc.allContinuous ? 1 : 2); round++) {
      const l = new Float64Array(d),
        h = new Float64Array(d);
      for (let j = 0; j < d; j++) {
        const move = !enc.nominal[j] && (enc.continuous[j] || round === 0);
        l[j] = move ? lo[j]! : c[j]!;
        h[j] = move ? hi[j]! : c[j]!;
        if (move && (c[j]! < l[j]! || c[j]! > h[j]!)) {
          l[j] = Math.min(l[j]!, c[j]!);
          h[j] = Math.max(h[j]!, c[j]!);
        }
      }
      const r = minimise(
        (z, g) => {
          const a = -acq.value(z, g);
          for (let j = 0; j < d; j++) g[j] = -g[j]!;
          return a;
        },
        c,
        l,
        h,
        steps,
        1e-5,
      );
      const sn = enc.snap(r.x.slice());
      const sv = acq.value(sn);
      if (sv > v) {
        c = sn;
        v = sv;
      }
      if (enc.allContinuous) break;
      // sweeps over discrete columns
      for (let j = 0; j < d; j++) {
        if (enc.continuous[j]) continue;
        const opts: number[] = [];
        if (enc.nominal[j]) {
          if (c[j]! < 0) continue;
          for (let k = 0; k < enc.choiceCounts[j]!; k++) opts.push(k);
        } else {
          for (const st of [-0.1, -0.03, 0.03, 0.1]) opts.push(c[j]! + st);
          const m = 1 / 20;
          opts.push(c[j]! - m, c[j]! + m);
        }
        for (const o of opts) {
          const t = c.slice();
          t[j] = o;
          enc.snap(t);
          const tv = acq.value(t);
          if (tv > v) {
            c = t;
            v = tv;
          }
        }
      }
    }
    finals.push({ c, v });
  }
  finals.sort((a, c) => c.v - a.v);
  for (const f of finals) {
    const params = enc.decode(f.c);
    if (!isTaken(input, params))
      return {
        kind: 'trial',
        params,
        reason: `${useTr ? 'trust region' : 'global'} EI ${f.v.toPrecision(3)} L ${L} noise ${fit.hyperparameters.noise.toPrecision(2)}`,
      };
  }
  const params = drawNew(input);
  return params ? { kind: 'trial', params, reason: 'nothing new near' } : { kind: 'exhausted' };
}
