import { ArbtuneError } from '../errors.ts';
import {
  type EngineOverrides,
  type EngineSettings,
  resolveEngineSettings,
} from '../paper-engine/settings.ts';

/** `tuning.engine` as the engine itself sees it: what goes beyond one key is checked there. */

/** The engine's settings, complete. `written` has passed the schema. */
export function engineSettings(written: object): EngineSettings {
  return resolveEngineSettings(written as EngineOverrides);
}

/** What the engine says against settings whose every key is right by itself. */
export function engineProblem(
  written: object,
): { readonly path: readonly string[]; readonly message: string } | undefined {
  try {
    engineSettings(written);
    return undefined;
  } catch (error) {
    if (!(error instanceof ArbtuneError)) throw error;
    const named = error.message.match(/\bengine(?:\.\w+)+/)?.[0] ?? 'engine';
    return { path: named.split('.'), message: error.message.replace(/^Expected/, 'expected') };
  }
}
