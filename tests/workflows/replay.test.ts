import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { describe, expect, test } from 'vitest';
import { workflowBundle } from '../../src/worker/workflow-bundle.ts';
import { historyFromJson, type WorkflowHistory } from '../support/history-json.ts';

/** Sessions that run while the code changes must go on: today's workflow replays the histories recorded before. */

const folder = fileURLToPath(new URL('../fixtures/histories/', import.meta.url));
const recorded = readdirSync(folder).filter((file) => file.endsWith('.json'));

function read(file: string): WorkflowHistory {
  return historyFromJson(readFileSync(`${folder}${file}`, 'utf8'));
}

async function replay(history: WorkflowHistory): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: { codePath: await workflowBundle() } }, history);
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
});
