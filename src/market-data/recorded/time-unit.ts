import { type TimeUnit, UNITS } from './settings.ts';

/** Times of recordings, which come in four units and are all taken for microseconds here. */

const PER_UNIT: Readonly<Record<TimeUnit, number>> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };

/** Bitcoin's first block and the end of the century, microseconds: a recording's time lies between, in its right unit. */
const EARLIEST = Date.UTC(2009, 0, 3) * 1000;
export const LATEST = Date.UTC(2100, 0, 1) * 1000;

/** Whole microseconds. */
export function toMicroseconds(value: number, unit: TimeUnit): number {
  return Math.round(unit === 'ns' ? value / 1000 : value * PER_UNIT[unit]);
}

export function isPlausible(microseconds: number): boolean {
  return microseconds >= EARLIEST && microseconds < LATEST;
}

/** The one unit in which `value` lies between 2009 and 2100. */
export function unitOf(value: number): TimeUnit | undefined {
  return UNITS.find((unit) => isPlausible(toMicroseconds(value, unit)));
}
