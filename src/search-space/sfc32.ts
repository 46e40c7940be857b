/**
 * The small fast counter generator sfc32, seeded by three words of 32 bits: of integer operations alone, so that a seed
 * gives the same numbers on every machine. Each call gives the next 32 bits; the first ones still show the seed and are
 * left out.
 */
export function sfc32(seed: readonly [number, number, number], leftOut: number): () => number {
  let [a, b, c] = seed;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < leftOut; i++) next();
  return next;
}
