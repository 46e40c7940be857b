import { expect, test } from 'vitest';
import { QueueRouter } from '../../src/workflows/queue-router.ts';

const queues = (router: QueueRouter, count: number) =>
  Array.from({ length: count }, () => router.next().queue);

test('all batches go to the shared queue, and stay there, while nobody serves the session alone', () => {
  expect(new QueueRouter().next()).toEqual({ queue: 'shared', mayReturn: false });
});

test('batches take turns once a worker serves the session alone', () => {
  const router = new QueueRouter();
  router.welcome();
  expect(queues(router, 4)).toEqual(['shared', 'session', 'shared', 'session']);
});

test('a shared queue that nobody polls is left alone', () => {
  const router = new QueueRouter(true);
  router.returned('shared');
  expect(queues(router, 3)).toEqual(['session', 'session', 'session']);
});

test('when the session’s own workers are gone, batches wait on the shared queue', () => {
  const router = new QueueRouter(true);
  router.returned('session');
  expect(router.next()).toEqual({ queue: 'shared', mayReturn: false });
  router.welcome();
  expect(new Set(queues(router, 2))).toEqual(new Set(['shared', 'session']));
});

test('when both are quiet, batches wait on the shared queue until a worker comes', () => {
  const router = new QueueRouter(true);
  router.returned('shared');
  router.returned('session');
  expect(router.next()).toEqual({ queue: 'shared', mayReturn: false });
});
