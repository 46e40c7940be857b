import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { ArbtuneError } from '../errors.ts';
import type { CodecKey } from './keys.ts';

/**
 * Encrypts what a session's history holds, by AES-256-GCM, and reads it again. Without a key it lets everything pass, and
 * says one sentence where it meets something that is encrypted.
 */

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Metadata as other codecs for Temporal name it too. */
const ENCODING = Buffer.from('binary/encrypted');
const KEY_ID = 'encryption-key-id';

const PayloadMessage = proto.temporal.api.common.v1.Payload;

export class EncryptionCodec implements PayloadCodec {
  readonly #keys: readonly CodecKey[];
  readonly #onUnreadable: (error: ArbtuneError) => void;

  /**
   * @param keys the first encrypts; all read
   * @param onUnreadable told of what cannot be read, before the error is thrown
   */
  constructor(keys: readonly CodecKey[], onUnreadable: (error: ArbtuneError) => void = () => {}) {
    this.#keys = keys;
    this.#onUnreadable = onUnreadable;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const [key] = this.#keys;
    return key ? payloads.map((payload) => encrypt(payload, key)) : payloads;
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => (isEncrypted(payload) ? this.#decrypt(payload) : payload));
  }

  #decrypt(payload: Payload): Payload {
    const id = Buffer.from(payload.metadata?.[KEY_ID] ?? []).toString();
    const key = this.#keys.find((known) => known.id === id);
    if (!key) throw this.#unreadable(`This session is encrypted with key ${id}, which is not at hand here`);
    try {
      return decrypt(payload, key);
    } catch (error) {
      throw this.#unreadable(`What is stored of this session under key ${id} has been changed`, error);
    }
  }

  #unreadable(what: string, cause?: unknown): ArbtuneError {
    const remedy = 'give this process the keys of the others by ARBTUNE_CODEC_KEY or ARBTUNE_CODEC_KEY_FILE';
    const error = new ArbtuneError('input', `${what}; ${remedy}`, { cause });
    this.#onUnreadable(error);
    return error;
  }
}

function isEncrypted({ metadata }: Payload): boolean {
  return ENCODING.equals(metadata?.[METADATA_ENCODING_KEY] ?? new Uint8Array());
}

function encrypt(payload: Payload, { id, key }: CodecKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(id));
  const text = Buffer.concat([cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()]);
  return {
    metadata: { [METADATA_ENCODING_KEY]: ENCODING, [KEY_ID]: Buffer.from(id) },
    data: Buffer.concat([nonce, cipher.getAuthTag(), text]),
  };
}

function decrypt(payload: Payload, { id, key }: CodecKey): Payload {
  const data = payload.data ?? new Uint8Array();
  const nonce = data.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(id))
    .setAuthTag(data.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const text = data.subarray(NONCE_BYTES + TAG_BYTES);
  return PayloadMessage.decode(Buffer.concat([decipher.update(text), decipher.final()]));
}
