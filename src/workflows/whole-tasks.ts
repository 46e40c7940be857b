import { type ActivateInput, type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';

/**
 * Has a workflow decide once a workflow task, as its replay does. A worker that is asked about a workflow which it does not
 * hold replays it and, beside the tasks done, is given the events that no task has begun with yet. What it decides on those would go
 * out with the next task, whose replay is told of all events at once and may decide otherwise: so that task is made to fail, once.
 */

/** What the Web UI shows as the failed task's reason, beside the server's own words. */
export const DECIDED_EARLY = 'decided between two workflow tasks, while being asked: this one begins again';

/** How far history had come when the workflow was given events. */
export interface Given {
  /** In history, to where they were given. */
  readonly events: number;
  /** Of history, when the latest task began. */
  readonly bytes: number;
  /** When the latest task began. */
  readonly at: string;
}

/** Whether events came, yet no task has begun since those before: each adds to the size of history, and has a time of its own. */
export function isBetweenTasks(before: Given | undefined, now: Given): boolean {
  return (
    before !== undefined && now.events > before.events && now.bytes === before.bytes && now.at === before.at
  );
}

export function interceptors(): WorkflowInterceptors {
  let task: Given | undefined;
  let isEarly = false;
  return {
    internals: [
      {
        activate(input, next) {
          const now = given(input);
          isEarly = !isQuestion(input) && isBetweenTasks(task, now);
          if (!isEarly && !isQuestion(input)) task = now;
          next(input);
        },
        concludeActivation(input, next) {
          const { commands } = next(input);
          return { commands: isEarly ? [...commands, IMPOSSIBLE] : commands };
        },
      },
    ],
  };
}

/** No service takes it: it fails the task that it goes out with, and the worker forgets what it held. */
const IMPOSSIBLE = {
  scheduleActivity: { seq: 2 ** 31, activityId: DECIDED_EARLY, activityType: '', taskQueue: 'none' },
};

function isQuestion({ activation: { jobs } }: ActivateInput): boolean {
  return jobs?.some(({ queryWorkflow }) => queryWorkflow) ?? false;
}

function given({ activation: { timestamp } }: ActivateInput): Given {
  const { historyLength, historySize } = workflowInfo();
  return { events: historyLength, bytes: historySize, at: `${timestamp?.seconds} s ${timestamp?.nanos} ns` };
}
