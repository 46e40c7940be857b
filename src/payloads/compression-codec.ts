import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';

/**
 * Compresses what would else near Temporal's limit of 2 MB a payload: the state of a long session between its runs, and
 * what many scenarios were measured at. Anything smaller stays as readable in Temporal's Web UI as it was.
 */

/** An eighth of the limit. */
const LEAST_BYTES = 256 * 1024;
/** Digits of numbers hardly gain from more. */
const LEVEL = 1;
/** As Temporal's own codec for other languages names it. */
const ENCODING = Buffer.from('binary/zlib');

const PayloadMessage = proto.temporal.api.common.v1.Payload;
const compress = promisify<Uint8Array, { level: number }, Buffer>(deflate);
const decompress = promisify<Uint8Array, Buffer>(inflate);

export class CompressionCodec implements PayloadCodec {
  encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map(shrink));
  }

  decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map(restore));
  }
}

async function shrink(payload: Payload): Promise<Payload> {
  if ((payload.data?.length ?? 0) < LEAST_BYTES) return payload;
  const data = await compress(PayloadMessage.encode(payload).finish(), { level: LEVEL });
  return { metadata: { [METADATA_ENCODING_KEY]: ENCODING }, data };
}

async function restore(payload: Payload): Promise<Payload> {
  if (!ENCODING.equals(payload.metadata?.[METADATA_ENCODING_KEY] ?? new Uint8Array())) return payload;
  return PayloadMessage.decode(await decompress(payload.data ?? new Uint8Array()));
}
