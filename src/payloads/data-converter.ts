import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { ArbtuneError } from '../errors.ts';
import { CompressionCodec } from './compression-codec.ts';
import type { CodecKey } from './keys.ts';
import { EncryptionCodec } from './payload-codec.ts';

/** How clients and workers write to Temporal and read from it: small enough, and under the same keys, failures included. */

/** For the worker's bundle of the workflow, which converts its failures itself. */
export const FAILURE_CONVERTER = fileURLToPath(new URL('failure-converter.ts', import.meta.url));

export function dataConverter(
  keys: readonly CodecKey[],
  onUnreadable?: (error: ArbtuneError) => void,
): DataConverter {
  return {
    // What is encrypted can be compressed no more.
    payloadCodecs: [new CompressionCodec(), new EncryptionCodec(keys, onUnreadable)],
    ...(keys.length > 0 ? { failureConverterPath: FAILURE_CONVERTER } : {}),
  };
}
