import { ApplicationFailure, type Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { SessionSpec } from '../config/session-spec.ts';
import type { SessionInput } from '../workflows/messages.ts';

/**
 * The specs of the sessions that a worker serves, each read once per process from the first event of the session's
 * history: an activity's input names a spec by its hash and stays small.
 */
export class SessionSpecs {
  readonly #known = new Map<string, Promise<SessionSpec>>();

  /** @throws a retryable error while the service is out of reach, a `DataMismatch` when the session's spec is another. */
  async get(
    client: Client,
    execution: { readonly workflowId: string; readonly runId: string },
    specHash: string,
  ): Promise<SessionSpec> {
    let spec = this.#known.get(specHash);
    if (!spec) {
      spec = readSessionInput(client, execution).then((input) => input.spec);
      this.#known.set(specHash, spec);
      spec.catch(() => this.#known.delete(specHash));
    }
    const found = await spec;
    if (found.specHash !== specHash) {
      this.#known.delete(specHash);
      throw ApplicationFailure.nonRetryable(
        `Expected the session's spec ${specHash}, its history holds ${found.specHash}`,
        'DataMismatch',
      );
    }
    return found;
  }
}

/** What a session's run was started with, from the first event of its history. */
export async function readSessionInput(
  client: Client,
  execution: { readonly workflowId: string; readonly runId?: string },
): Promise<SessionInput> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution,
    maximumPageSize: 1,
  });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (!payload) throw new Error(`The history of ${execution.workflowId} has no first event`);
  const [decoded] = await decodePayloads(client, [payload]);
  return defaultPayloadConverter.fromPayload<SessionInput>(decoded ?? payload);
}

type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

/** Payload codecs (encryption) stand between history and the converter. */
async function decodePayloads(client: Client, payloads: Payload[]): Promise<Payload[]> {
  let decoded = payloads;
  for (const codec of [...client.options.loadedDataConverter.payloadCodecs].reverse()) {
    decoded = await codec.decode(decoded);
  }
  return decoded;
}
