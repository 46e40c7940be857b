/** Helpers for data as it was written, before any schema has had its say. */

export type Written = Readonly<Record<string, unknown>>;

/** Without the last bits of a binary fraction: 0.30000000000000004 reads 0.3. */
export function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

export function isMapping(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
