import { STRATEGY_PARAMS } from '../paper-engine/params.ts';
import type { Findings } from './findings.ts';
import { isMapping, isNumber, tidy } from './written.ts';
import type { DataPath } from './yaml-source.ts';

/** Values that are allowed and yet look as if they were written in the other unit: per cent for basis points, or the reverse. */

/** Fees are 1 to 100 basis points; 0.1 is what someone writes who thinks in per cent, 500 who counts in hundredths of them. */
const LIKELY_FEE_BPS = { least: 1, most: 100 };

/** No two venues stand this far apart for long, per cent: 5 is what someone writes who thinks in basis points. */
const UNLIKELY_SPREAD_PCT = 2;

export function checkFeeUnits(engine: unknown, findings: Findings): void {
  if (!isMapping(engine)) return;
  for (const venue of ['upbit', 'binance']) {
    const settings = engine[venue];
    const fee = isMapping(settings) ? settings.taker_fee_bps : undefined;
    if (!isNumber(fee) || fee <= 0) continue;
    const path = ['tuning', 'engine', venue, 'taker_fee_bps'];
    if (fee < LIKELY_FEE_BPS.least) warn(path, `a fee of ${fee} bps is`, fee, findings);
    if (fee > LIKELY_FEE_BPS.most) {
      const message = `a fee of ${fee} bps is ${tidy(fee / 100)} %, more than venues take`;
      const hint = `Did you mean ${tidy(fee / 100)}?`;
      findings.add({ path, code: 'SUSPICIOUS', message, hint, severity: 'warning' });
    }
  }
}

/** Strategy parameters by name: a value, or `bounds` to search between. */
export function checkParamUnits(params: unknown, path: DataPath, findings: Findings): void {
  if (!isMapping(params)) return;
  for (const [name, written] of Object.entries(params)) {
    const range = isMapping(written) ? written.bounds : [written, written];
    if (!Array.isArray(range) || !range.every(isNumber)) continue;
    const [low = 0, high = 0] = range;
    const at = isMapping(written) ? [...path, name, 'bounds'] : [...path, name];
    if (unitOf(name) === 'bps' && high > 0 && high < 1) warn(at, `${high} bps is`, high, findings);
    if (name === 'min_spread_pct' && low >= UNLIKELY_SPREAD_PCT) {
      const message = `a spread of ${low} % is ${tidy(low * 100)} bps; ${low} looks like basis points`;
      const hint = `Did you mean ${tidy(low / 100)}?`;
      findings.add({ path: at, code: 'SUSPICIOUS', message, hint, severity: 'warning' });
    }
  }
}

function unitOf(name: string): string | undefined {
  return Object.hasOwn(STRATEGY_PARAMS, name)
    ? STRATEGY_PARAMS[name as keyof typeof STRATEGY_PARAMS].unit
    : undefined;
}

/** Basis points that look like per cent. */
function warn(path: DataPath, what: string, bps: number, findings: Findings): void {
  const message = `${what} ${tidy(bps / 100)} %; ${bps} looks like per cent`;
  const hint = `Did you mean ${tidy(bps * 100)}?`;
  findings.add({ path, code: 'SUSPICIOUS', message, hint, severity: 'warning' });
}
