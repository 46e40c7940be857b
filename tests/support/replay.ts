import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type InjectedSinks, Worker } from '@temporalio/worker';
import { expect } from 'vitest';
import { CompressionCodec } from '../../src/payloads/compression-codec.ts';
import type { InputSinks } from './fixtures/tells-inputs.ts';
import type { WorkflowHistory } from './history-json.ts';

/**
 * Replays a history of a session with today's workflow. Temporal compares the activities' types alone; here each must
 * be given the trials that it was given then, so that a workflow which has come to another state is noticed.
 */

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
let bundle: ReturnType<typeof bundleWorkflowCode> | undefined;

/** Rejects with Temporal's `DeterminismViolationError`, or a failed expectation. */
export async function replay(history: WorkflowHistory): Promise<void> {
  bundle ??= bundleWorkflowCode({
    workflowsPath: here('../../src/workflows/tuning-session.ts'),
    workflowInterceptorModules: [
      here('../../src/workflows/whole-tasks.ts'),
      here('fixtures/tells-inputs.ts'),
    ],
  });
  const given: string[] = [];
  const sinks: InjectedSinks<InputSinks> = {
    inputs: {
      activity: {
        fn: (_info, type, [input]) => void given.push(described(type, input as ActivityInput)),
        callDuringReplay: true,
      },
    },
  };
  await Worker.runReplayHistory({ workflowBundle: await bundle, sinks }, history);
  const recorded = await recordedInputs(history);
  // What the last task decided may be younger than the history.
  expect(given.slice(0, recorded.length)).toEqual(recorded);
}

/** What of the activities' inputs names trials. */
interface ActivityInput {
  readonly iterations?: readonly number[] | number;
  readonly trials?: readonly { readonly iteration: number }[];
  readonly batches?: readonly { readonly trials: readonly { readonly iteration: number }[] }[];
}

function described(type: string, { iterations, trials, batches }: ActivityInput): string {
  const ofBatches = batches?.map((batch) => batch.trials.map(({ iteration }) => iteration));
  return `${type} ${JSON.stringify(ofBatches ?? trials?.map(({ iteration }) => iteration) ?? iterations)}`;
}

async function recordedInputs({ events }: WorkflowHistory): Promise<string[]> {
  const codec = new CompressionCodec();
  const scheduled = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
  return await Promise.all(
    scheduled.map(async ({ activityType, input }) => {
      const [payload] = await codec.decode([...(input?.payloads ?? [])]);
      return described(
        activityType?.name ?? '',
        JSON.parse(Buffer.from(payload?.data ?? []).toString('utf8')),
      );
    }),
  );
}
