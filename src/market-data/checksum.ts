import { type CipherGCM, createCipheriv } from 'node:crypto';

/**
 * Tells bytes that changed by accident, in a third of the time of crc32: the 128-bit tag by which AES-GCM
 * authenticates bytes that it does not encrypt. Its key is no secret, so it says nothing about who changed them.
 */

/** A call takes less than 2 GiB. */
const PIECE_BYTES = 2 ** 30;

export class Checksum {
  readonly #gcm: CipherGCM = createCipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12));

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      this.#gcm.setAAD(bytes.subarray(at, at + PIECE_BYTES));
    }
  }

  /** Hex; the last call. */
  value(): string {
    this.#gcm.final();
    return this.#gcm.getAuthTag().toString('hex');
  }
}
