import type { Context } from '@temporalio/activity';
import type { SessionSpec } from '../config/session-spec.ts';
import { rivalsAPage } from '../workflows/capacity.ts';
import { rivalsQuery } from '../workflows/messages.ts';
import type { Rival } from './activities.ts';
import { askSession } from './session-of.ts';

/** The trials that a pruner may judge by, asked for page by page: of many scenarios they are more than one answer holds. */
export async function allRivals(context: Context, spec: SessionSpec, leaving: AbortSignal): Promise<Rival[]> {
  const rivals: Rival[] = [];
  const most = rivalsAPage(spec);
  for (;;) {
    const last = rivals.at(-1)?.iteration ?? 0;
    const page = await askSession(context, leaving, (session) => session.query(rivalsQuery, last));
    rivals.push(...page);
    if (page.length !== most) return rivals;
  }
}
