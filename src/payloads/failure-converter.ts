import { DefaultFailureConverter } from '@temporalio/common';

/** Failures with message and stack inside a payload, where the codec encrypts them. Loaded by Temporal, by its path. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
