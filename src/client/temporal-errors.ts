import {
  isGrpcServiceError,
  ServiceError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { ArbtuneError } from '../errors.ts';
import { isRefused } from '../workflows/ask-again.ts';

/** Temporal's errors in the words of arbtune's users. */

/** gRPC status codes, as the service sends them. */
const GRPC_DEADLINE_EXCEEDED = 4;
/** What a deadline is when this side counts it first. */
const GRPC_CANCELLED = 1;
const GRPC_UNAVAILABLE = 14;
const UNAVAILABLE: readonly number[] = [GRPC_CANCELLED, GRPC_DEADLINE_EXCEEDED, GRPC_UNAVAILABLE];

export function isUnavailable(error: unknown): boolean {
  if (isRefused(error)) return true;
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && UNAVAILABLE.includes(cause.code);
}

/** The application failure that an update or a workflow ended with, if one did. */
export function applicationFailure(error: unknown): ApplicationFailure | undefined {
  const cause =
    error instanceof WorkflowUpdateFailedError || error instanceof WorkflowFailedError ? error.cause : error;
  return cause instanceof ApplicationFailure ? cause : undefined;
}

export function isCancelled(error: unknown): boolean {
  return error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure;
}

/** A refused order to a session as a conflict, an unreachable service as such; anything else as it is. */
export function toArbtuneError(error: unknown, address: string): unknown {
  if (error instanceof ArbtuneError) return error;
  if (isUnavailable(error)) {
    return new ArbtuneError(
      'unreachable',
      `The Temporal service at ${address} does not answer; check that it runs and that the address is right`,
      { cause: error },
    );
  }
  const failure = applicationFailure(error);
  if (failure?.type === 'SessionOver' || failure?.type === 'ConfigDiffers') {
    return new ArbtuneError('conflict', failure.message, { cause: error });
  }
  if (failure?.type === 'TooManyTrials') return new ArbtuneError('input', failure.message, { cause: error });
  if (failure?.type === 'SessionFailed') {
    return new ArbtuneError('session-failed', failure.message, { cause: error });
  }
  return error;
}
