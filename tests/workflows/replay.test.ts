import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DeterminismViolationError } from '@temporalio/workflow';
import { describe, expect, test } from 'vitest';
import { historyFromJson, type WorkflowHistory } from '../support/history-json.ts';
import { replay } from '../support/replay.ts';

/** Sessions that run while the code changes must go on: today's workflow replays the histories recorded before. */

const folder = fileURLToPath(new URL('../fixtures/histories/', import.meta.url));
const recorded = readdirSync(folder).filter((file) => file.endsWith('.json'));

function read(file: string): WorkflowHistory {
  return historyFromJson(readFileSync(`${folder}${file}`, 'utf8'));
}

const count = (history: WorkflowHistory, attributes: string) =>
  (history.events ?? []).filter((event) => Object.hasOwn(event, attributes)).length;

describe('a recorded history replays', () => {
  test.for(recorded)('%s', async (file) => {
    await expect(replay(read(file))).resolves.toBeUndefined();
  });

  test('of every kind: ended, steered, failed, searched in sequence, and gone on in a new run', () => {
    const kinds = [
      'grid',
      'random',
      'bayesian',
      'steered',
      'failed-trials',
      'continued',
      'sequence',
      'ordered',
    ];
    expect(recorded).toEqual(expect.arrayContaining(kinds.map((name) => `${name}.json`)));
    expect(count(read('steered.json'), 'workflowExecutionUpdateCompletedEventAttributes')).toBe(5);
    expect(count(read('ordered.json'), 'workflowExecutionUpdateCompletedEventAttributes')).toBe(4);
    expect(count(read('failed-trials.json'), 'workflowExecutionFailedEventAttributes')).toBe(1);
    expect(count(read('continued.json'), 'workflowExecutionContinuedAsNewEventAttributes')).toBe(1);
  });

  test('but not one that the workflow could not have made', async () => {
    const history = read('random.json');
    const scheduled = history.events?.find(
      ({ activityTaskScheduledEventAttributes: it }) => it?.activityType?.name === 'evaluateTrials',
    );
    const type = scheduled?.activityTaskScheduledEventAttributes?.activityType;
    if (!type) throw new Error('No trial was evaluated');
    type.name = 'inventTrials';
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
  });

  test('nor one in which an activity was given other trials', async () => {
    const history = read('random.json');
    const stored = history.events?.find(
      ({ activityTaskScheduledEventAttributes: it }) => it?.activityType?.name === 'persistTrials',
    );
    const payload = stored?.activityTaskScheduledEventAttributes?.input?.payloads?.[0];
    if (!payload?.data) throw new Error('No trial was stored');
    const input = JSON.parse(Buffer.from(payload.data).toString('utf8'));
    payload.data = Buffer.from(JSON.stringify({ ...input, batches: input.batches.slice(1) }));
    await expect(replay(history)).rejects.toThrow('to deeply equal');
  });
});
