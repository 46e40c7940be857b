import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { TuningClient } from '../../src/client/tuning-client.ts';
import { freePorts } from '../../src/embedded/ports.ts';
import { waitUntil } from '../support/processes.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { slowConfig } from './support/configs.ts';
import { figures } from './support/figures.ts';
import { holdAt } from './support/hold.ts';
import { undisturbed } from './support/reference.ts';
import { sandbox } from './support/sandbox.ts';

/** What a worker says of itself while it serves, while its store is gone, and while it drains. */

const TRIALS = 8;
const QUOTES_PER_SECOND = 200;

test('a worker is ready while it polls and its store answers, and counts what it did', async () => {
  const redis = await startRedisServer();
  try {
    const machine = sandbox({ environment: { REDIS_URL: redis.url } });
    const [port = 0] = await freePorts(1);
    await machine.worker('counted', ['--health-port', String(port)]);
    await waitUntil(async () => (await get(port, '/readyz')).status === 200);
    const config = slowConfig(machine.folder);
    const csv = join(machine.folder, 'out.csv');
    const flags = ['--iterations', String(TRIALS), '--session-id', 'counted', '--output-csv', csv];
    await machine.json(['start', '--config', config, ...flags]);
    const client = await machine.client();
    await client.wait('counted');

    // Held up for longer than a heartbeat may take, it measures a batch again, and counts that.
    const attempts = await attemptsOf(client, 'counted');
    const { body } = await get(port, '/metrics');
    const counted = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(body)?.[1]);
    const completed = counted('arbtune_trials_total{status="completed"}');
    expect(completed).toBeGreaterThanOrEqual(TRIALS);
    expect(completed).toBeLessThanOrEqual(TRIALS * Math.max(...attempts));
    expect(body).toContain('arbtune_trials_total{status="failed"} 0\n');
    expect(body).toContain('arbtune_trials_in_flight 0\n');
    expect(counted('arbtune_trial_duration_seconds_count')).toBe(completed);
    expect(counted('arbtune_batches_total')).toBeGreaterThanOrEqual(attempts.length);
    expect(counted('arbtune_batches_total')).toBeLessThanOrEqual(sum(attempts));
    expect(body).toMatch(/^arbtune_store_write_duration_seconds_count [1-9]\d*$/m);
    expect(body).toMatch(/^temporal_activity_execution_latency_seconds_count\{.*evaluateTrials.*\} [1-9]/m);

    await redis.kill();
    const away = await waitUntil(async () => {
      const answer = await get(port, '/readyz');
      return answer.status === 503 && answer;
    });
    expect(away.body).toMatch(/^the store does not answer: .+\n$/);
    expect(await get(port, '/healthz')).toMatchObject({ status: 200 });
    await redis.restart();
    await waitUntil(async () => (await get(port, '/readyz')).status === 200);
  } finally {
    await redis.stop();
  }
});

test('a worker told to end is ready no more, hands back or finishes its trials, and loses none', {
  timeout: 300_000,
}, async () => {
  const machine = sandbox();
  const [port = 0] = await freePorts(1);
  const flags = ['--concurrency', '1', '--health-port', String(port)];
  const moment = holdAt(machine, { batch: 2, afterMs: 20 });
  const leaving = await machine.worker('leaving', flags, moment.environment);
  const config = slowConfig(machine.folder, {}, QUOTES_PER_SECOND);
  const csv = join(machine.folder, 'out.csv');
  const named = ['--iterations', String(TRIALS), '--session-id', 'drained', '--output-csv', csv];
  await machine.json(['start', '--config', config, ...named]);
  const client = await machine.client();
  // In the middle of a trial it finds both the order and the question.
  await moment.reached();
  const gone = leaving.kill('SIGTERM');
  const question = ask(port, '/readyz');
  await question.sent;
  moment.release();
  expect(await question.answer).toMatch(/^HTTP\/1\.\d 503 [\s\S]*\r\n\r\ndraining\n$/);
  while (leaving.child.exitCode === null && leaving.child.signalCode === null) {
    const answer = await get(port, '/readyz').catch(() => undefined);
    if (answer) expect(answer).toEqual({ status: 503, body: 'draining\n' });
  }
  expect(await gone).toEqual({ code: 0, signal: null });

  await machine.worker('staying');
  await client.wait('drained');
  expect(figures(csv)).toEqual(await undisturbed(TRIALS, QUOTES_PER_SECOND));
});

test('each of several processes has a page of its own; a page for others without a token starts nothing', async () => {
  const machine = sandbox();
  const ports = await freePorts(2);
  const flags = ['--processes', '2', '--health-port', String(ports[0])];
  const fleet = machine.start(['worker', '--worker-id', 'w', ...flags]);
  await waitUntil(async () => {
    const answers = await Promise.all(ports.map((port) => get(port, '/readyz').catch(() => undefined)));
    return answers.every((answer) => answer?.status === 200);
  });
  await fleet.kill('SIGTERM');

  const open = await machine.run(['worker', '--health-port', String(ports[0]), '--health-host', '0.0.0.0']);
  expect(open.code).toBe(2);
  expect(open.stderr).toMatch(/^--health-host 0\.0\.0\.0 would open .* set ARBTUNE_HEALTH_TOKEN .*\n$/);
});

/** How often each batch of the session was begun. */
async function attemptsOf(client: TuningClient, id: string): Promise<number[]> {
  const workflowId = (await client.describe(id))?.workflowId ?? '';
  const { events } = await client.temporal.workflow.getHandle(workflowId).fetchHistory();
  const batches = (events ?? []).filter(
    ({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled?.activityType?.name === 'evaluateTrials',
  );
  const starts = (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) => started ?? []);
  return batches.map(({ eventId }) => {
    const start = starts.find(({ scheduledEventId }) => String(scheduledEventId) === String(eventId));
    return start?.attempt ?? 0;
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Asks who holds still. `sent` resolves when the question lies there; the answer comes when it goes on. */
function ask(port: number, path: string): { sent: Promise<unknown>; answer: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  const sent = new Promise((resolve) =>
    socket.write(`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`, resolve),
  );
  return { sent, answer: text(socket) };
}

async function get(port: number, path: string): Promise<{ status: number; body: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: answer.status, body: await answer.text() };
}
