import { unpackPrior } from '../config/prior-trials.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import type { ProposeInput } from './activities.ts';

/** What every ask of a session shares. */
export function askSettings(
  spec: SessionSpec,
): Pick<ProposeInput, 'space' | 'settings' | 'prior' | 'expectedRegret'> {
  const { space, optimizer: settings, stopping } = spec;
  const { expectedRegret } = stopping;
  return {
    ...{ space, settings, prior: unpackPrior(spec) },
    ...(expectedRegret === undefined ? {} : { expectedRegret }),
  };
}
