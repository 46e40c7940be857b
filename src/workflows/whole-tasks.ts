import { type ActivateInput, type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';

/**
 * Has a workflow decide once a workflow task, as its replay does. A worker that is asked about a workflow which it does not
 * hold replays it and, beside the tasks done, is given the events that no task has begun with yet. What it decided on those would go
 * out with the next task, whose replay is told of all events at once and may decide otherwise. So it refuses to answer and forgets
 * the workflow; who asks again is answered once the next task is done.
 */

/** Why a question is refused; the Web UI shows it too. */
export const NOT_YET =
  'The session has not taken in its latest results yet; ask again in a moment (one that was ended by force never does)';

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
  return {
    internals: [
      {
        activate(input, next) {
          if (!isQuestion(input)) {
            const now = given(input);
            if (isBetweenTasks(task, now)) throw new Error(NOT_YET);
            task = now;
          }
          next(input);
        },
      },
    ],
  };
}

function isQuestion({ activation: { jobs } }: ActivateInput): boolean {
  return jobs?.some(({ queryWorkflow }) => queryWorkflow) ?? false;
}

function given({ activation: { timestamp } }: ActivateInput): Given {
  const { historyLength, historySize } = workflowInfo();
  return { events: historyLength, bytes: historySize, at: `${timestamp?.seconds} s ${timestamp?.nanos} ns` };
}
