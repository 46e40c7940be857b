import { describeDifferences, diffSpecs } from '../config/diff-specs.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import { ArbtuneError } from '../errors.ts';

/** The refusal to join a session with another config or other data; names what differs. */
export function configConflict(sessionId: string, session: SessionSpec, asked: SessionSpec): ArbtuneError {
  const differences = describeDifferences(diffSpecs(session, asked), { a: 'the session', b: 'this config' });
  const hashes = `the session ${hashOf(session)}, this config ${hashOf(asked)}`;
  return new ArbtuneError(
    'conflict',
    `Session ${sessionId} has another config (${hashes}); use its own, or another session id. What differs:\n${differences}`,
  );
}

/** Enough of both to tell two apart; the whole ones are in the workflow's memo. */
function hashOf({ specHash, dataHash }: SessionSpec): string {
  return `${specHash.slice(0, 8)}/${dataHash.slice(0, 8)}`;
}
