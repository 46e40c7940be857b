import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync, inflateSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { expect } from 'vitest';

/** Secrets that must turn up nowhere, and the places to look for them. */

/** One for each place that a secret can be given in, so that a hit says which one leaked. */
export function canaries<Name extends string>(...names: readonly Name[]): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, `canary-${name}-7f3a`])) as Record<Name, string>;
}

const CANARY = /canary-[\w-]+-7f3a/g;

/** Bytes or text, as they are and as base64 would hold them. */
export function expectNoCanary(where: string, content: string | Uint8Array): void {
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
  const found = new Set(text.match(CANARY));
  for (const encoded of encodings) if (text.includes(encoded)) found.add(encoded);
  expect([...found], where).toEqual([]);
}

/** What any canary starts with, in base64, at each of the three ways it can lie in it. */
const encodings = ['', 'x', 'xx'].map((before) =>
  // Without the letters that what lies before and after has a part in.
  Buffer.from(`${before}canary-`)
    .toString('base64')
    .replace(/=+$/, '')
    .slice(before.length + (before === '' ? 0 : 1), -1),
);

/** Every file below the folder. Returns how many there were. */
export function expectNoCanaryBelow(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const { parentPath, name } of files) {
    expectNoCanary(join(parentPath, name), readFileSync(join(parentPath, name)));
    expectNoCanary('a file name', name);
  }
  return files.length;
}

/** All that Temporal keeps of a workflow: its history as bytes and with every payload decoded, memo, attributes, what is pending. */
export async function expectNoCanaryInTemporal(client: Client, workflowId: string): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  const history = await handle.fetchHistory();
  const { History } = proto.temporal.api.history.v1;
  const message = History.fromObject(history);
  expectNoCanary('the history', History.encode(message).finish());
  const plain = History.toObject(message, { bytes: String, longs: String, enums: String });
  const texts = payloadTexts(plain);
  expect(texts.length).toBeGreaterThan(5);
  for (const text of texts) expectNoCanary('a payload of the history', text);
  const { raw, memo, typedSearchAttributes } = await handle.describe();
  expectNoCanary('the description', JSON.stringify([raw, memo, typedSearchAttributes]));
}

/** The texts of all payloads below a value, whatever is packed in them unpacked. */
function payloadTexts(value: unknown): string[] {
  if (typeof value === 'string') return unpacked(value);
  if (Array.isArray(value)) return value.flatMap(payloadTexts);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(payloadTexts) : [];
}

const BASE64 = /[A-Za-z0-9+/]{16,}={0,2}/g;

function unpacked(text: string): string[] {
  return (text.match(BASE64) ?? []).flatMap((part) => {
    const bytes = Buffer.from(part, 'base64');
    const inflated = [inflateSync, inflateRawSync].flatMap((inflate) => {
      try {
        return [inflate(bytes).toString('utf8')];
      } catch {
        return [];
      }
    });
    const own = bytes.toString('utf8');
    // JSON within a payload may hold packed parts of its own.
    return [own, ...inflated, ...(own.startsWith('{') || own.startsWith('[') ? unpacked(own) : [])];
  });
}
