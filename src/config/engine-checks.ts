import { ArbtuneError } from '../errors.ts';
import {
  type EngineOverrides,
  type EngineSettings,
  resolveEngineSettings,
} from '../paper-engine/settings.ts';
import type { Findings } from './findings.ts';
import { isMapping, isNumber, tidy } from './written.ts';

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

/** Fees of a venue below this many basis points are seldom; 0.1 is what someone writes who thinks in per cent. */
const LEAST_LIKELY_FEE_BPS = 1;

/** Fees that look as if they were written in per cent. */
export function checkFeeUnits(written: unknown, findings: Findings): void {
  if (!isMapping(written)) return;
  for (const venue of ['upbit', 'binance']) {
    const settings = written[venue];
    const fee = isMapping(settings) ? settings.taker_fee_bps : undefined;
    if (!isNumber(fee) || fee <= 0 || fee >= LEAST_LIKELY_FEE_BPS) continue;
    findings.add({
      path: ['tuning', 'engine', venue, 'taker_fee_bps'],
      code: 'SUSPICIOUS',
      message: `a fee of ${fee} bps is ${tidy(fee / 100)} %; ${fee} looks like per cent`,
      hint: `Did you mean ${tidy(fee * 100)}?`,
      severity: 'warning',
    });
  }
}
