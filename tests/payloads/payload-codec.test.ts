import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import type { ArbtuneError } from '../../src/errors.ts';
import { codecKeys } from '../../src/payloads/keys.ts';
import { EncryptionCodec } from '../../src/payloads/payload-codec.ts';
import { temporaryFolder } from '../support/environment.ts';
import { failure } from '../support/failure.ts';

const [first, second] = [randomBytes(32), randomBytes(32)];
const keysOf = (...keys: Buffer[]) =>
  codecKeys({ ARBTUNE_CODEC_KEY: keys.map((key) => key.toString('base64')).join(' ') });
const SAID = { min_spread_pct: 0.21 };
const said: Payload = defaultPayloadConverter.toPayload(SAID);

const bytesOf = (payload: Payload | undefined) => Buffer.from(payload?.data ?? []);

describe('the payload codec', () => {
  test('gives back what it was given, shows nothing of it, and never says the same twice alike', async () => {
    const codec = new EncryptionCodec(keysOf(first));
    const [one, other] = await codec.encode([said, said]);
    expect(bytesOf(one).toString('latin1')).not.toContain('min_spread_pct');
    expect(bytesOf(one).equals(bytesOf(other))).toBe(false);
    const [back] = await codec.decode([one as Payload]);
    expect(defaultPayloadConverter.fromPayload(back as Payload)).toEqual(SAID);
  });

  test('reads with old keys, writes with the new one, and names the key that it lacks', async () => {
    const old = await new EncryptionCodec(keysOf(first)).encode([said]);
    const changed = new EncryptionCodec(keysOf(second, first));
    expect(await changed.decode(old)).toEqual(await new EncryptionCodec(keysOf(first)).decode(old));
    const fresh = await changed.encode([said]);
    const told: ArbtuneError[] = [];
    const behind = new EncryptionCodec(keysOf(first), (error) => told.push(error));
    const error = await failure(behind.decode(fresh));
    expect(error).toMatchObject({ kind: 'input' });
    expect(error.message).toBe(
      `This session is encrypted with key ${keysOf(second)[0]?.id}, which is not at hand here; give this process the keys of the others by ARBTUNE_CODEC_KEY or ARBTUNE_CODEC_KEY_FILE`,
    );
    expect(told).toEqual([error]);
  });

  test('without a key lets pass what is not encrypted, as one with a key does', async () => {
    for (const codec of [new EncryptionCodec([]), new EncryptionCodec(keysOf(first))]) {
      expect(await codec.decode([said])).toEqual([said]);
    }
    expect(await new EncryptionCodec([]).encode([said])).toEqual([said]);
  });

  test('refuses what was changed on its way, key id included', async () => {
    const codec = new EncryptionCodec(keysOf(first, second));
    const [sealed] = (await codec.encode([said])) as [Payload];
    for (const at of [0, 12, 28, bytesOf(sealed).length - 1]) {
      const data = bytesOf(sealed);
      data[at] = (data[at] as number) ^ 1;
      await expect(codec.decode([{ ...sealed, data }])).rejects.toThrow(/has been changed/);
    }
    const metadata = { ...sealed.metadata, 'encryption-key-id': Buffer.from(keysOf(second)[0]?.id ?? '') };
    await expect(codec.decode([{ ...sealed, metadata }])).rejects.toThrow(/has been changed/);
    await expect(codec.decode([{ ...sealed, data: Buffer.alloc(5) }])).rejects.toThrow(/has been changed/);
  });
});

describe('the keys', () => {
  test('come in base64 or hex, from the environment or a file', () => {
    const id = keysOf(first)[0]?.id;
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(codecKeys({ ARBTUNE_CODEC_KEY: first.toString('hex') })[0]?.id).toBe(id);
    const file = join(temporaryFolder(), 'keys');
    writeFileSync(file, `${second.toString('base64')}\n${first.toString('base64')}\n`);
    const found = codecKeys({ ARBTUNE_CODEC_KEY_FILE: file });
    expect(found.map((key) => key.id)).toEqual(keysOf(second, first).map((key) => key.id));
    expect(codecKeys({})).toEqual([]);
  });

  test('that are none are refused, and never repeated', () => {
    const file = join(temporaryFolder(), 'empty');
    writeFileSync(file, '\n');
    const how = 'expected 32 bytes in base64 or hex, as `openssl rand -base64 32` makes them';
    const good = first.toString('base64');
    const cases: [Record<string, string>, string][] = [
      [{ ARBTUNE_CODEC_KEY: 'c2hvcnQ=' }, `ARBTUNE_CODEC_KEY, key 1 of 1 holds 5 bytes; ${how}`],
      [{ ARBTUNE_CODEC_KEY: `${good},my secret!` }, `ARBTUNE_CODEC_KEY, key 2 of 3 holds 1 bytes; ${how}`],
      [{ ARBTUNE_CODEC_KEY: 'secret!' }, `ARBTUNE_CODEC_KEY, key 1 of 1 is neither base64 nor hex; ${how}`],
      [{ ARBTUNE_CODEC_KEY_FILE: file }, `ARBTUNE_CODEC_KEY_FILE names a file without a key: ${file}`],
      [
        { ARBTUNE_CODEC_KEY_FILE: `${file}.none` },
        `ARBTUNE_CODEC_KEY_FILE names a file that cannot be read: ${file}.none (ENOENT)`,
      ],
      [
        { ARBTUNE_CODEC_KEY: good, ARBTUNE_CODEC_KEY_FILE: file },
        'ARBTUNE_CODEC_KEY and ARBTUNE_CODEC_KEY_FILE are both set: keep one of them',
      ],
    ];
    for (const [environment, message] of cases) expect(() => codecKeys(environment)).toThrow(message);
  });
});
