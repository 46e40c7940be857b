import type { WorkflowExecutionDescription } from '@temporalio/client';
import { SESSION_ATTRIBUTES } from '../workflows/search-attributes.ts';

/** Phases of a session that has not said how it ended. */
export const UNENDED: readonly string[] = ['running', 'paused', 'stopping'];

/** How a session that has ended did so: by its own word, else by Temporal's. */
export function endedAs({ status, typedSearchAttributes }: WorkflowExecutionDescription): string {
  const said = typedSearchAttributes.get(SESSION_ATTRIBUTES.status);
  return said === undefined || UNENDED.includes(said) ? status.name.toLowerCase() : said;
}
