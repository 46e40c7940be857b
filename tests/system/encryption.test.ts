import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { expect, inject, onTestFinished, test } from 'vitest';
import { codecKeys } from '../../src/payloads/keys.ts';
import { EncryptionCodec } from '../../src/payloads/payload-codec.ts';
import { workflowIdOf } from '../../src/workflows/names.ts';
import type { WorkflowHistory } from '../support/history-json.ts';
import { waitUntil } from '../support/processes.ts';
import { quickConfig, slowConfig } from './support/configs.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { holdAt, pauseAt } from './support/hold.ts';
import { type Sandbox, sandbox } from './support/sandbox.ts';

/** Sessions whose history only those with the key can read: what it shows to others, and that no figure changes. */

const { History } = proto.temporal.api.history.v1;
const KEY = randomBytes(32).toString('base64');
const NEW_KEY = randomBytes(32).toString('base64');
/** What a session is about: names of params, metrics and scenarios, and what its trials failed of. */
const TELLING = [
  ...['min_spread_pct', 'slippage_bps', 'max_position_krw', 'total_fees', 'safety_violations', 'Bayes'],
  ...['few-quotes', 'many-quotes', 'many-trials', 'The trial took longer'],
];

async function rawHistory(machine: Sandbox, sessionId: string): Promise<WorkflowHistory> {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  onTestFinished(() => connection.close());
  const client = new Client({ connection });
  const workflowId = workflowIdOf({ env: machine.name, mode: 'paper', sessionId });
  return await client.workflow.getHandle(workflowId).fetchHistory();
}

/** As the server has it: every byte of every event. */
function bytesOf(history: WorkflowHistory): string {
  return Buffer.from(History.encode(History.fromObject(history)).finish()).toString('latin1');
}

const told = (text: string) => TELLING.filter((name) => text.includes(name));

async function tune(machine: Sandbox, extra: Record<string, string>): Promise<string> {
  const csv = join(machine.folder, 'out.csv');
  const config = quickConfig(machine.folder, { method: 'bayesian', name: 'many-trials', parallelism: 3 });
  const flags = ['--config', config, '--iterations', '12', '--session-id', 'secret', '--output-csv', csv];
  const { code, stderr } = await machine.run(['run', ...flags], extra);
  expect(code, stderr).toBe(0);
  return csv;
}

test('an encrypted session tells nothing to who lacks the key, and finds what it would have found in the open', {
  timeout: 480_000,
}, async () => {
  const [open, sealed] = [sandbox(), sandbox()];
  const csv = await tune(sealed, { ARBTUNE_CODEC_KEY: KEY });
  expect(figures(csv)).toEqual(figures(await tune(open, {})));

  // Who lacks the key still sees that it is there, and asks for others.
  const listed = await sealed.json<{ session_id: string; status: string }[]>(['list']);
  expect(listed).toMatchObject([
    { session_id: 'secret', status: 'completed', trials: 12, in: ['temporal', 'store'] },
  ]);
  const other = await sealed.run(['status', 'secrets']);
  expect(other).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^No session "secrets" .*; similar: secret\n$/),
  });

  const shown = told(bytesOf(await rawHistory(open, 'secret')));
  expect(shown).toEqual(
    expect.arrayContaining(['min_spread_pct', 'slippage_bps', 'few-quotes', 'many-trials']),
  );
  const history = await rawHistory(sealed, 'secret');
  expect(told(bytesOf(history))).toEqual([]);
  const input = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const [decoded] = await new EncryptionCodec(codecKeys({ ARBTUNE_CODEC_KEY: KEY })).decode([...input]);
  expect(told(Buffer.from(decoded?.data ?? []).toString())).toEqual(expect.arrayContaining(['few-quotes']));
});

test('why an encrypted session failed is for its owner alone', async () => {
  const machine = sandbox({ environment: { ARBTUNE_CODEC_KEY: KEY } });
  const limits = { trial_timeout_s: 0.001, max_failed_trials: 1, max_attempts: 1 };
  const config = slowConfig(machine.folder, { method: 'random', limits });
  const flags = ['--config', config, '--iterations', '8', '--session-id', 'failed'];
  const { code, stderr } = await machine.run(['run', ...flags]);
  expect(code).toBe(1);
  expect(stderr).toContain('the first: The trial took longer than 1 ms');
  expect(told(bytesOf(await rawHistory(machine, 'failed')))).toEqual([]);
});

test('a worker or client without the key says so and ends; those with old and new keys go on', {
  timeout: 480_000,
}, async () => {
  const machine = sandbox();
  const config = slowConfig(machine.folder);
  const csv = join(machine.folder, 'out.csv');
  const flags = ['--iterations', '12', '--session-id', 'rotated', '--output-csv', csv];
  const sentence =
    /This session is encrypted with key [0-9a-f]{16}, which is not at hand here; give this process the keys of the others by ARBTUNE_CODEC_KEY or ARBTUNE_CODEC_KEY_FILE\n/;
  const moment = holdAt(machine, { batch: 4 });
  const keyed = { ARBTUNE_CODEC_KEY: KEY, ...moment.environment };
  const first = await machine.worker('first', ['--concurrency', '1'], keyed);
  await machine.json(['start', '--config', config, ...flags], { ARBTUNE_CODEC_KEY: KEY });
  const client = await machine.client(codecKeys({ ARBTUNE_CODEC_KEY: KEY }));
  expect((await pauseAt(moment, client, 'rotated')).completed).toBeGreaterThan(0);
  const blind = await machine.run(['status', 'rotated']);
  expect(blind.code).toBe(2);
  expect(blind.stderr).toMatch(sentence);
  await first.kill();

  const keyless = machine.start(['worker', '--worker-id', 'keyless']);
  // Any question to the session reaches it, once it is up.
  const asked = waitUntil(async () => {
    await client.status('rotated').catch(() => {});
    return keyless.child.exitCode !== null;
  }, 120_000);
  expect(await keyless.exited).toEqual({ code: 2, signal: null });
  expect(keyless.stderr()).toMatch(sentence);

  await machine.worker('second', [], { ARBTUNE_CODEC_KEY: `${NEW_KEY} ${KEY}` });
  await asked;
  const renewed = await machine.client(codecKeys({ ARBTUNE_CODEC_KEY: `${NEW_KEY} ${KEY}` }));
  await renewed.unpause('rotated');
  await renewed.wait('rotated');
  expect(column(readCsv(csv), 'iteration')).toEqual(iterations(12));
  expect(new Set(column(readCsv(csv), 'status'))).toEqual(new Set(['completed']));
});

test('a key that is none is refused before anything is started', async () => {
  const machine = sandbox({ temporal: 'embedded' });
  const { code, stderr } = await machine.run(['worker'], { ARBTUNE_CODEC_KEY: 'short' });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^ARBTUNE_CODEC_KEY, key 1 of 1 holds 3 bytes; expected 32 bytes .*\n$/);
  expect(stderr).not.toContain('short');
});
