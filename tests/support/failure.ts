import { expect } from 'vitest';
import { ArbtuneError } from '../../src/errors.ts';

/** The error that something ends with, which must be one that users are told of. */
export async function failure(doing: Promise<unknown>): Promise<ArbtuneError> {
  const error = await doing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ArbtuneError);
  return error as ArbtuneError;
}
