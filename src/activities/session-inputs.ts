import { ApplicationFailure, type Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { SessionInput } from '../workflows/messages.ts';

/**
 * What the sessions that a worker serves were started with, each read once per process and run from the first event of
 * the session's history: an activity's input names a spec by its hash and stays small.
 */
export class SessionInputs {
  readonly #known = new Map<string, { readonly runId: string; readonly input: Promise<SessionInput> }>();

  /** @throws a retryable error while the service is out of reach, a `DataMismatch` when the session's spec is another. */
  async get(
    client: Client,
    execution: { readonly workflowId: string; readonly runId: string },
    specHash: string,
  ): Promise<SessionInput> {
    // Limits are not part of the hash, so neither sessions nor a session's runs share.
    const { workflowId, runId } = execution;
    let known = this.#known.get(workflowId);
    if (known?.runId !== runId) {
      known = { runId, input: readSessionInput(client, execution) };
      this.#known.set(workflowId, known);
      known.input.catch(() => this.#known.delete(workflowId));
    }
    const found = await known.input;
    if (found.spec.specHash !== specHash) {
      this.#known.delete(workflowId);
      throw ApplicationFailure.nonRetryable(
        `Expected the session's spec ${specHash}, its history holds ${found.spec.specHash}`,
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
