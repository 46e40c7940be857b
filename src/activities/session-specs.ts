import { ApplicationFailure, type Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { SessionSpec } from '../config/session-spec.ts';
import type { SessionInput } from '../workflows/messages.ts';

/**
 * The specs of the sessions that a worker serves, each read once per process and run from the first event of the session's
 * history: an activity's input names a spec by its hash and stays small.
 */
export class SessionSpecs {
  readonly #known = new Map<string, { readonly runId: string; readonly spec: Promise<SessionSpec> }>();

  /** @throws a retryable error while the service is out of reach, a `DataMismatch` when the session's spec is another. */
  async get(
    client: Client,
    execution: { readonly workflowId: string; readonly runId: string },
    specHash: string,
  ): Promise<SessionSpec> {
    // Limits are not part of the hash, so neither sessions nor a session's runs share.
    const { workflowId, runId } = execution;
    let known = this.#known.get(workflowId);
    if (known?.runId !== runId) {
      known = { runId, spec: readSessionInput(client, execution).then((input) => input.spec) };
      this.#known.set(workflowId, known);
      known.spec.catch(() => this.#known.delete(workflowId));
    }
    const found = await known.spec;
    if (found.specHash !== specHash) {
      this.#known.delete(workflowId);
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
  const input = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input;
  if (!input) throw new Error(`The history of ${execution.workflowId} has no first event`);
  return await decodeArgument<SessionInput>(client, input);
}

type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

/** The first argument of a call as history holds it, through the payload codecs (encryption) of the client. */
export async function decodeArgument<T>(
  client: Client,
  input: { readonly payloads?: Payload[] | null },
): Promise<T> {
  let payloads = (input.payloads ?? []).slice(0, 1);
  for (const codec of [...client.options.loadedDataConverter.payloadCodecs].reverse()) {
    payloads = await codec.decode(payloads);
  }
  const [payload] = payloads;
  if (!payload) throw new Error('Expected a call with one argument, its history holds none');
  return defaultPayloadConverter.fromPayload<T>(payload);
}
