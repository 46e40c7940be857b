import { contentHash } from './canonical.ts';
import type { SessionSpec } from './session-spec.ts';

/** What decides a session's results, as one value to hash and to compare. */

type Unhashed = Omit<SessionSpec, 'specHash' | 'dataHash'>;

/** Everything but what may change while a session runs. The space is a list: the order of its parameters counts. */
export function decidingPart(spec: Unhashed): Readonly<Record<string, unknown>> {
  const { name, fixed, optimizer, objective, scenarios, ordering, stopping, pruner, enqueue, engine } = spec;
  const space = Object.entries(spec.space);
  const prior = spec.prior?.trials;
  return {
    ...{ name, space, fixed, optimizer, objective, scenarios, ordering, stopping, pruner, enqueue, engine },
    prior,
  };
}

export function specHash(spec: Unhashed): string {
  return contentHash(decidingPart(spec));
}
