import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { ArbtuneError } from '../errors.ts';
import type { CodecKey } from './keys.ts';
import { EncryptionCodec } from './payload-codec.ts';

/** How clients and workers write to Temporal and read from it: the same keys for both, and for what fails. */

/** For the worker's bundle of the workflow, which converts its failures itself. */
export const FAILURE_CONVERTER = fileURLToPath(new URL('failure-converter.ts', import.meta.url));

export function dataConverter(
  keys: readonly CodecKey[],
  onUnreadable?: (error: ArbtuneError) => void,
): DataConverter {
  return {
    payloadCodecs: [new EncryptionCodec(keys, onUnreadable)],
    ...(keys.length > 0 ? { failureConverterPath: FAILURE_CONVERTER } : {}),
  };
}
