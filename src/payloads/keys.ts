import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Environment } from '../embedded/home.ts';
import { ArbtuneError } from '../errors.ts';
import { errorCode } from '../foreign-errors.ts';

/** The keys that sessions are encrypted with in Temporal, from the environment; they leave this folder in no message. */

export interface CodecKey {
  /** Says which key a payload needs, and nothing of the key. */
  readonly id: string;
  readonly key: KeyObject;
}

const KEY_BYTES = 32;
const HOW_TO_MAKE_ONE = `expected ${KEY_BYTES} bytes in base64 or hex, as \`openssl rand -base64 ${KEY_BYTES}\` makes them`;

/**
 * `ARBTUNE_CODEC_KEY`, else the file that `ARBTUNE_CODEC_KEY_FILE` names: keys between spaces, commas or lines. The first
 * encrypts, the others still read what was encrypted before a change. Empty: nothing is encrypted.
 *
 * @throws ArbtuneError `input` when there is something that is no key
 */
export function codecKeys(environment: Environment): readonly CodecKey[] {
  const { ARBTUNE_CODEC_KEY: given, ARBTUNE_CODEC_KEY_FILE: file } = environment;
  if (given && file) {
    throw new ArbtuneError(
      'input',
      'ARBTUNE_CODEC_KEY and ARBTUNE_CODEC_KEY_FILE are both set: keep one of them',
    );
  }
  const name = file ? 'ARBTUNE_CODEC_KEY_FILE' : 'ARBTUNE_CODEC_KEY';
  const words = (file ? readKeyFile(file) : (given ?? '')).split(/[\s,]+/).filter(Boolean);
  if (words.length === 0 && file)
    throw new ArbtuneError('input', `${name} names a file without a key: ${file}`);
  return words.map((word, i) => parseKey(word, `${name}, key ${i + 1} of ${words.length}`));
}

function parseKey(word: string, where: string): CodecKey {
  const bytes = /^[0-9a-f]{64}$/i.test(word) ? Buffer.from(word, 'hex') : decodeBase64(word);
  if (bytes?.length !== KEY_BYTES) {
    const found = bytes ? `holds ${bytes.length} bytes` : 'is neither base64 nor hex';
    throw new ArbtuneError('input', `${where} ${found}; ${HOW_TO_MAKE_ONE}`);
  }
  const id = createHash('sha256').update('arbtune codec key').update(bytes).digest('hex').slice(0, 16);
  return { id, key: createSecretKey(bytes) };
}

function decodeBase64(word: string): Buffer | undefined {
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(word) ? Buffer.from(word, 'base64') : undefined;
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = errorCode(error) ?? 'unreadable';
    throw new ArbtuneError(
      'input',
      `ARBTUNE_CODEC_KEY_FILE names a file that cannot be read: ${file} (${code})`,
    );
  }
}
