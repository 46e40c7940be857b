/**
 * exp, log and the normal distribution from additions, multiplications, divisions and square roots alone, which
 * IEEE 754 fixes to the bit. ECMAScript leaves Math.exp, Math.log and their kin to the engine: with these an ask
 * gives the same bits on every machine.
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);
asDouble[0] = 1;
/** Which of the two words of a double holds its sign and exponent on this machine. */
const HIGH_WORD = asWords[1] === 0x3ff00000 ? 1 : 0;

/** 2^k for an integer k in [-1022, 1023], at [k + 1022]. */
const POWERS_OF_TWO = new Float64Array(2046);
POWERS_OF_TWO[1022] = 1;
for (let k = 1; k <= 1023; k++) POWERS_OF_TWO[1022 + k] = POWERS_OF_TWO[1021 + k]! * 2;
for (let k = 1; k <= 1022; k++) POWERS_OF_TWO[1022 - k] = POWERS_OF_TWO[1023 - k]! / 2;

const powerOfTwo = (k: number): number => POWERS_OF_TWO[k + 1022]!;

/** e^x to within 1 ulp. Reduction by ln 2 and the rational form of fdlibm's `__ieee754_exp`. */
export function exp(x: number): number {
  if (x > 709.782712893384) return Number.isNaN(x) ? x : Number.POSITIVE_INFINITY;
  if (!(x > -745.1332191019412)) return Number.isNaN(x) ? x : 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (0.00006613756321437934 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k > 1022) return y * 2 * powerOfTwo(k - 1);
  if (k >= -1022) return y * powerOfTwo(k);
  return y * powerOfTwo(k + 1000) * powerOfTwo(-1000);
}

/** Natural logarithm to within 1 ulp; -Infinity at 0, NaN below. The series of fdlibm's `__ieee754_log`. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let k = 0;
  let mantissa = x;
  if (x < 2.2250738585072014e-308) {
    mantissa *= 18014398509481984;
    k = -54;
  }
  asDouble[0] = mantissa;
  const high = asWords[HIGH_WORD]!;
  k += (high >>> 20) - 1023;
  asWords[HIGH_WORD] = (high & 0xfffff) | 0x3ff00000;
  let m = asDouble[0];
  if (m > Math.SQRT2) {
    m *= 0.5;
    k += 1;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const r =
    z *
    (0.6666666666666735 +
      z *
        (0.3999999999940942 +
          z *
            (0.2857142874366239 +
              z *
                (0.22222198432149784 +
                  z * (0.1818357216161805 + z * (0.15313837699209373 + z * 0.14798198605116586))))));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
}

const LOG_SQRT_2PI = 0.9189385332046727;

export const logNormalPdf = (z: number): number => -0.5 * z * z - LOG_SQRT_2PI;

export const normalPdf = (z: number): number => exp(logNormalPdf(z));

/**
 * Mills' ratio (1 - Phi(x)) / phi(x) for x >= 0. Below 4 the power series of (Phi(x) - 1/2) / phi(x) would lose
 * digits to cancellation, so all of it is the continued fraction 1/(x + 1/(x + 2/(x + …))), evaluated backwards
 * with as many levels as 1e-14 needs.
 */
function millsRatio(x: number): number {
  if (x < 2) {
    // (Phi(x) - 1/2) / phi(x) = x + x^3/3 + x^5/15 + …, all terms positive; cancellation costs at most two digits.
    let term = x;
    let sum = x;
    for (let n = 3; term > sum * 1e-17; n += 2) {
      term *= (x * x) / n;
      sum += term;
    }
    return exp(0.5 * x * x + LOG_SQRT_2PI) * 0.5 - sum;
  }
  const levels = Math.ceil(20 + 320 / (x * x));
  let tail = x;
  for (let n = levels; n >= 1; n--) tail = x + n / tail;
  return 1 / tail;
}

/** Standard normal distribution function, relative error below 1e-12 in both tails. */
export function normalCdf(z: number): number {
  return z > 0 ? 1 - millsRatio(z) * normalPdf(z) : millsRatio(-z) * normalPdf(z);
}

/** log Phi(z), without underflow: finite for every finite z. */
export function logNormalCdf(z: number): number {
  if (z > 0) return log1p(-millsRatio(z) * normalPdf(z));
  return -0.5 * z * z - LOG_SQRT_2PI + log(millsRatio(-z));
}

/** log(1 + x) for x > -1, exact to rounding also near 0 (Kahan's correction of log). */
export function log1p(x: number): number {
  const u = 1 + x;
  return u === 1 ? x : (log(u) * x) / (u - 1);
}

/**
 * Logarithm of h(z) = phi(z) + z Phi(z), the expected improvement of a standard normal over -z; finite for
 * every finite z. For z < -1 from h = phi(z) (1 - |z| M(|z|)) with Mills' ratio M, and far out from its
 * asymptotic series.
 */
export function logExpectedExcess(z: number): number {
  if (z > -1) return log(normalPdf(z) + z * normalCdf(z));
  const x = -z;
  if (x < 30) return -0.5 * x * x - LOG_SQRT_2PI + log(1 - x * millsRatio(x));
  const w = 1 / (x * x);
  return -0.5 * x * x - LOG_SQRT_2PI + log(w * (1 - w * (3 - w * (15 - 105 * w))));
}

/** d/dz of logExpectedExcess: Phi(z) / h(z). */
export function logExpectedExcessSlope(z: number): number {
  if (z > -1) return normalCdf(z) / (normalPdf(z) + z * normalCdf(z));
  const x = -z;
  if (x >= 30) return x + 2 / x;
  const mills = millsRatio(x);
  return mills / (1 - x * mills);
}

/** Inverse of the normal distribution function, 0 < p < 1; Wichura's algorithm AS 241 (PPND16). */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return q * ratio(r, CENTRE_A, CENTRE_B);
  }
  const r = Math.sqrt(-log(q < 0 ? p : 1 - p));
  const tail = r <= 5 ? ratio(r - 1.6, MIDDLE_A, MIDDLE_B) : ratio(r - 5, FAR_A, FAR_B);
  return q < 0 ? -tail : tail;
}

function ratio(r: number, numerator: readonly number[], denominator: readonly number[]): number {
  let a = 0;
  let b = 0;
  for (let i = numerator.length - 1; i >= 0; i--) {
    a = a * r + numerator[i]!;
    b = b * r + denominator[i]!;
  }
  return a / b;
}

// biome-ignore format: tables of coefficients, lowest power first
const CENTRE_A = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946,
  45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227,
];
// biome-ignore format: as above
const CENTRE_B = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751,
  21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854,
];
// biome-ignore format: as above
const MIDDLE_A = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045,
  1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
];
// biome-ignore format: as above
const MIDDLE_B = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851,
  0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
];
// biome-ignore format: as above
const FAR_A = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
  0.026532189526576124, 0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
];
// biome-ignore format: as above
const FAR_B = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615,
  0.0007868691311456133, 0.000018463183175100548, 1.421511758316446e-7, 2.0442631033899397e-15,
];
