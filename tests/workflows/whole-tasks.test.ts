import { expect, test } from 'vitest';
import { type Given, isBetweenTasks } from '../../src/workflows/whole-tasks.ts';

const task: Given = { events: 12, bytes: 900, at: '17 s 5 ns' };

test('events of a task that has begun since are not early: each task has its own time, and finds history grown', () => {
  expect(isBetweenTasks(undefined, task)).toBe(false);
  expect(isBetweenTasks(task, { events: 18, bytes: 1_400, at: '18 s 0 ns' })).toBe(false);
  expect(isBetweenTasks(task, { events: 18, bytes: 1_400, at: task.at })).toBe(false);
  expect(isBetweenTasks(task, { ...task, events: 18, at: '18 s 0 ns' })).toBe(false);
});

test('more of the same task is not early; events after it are', () => {
  expect(isBetweenTasks(task, task)).toBe(false);
  expect(isBetweenTasks(task, { ...task, events: 14 })).toBe(true);
});
