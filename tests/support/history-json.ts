import proto, { type temporal } from '@temporalio/proto';

/** Workflow histories as JSON files: the protocol's messages with enums by name and bytes in base64. */

const { History } = proto.temporal.api.history.v1;
export type WorkflowHistory = temporal.api.history.v1.IHistory;

export function historyToJson(history: WorkflowHistory): string {
  const plain = History.toObject(History.fromObject(history), {
    longs: String,
    enums: String,
    bytes: String,
  });
  // Where the recording machine kept its files is no part of a history's meaning.
  const withoutStacks = (key: string, value: unknown) => (key === 'stackTrace' ? '' : value);
  return `${JSON.stringify(plain, withoutStacks, 1)}\n`;
}

export function historyFromJson(text: string): WorkflowHistory {
  return History.fromObject(JSON.parse(text));
}
