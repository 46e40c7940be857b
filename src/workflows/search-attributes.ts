import { defineSearchAttributeKey, type SearchAttributeType } from '@temporalio/common';

/** The search attributes a session upserts: what the Web UI and `list` can filter on. Workflow-safe. */

export const SESSION_ATTRIBUTES = {
  session: defineSearchAttributeKey('ArbtuneSession', 'KEYWORD'),
  status: defineSearchAttributeKey('ArbtuneStatus', 'KEYWORD'),
  optimizer: defineSearchAttributeKey('ArbtuneOptimizer', 'KEYWORD'),
  mode: defineSearchAttributeKey('ArbtuneMode', 'KEYWORD'),
  /** Best value of the first objective, in its own direction. */
  best: defineSearchAttributeKey('ArbtuneBest', 'DOUBLE'),
  /** Trials that completed. */
  completed: defineSearchAttributeKey('ArbtuneCompleted', 'INT'),
} as const;

export interface NamedAttribute {
  readonly name: string;
  readonly type: SearchAttributeType;
}

/** The same as a list: what a server must have registered. */
export const REQUIRED_ATTRIBUTES: readonly NamedAttribute[] = Object.values(SESSION_ATTRIBUTES);
