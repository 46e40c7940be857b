import type { RandomStream } from '../../src/search-space/random-stream.ts';
import type { Machine, StackKind } from './machine.ts';

/** Something that breaks under a running session, as data and the function that breaks it. */

export interface Fault {
  readonly name: string;
  /** For people, one line. */
  readonly what: string;
  /** The stacks it can happen on. */
  readonly stacks: readonly StackKind[];
  /** How long it lasts, milliseconds; absent: nothing mends it, and what is left goes on. */
  readonly lasts?: readonly [least: number, most: number];
  /** Lasts, and the session is to go on all the same: the time to go on counts from the fault. */
  readonly isBypassed?: true;
  /** Why this machine cannot have it; absent or undefined: it can. */
  readonly impossible?: (machine: Machine) => string | undefined;
  /** Breaks it; the result mends it. */
  inject(machine: Machine, random: RandomStream, sessionId: string): Promise<Heal>;
}

export type Heal = () => Promise<unknown>;

/** Of a fault that nothing mends. */
export const nothing: Heal = async () => {};

/** Keeps the session from ending while something is made ready that takes longer than a trial. */
export async function whilePaused<T>(
  { client }: Machine,
  sessionId: string,
  work: () => Promise<T>,
): Promise<T> {
  await client.pause(sessionId);
  const result = await work();
  await client.unpause(sessionId);
  return result;
}
