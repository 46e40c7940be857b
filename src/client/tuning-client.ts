import {
  Client,
  Connection,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { SessionSpec } from '../config/session-spec.ts';
import type { ConnectionSettings } from '../embedded/configured-server.ts';
import { ArbtuneError } from '../errors.ts';
import { dataConverter } from '../payloads/data-converter.ts';
import type { CodecKey } from '../payloads/keys.ts';
import type { Params } from '../search-space/space.ts';
import { askAgain } from '../workflows/ask-again.ts';
import * as messages from '../workflows/messages.ts';
import { workflowIdOf } from '../workflows/names.ts';
import { endedAs } from './ended-as.ts';
import { listExecutions, type SessionExecution } from './list-executions.ts';
import { lastPoll } from './session-troubles.ts';
import {
  ANSWER_TIMEOUT_MS,
  noWorkerAnswers,
  type StartedSession,
  type StartOptions,
  startSession,
} from './start-session.ts';
import { isCancelled, isUnavailable, toArbtuneError } from './temporal-errors.ts';
import { unknownSession } from './unknown-session.ts';

/** Everything a client says to sessions: start, join, follow, steer. The CLI and client scripts stand on this alone. */

export interface TuningClientOptions {
  readonly server: {
    readonly connection: ConnectionSettings;
    readonly namespace: string;
    readonly address: string;
  };
  /** Names a deployment; default `local`. */
  readonly env: string;
  readonly mode: string;
  /** What sessions are encrypted with; default: nothing. */
  readonly codecKeys?: readonly CodecKey[];
}

type SessionHandle = WorkflowHandle<(input: messages.SessionInput) => Promise<messages.SessionResult>>;

/**
 * For an order: one that a worker took and lost, as a slow machine may have it, is offered to a worker again only after
 * Temporal's 10 s for a workflow task, and an order that was not answered may have been carried out all the same.
 */
const ORDER_TIMEOUT_MS = 25_000;

/** gRPC's own limit of 4 MB on what is received would make long histories unreadable. */
const UNLIMITED_MESSAGES = { 'grpc.max_receive_message_length': -1 };

export class TuningClient {
  readonly #client: Client;
  readonly #options: TuningClientOptions;

  private constructor(client: Client, options: TuningClientOptions) {
    this.#client = client;
    this.#options = options;
  }

  static async connect(options: TuningClientOptions): Promise<TuningClient> {
    const connection = await Connection.connect({
      ...options.server.connection,
      channelArgs: UNLIMITED_MESSAGES,
    });
    const { server, codecKeys = [] } = options;
    const client = new Client({
      connection,
      namespace: server.namespace,
      dataConverter: dataConverter(codecKeys),
    });
    return new TuningClient(client, options);
  }

  /** Temporal's own client, for what is not wrapped here (histories, visibility). */
  get temporal(): Client {
    return this.#client;
  }

  /**
   * Starts the session, or joins it when it runs: then it gets `spec.maxIterations` more trials.
   *
   * @throws ArbtuneError `conflict` when it runs with another config, or has ended (see `resume`)
   */
  async start(spec: SessionSpec, options: StartOptions): Promise<StartedSession> {
    return await this.#ask(() => startSession(this.#client, this.#options, spec, options));
  }

  /**
   * Resolves when the session has ended; follows it through continue-as-new. Abort it before the client is closed: a
   * call that is still being tried again then would fail where nobody can catch it.
   */
  async wait(
    sessionId: string,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<messages.SessionResult> {
    // The SDK hears of an abort only, not of one that was.
    signal.throwIfAborted();
    try {
      return await this.#ask(() =>
        this.#client.withAbortSignal(signal, () => this.#handle(sessionId).result()),
      );
    } catch (error) {
      if (isCancelled(error)) throw new ArbtuneError('session-failed', `Session ${sessionId} was cancelled`);
      if (error instanceof ArbtuneError && error.kind === 'session-failed') {
        throw new ArbtuneError('session-failed', `Session ${sessionId} failed: ${error.message}`, {
          cause: error,
        });
      }
      if (error instanceof WorkflowFailedError) {
        const reason = error.cause?.message ?? error.message;
        throw new ArbtuneError('session-failed', `Session ${sessionId} failed: ${reason}`, { cause: error });
      }
      throw error;
    }
  }

  /** @throws ArbtuneError `unreachable` when no worker answers within 10 s */
  async status(sessionId: string): Promise<messages.SessionStatus> {
    return await this.#told(sessionId, (handle) => handle.query(messages.statusQuery));
  }

  async trials(sessionId: string, from: number, limit: number): Promise<messages.ListedTrial[]> {
    return await this.#told(sessionId, (handle) => handle.query(messages.trialsQuery, from, limit));
  }

  async pause(sessionId: string): Promise<messages.SessionStatus> {
    return await this.#ordered(sessionId, (handle) => handle.executeUpdate(messages.pauseUpdate));
  }

  async unpause(sessionId: string): Promise<messages.SessionStatus> {
    return await this.#ordered(sessionId, (handle) => handle.executeUpdate(messages.unpauseUpdate));
  }

  /** Running trials finish, then the session is analysed and ends. */
  async stop(sessionId: string): Promise<messages.SessionStatus> {
    return await this.#ordered(sessionId, (handle) => handle.executeUpdate(messages.stopUpdate));
  }

  async extend(
    sessionId: string,
    more: { iterations?: number; parallelism?: number; enqueue?: readonly Params[] },
  ): Promise<messages.SessionStatus> {
    const request = { iterations: 0, enqueue: [], ...more };
    return await this.#ordered(sessionId, (handle) =>
      handle.executeUpdate(messages.extendUpdate, { args: [request] }),
    );
  }

  /** Tells the session that a worker serves it alone; told again, it does no harm. */
  async serve(sessionId: string, workerId: string): Promise<void> {
    await this.#answered(sessionId, ANSWER_TIMEOUT_MS, (handle) =>
      handle.executeUpdate(messages.serveUpdate, { args: [{ workerId }] }),
    );
  }

  /** At once: running trials are let go, nothing is analysed. */
  async cancel(sessionId: string): Promise<void> {
    await this.#ask(() => this.#handle(sessionId).cancel(), sessionId);
  }

  /** Without asking a worker; undefined when Temporal does not know the session. */
  async describe(sessionId: string): Promise<WorkflowExecutionDescription | undefined> {
    try {
      return await this.#ask(() => this.#handle(sessionId).describe());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  /** The sessions of this environment and mode that Temporal knows, newest first. */
  async list(): Promise<SessionExecution[]> {
    return await this.#ask(() => listExecutions(this.#client, this.#options));
  }

  async close(): Promise<void> {
    await this.#client.connection.close();
  }

  #handle(
    sessionId: string,
  ): WorkflowHandle<(input: messages.SessionInput) => Promise<messages.SessionResult>> {
    const { env, mode } = this.#options;
    return this.#client.workflow.getHandle(workflowIdOf({ env, mode, sessionId }));
  }

  /** The answer to a question, which changes nothing. */
  async #told<T>(sessionId: string, ask: (handle: SessionHandle) => Promise<T>): Promise<T> {
    return await this.#answered(sessionId, ANSWER_TIMEOUT_MS, (handle) =>
      askAgain(this.#client, ANSWER_TIMEOUT_MS, () => ask(handle)),
    );
  }

  /** The answer to an order, which is given once. */
  async #ordered<T>(sessionId: string, give: (handle: SessionHandle) => Promise<T>): Promise<T> {
    return await this.#answered(sessionId, await this.#patience(), give);
  }

  /** Milliseconds that an order is given to be answered in: where nobody polls, it needs no retry's time. */
  async #patience(): Promise<number> {
    const { env, mode } = this.#options;
    const { isOld } = await this.#ask(() => lastPoll({ client: this, env, mode }));
    return isOld ? ANSWER_TIMEOUT_MS : ORDER_TIMEOUT_MS;
  }

  async #answered<T>(
    sessionId: string,
    withinMs: number,
    ask: (handle: SessionHandle) => Promise<T>,
  ): Promise<T> {
    return await this.#ask(async () => {
      try {
        return await this.#client.withDeadline(Date.now() + withinMs, () => ask(this.#handle(sessionId)));
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        // The service may be well, and only the session's workers gone: then it can tell of the session.
        await this.#handle(sessionId).describe();
        throw noWorkerAnswers(sessionId, withinMs, error);
      }
    }, sessionId);
  }

  async #ask<T>(ask: () => Promise<T>, sessionId?: string): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (sessionId !== undefined && error instanceof WorkflowNotFoundError) {
        throw await this.#notRunning(sessionId, error);
      }
      throw toArbtuneError(error, this.#options.server.address);
    }
  }

  /** Why an order found no session to take it. */
  async #notRunning(sessionId: string, cause: unknown): Promise<ArbtuneError> {
    const ended = await this.describe(sessionId);
    if (!ended) {
      const known = (await this.list()).map((session) => session.sessionId);
      return unknownSession(sessionId, this.#where(), known, { cause });
    }
    return new ArbtuneError(
      'conflict',
      `Session "${sessionId}" has ended (${endedAs(ended)}) and takes no more orders; go on with it by \`arbtune resume ${sessionId}\``,
      { cause },
    );
  }

  #where(): string {
    return `env ${this.#options.env}, mode ${this.#options.mode}`;
  }
}
