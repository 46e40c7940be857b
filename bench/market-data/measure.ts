import { setTimeout } from 'node:timers/promises';

/** What a piece of work costs: CPU of all threads of this process, and time on the clock, milliseconds. */

export interface Figures {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** The memory of the run before is given back by threads of V8, whose time is not that of the run. */
const RELEASE_MS = 300;

export async function measure<T>(work: () => Promise<T>): Promise<Figures & { readonly result: T }> {
  globalThis.gc?.();
  await setTimeout(RELEASE_MS);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const result = await work();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1000, wallMs, result };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
