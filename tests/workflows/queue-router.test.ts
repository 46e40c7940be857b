import { expect, test } from 'vitest';
import { QueueRouter } from '../../src/workflows/queue-router.ts';

const queues = (router: QueueRouter, count: number) =>
  Array.from({ length: count }, () => router.next().queue);

test('all goes to the shared queue, and stays there, while nobody serves the session alone', () => {
  expect(new QueueRouter().next()).toEqual({ queue: 'shared' });
});

test('the queues take turns once a worker serves the session alone', () => {
  const router = new QueueRouter();
  router.welcome();
  expect(queues(router, 4)).toEqual(['shared', 'session', 'shared', 'session']);
});

test('a shared queue that nobody polls is left alone until somebody takes from it', () => {
  const router = new QueueRouter(true);
  router.returned('shared');
  expect(queues(router, 3)).toEqual(['session', 'session', 'session']);
  router.taken('shared');
  expect(queues(router, 2)).toEqual(['shared', 'session']);
});

test('when the session’s own workers are gone, the shared queue is waited on, patiently', () => {
  const router = new QueueRouter(true);
  router.returned('session');
  expect(router.next()).toEqual({ queue: 'shared', patience: 'long' });
  expect(router.next()).toEqual({ queue: 'shared', patience: 'long' });
  router.welcome();
  expect(queues(router, 2)).toEqual(['session', 'shared']);
});

test('when both are quiet, both are tried in turns: a worker of either kind finds what waits', () => {
  const router = new QueueRouter(true);
  router.returned('shared');
  router.returned('session');
  expect(router.next()).toEqual({ queue: 'shared', patience: 'long' });
  expect(router.next()).toEqual({ queue: 'session', patience: 'short' });
  expect(router.next()).toEqual({ queue: 'shared', patience: 'long' });
});
