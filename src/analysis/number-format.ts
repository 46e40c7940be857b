/** Numbers for people. What must read back exactly (CSV, JSON) never goes through here. */

const SIGNIFICANT_DIGITS = 6;
/** Below this a plain decimal is mostly zeros. */
const SMALLEST_PLAIN = 1e-4;
/** From here on the digits are no longer counted by eye. */
const LARGEST_PLAIN = 1e15;

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const PLAIN = new Intl.NumberFormat('en-US', { maximumSignificantDigits: SIGNIFICANT_DIGITS });

/** Six significant digits, thousands separated; a whole number keeps all of its digits. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return String(value);
  if (size !== 0 && (size < SMALLEST_PLAIN || size >= LARGEST_PLAIN)) {
    return value.toExponential(SIGNIFICANT_DIGITS - 1).replace(/\.?0+e/, 'e');
  }
  const digits = Number.isInteger(value) || size >= 10 ** SIGNIFICANT_DIGITS ? WHOLE : PLAIN;
  return digits.format(value === 0 ? 0 : value);
}
