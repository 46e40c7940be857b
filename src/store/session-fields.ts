import type { SessionRecord } from './result-store.ts';

/** A session's record as the flat text fields of a Redis hash. */

export function encodeSession(record: SessionRecord): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([field, value]) => [field, String(value)]));
}

/** Undefined when there is no such session. */
export function decodeSession(fields: Readonly<Record<string, string>>): SessionRecord | undefined {
  const { session_id } = fields;
  if (session_id === undefined) return undefined;
  return {
    session_id,
    workflow_id: fields.workflow_id ?? '',
    run_id: fields.run_id ?? '',
    status: fields.status ?? '',
    created_at: fields.created_at ?? '',
    updated_at: fields.updated_at ?? '',
    optimizer: fields.optimizer ?? '',
    iterations: Number(fields.iterations ?? 0),
    completed: Number(fields.completed ?? 0),
    ...(fields.pruned === undefined ? {} : { pruned: Number(fields.pruned) }),
    failed: Number(fields.failed ?? 0),
    ...(fields.orders === undefined ? {} : { orders: fields.orders }),
    ...(fields.data_root === undefined ? {} : { data_root: fields.data_root }),
    spec: fields.spec ?? '',
  };
}
