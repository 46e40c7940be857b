import { Command } from 'commander';
import { ArbtuneError } from '../../../errors.ts';
import { type DeploymentVersion, deploymentVersion } from '../../../worker/deployment-version.ts';
import { type HealthSettings, healthSettings } from '../../../worker/health/health-settings.ts';
import { type HealthPage, openHealthPage } from '../../../worker/health/open-health-page.ts';
import { serveSessions } from '../../../worker/serve.ts';
import { endedAs } from '../../ended-as.ts';
import { unknownInStack } from '../../list-sessions.ts';
import type { Stack } from '../../stack.ts';
import { isUnavailable } from '../../temporal-errors.ts';
import { interruptible } from '../interrupt.ts';
import { options } from '../options.ts';
import { createOutput, type LogFormat, type Output } from '../output.ts';
import { type PlaceFlags, placeOptions, withStack } from '../place.ts';
import { spawnWorkers } from '../spawn-workers.ts';

/** `worker`: a process that measures trials of any session of its environment, or of one alone, until it is told to end. */

interface WorkerFlags extends PlaceFlags {
  readonly workerId: string;
  readonly sessionId?: string;
  readonly processes?: number;
  readonly concurrency?: number;
  readonly deployment?: string;
  readonly buildId?: string;
  readonly healthPort?: number;
  readonly healthHost?: string;
  readonly logFormat: LogFormat;
}

/** What flags and environment say together, checked before anything is started. */
interface Checked {
  readonly health: HealthSettings | undefined;
  readonly version: DeploymentVersion | undefined;
}

export function workerCommand(): Command {
  const command = new Command('worker').description(
    'measure trials of sessions, under a worker id, until ended',
  );
  const { workerId, sessionId, processes, concurrency, deployment, buildId, healthPort } = options;
  const { healthHost, logFormat } = options;
  const own = [workerId, sessionId, processes, concurrency, deployment, buildId, healthPort, healthHost];
  for (const option of [...own, ...placeOptions, logFormat]) command.addOption(option());
  return command
    .addHelpText(
      'after',
      `
With --session-id it measures that session alone. With --processes n it runs n workers, named <worker-id>-1 to -n.

Examples:
  $ arbtune worker --worker-id rack2-a --concurrency 8
  $ arbtune worker --worker-id here --processes 4 --session-id mine
  $ arbtune worker --health-port 9464   # curl localhost:9464/readyz`,
    )
    .action(async (flags: WorkerFlags) => {
      const output = createOutput(flags.logFormat);
      const health = healthSettings(flags, process.env);
      const version = deploymentVersion(flags, process.env);
      await interruptible((signal) =>
        flags.processes === undefined
          ? work(flags, { health, version }, output, signal)
          : spawnWorkers(
              {
                ...{ workerId: flags.workerId, count: flags.processes, healthPort: flags.healthPort },
                redis: flags.redis,
                log: (line) => output.note(line),
              },
              signal,
            ),
      );
    });
}

async function work(
  flags: WorkerFlags,
  { health, version }: Checked,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const page = health && (await openHealthPage(health, (line) => output.note(line)));
  try {
    await withStack(flags, output, async (stack) => {
      if (flags.sessionId !== undefined) await refuseUnknownSession(stack, flags.sessionId);
      await serve(stack, flags, { page, version }, output, signal);
    });
  } finally {
    await page?.close();
  }
}

async function serve(
  stack: Stack,
  { workerId, sessionId, concurrency }: WorkerFlags,
  { page, version }: { readonly page: HealthPage | undefined } & Pick<Checked, 'version'>,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const worker = await serveSessions({
    ...stack,
    workerId,
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(page ? { health: page.health } : {}),
    ...(version ? { version } : {}),
    log: (line) => output.note(line),
  });
  signal.addEventListener('abort', () => void worker.stop(), { once: true });
  try {
    if (sessionId !== undefined) await announce(stack, sessionId, workerId, signal);
    if (!signal.aborted) output.log('TUNING', `worker ${workerId} is ready`, { worker_id: workerId });
  } catch (error) {
    await worker.stop();
    throw error;
  }
  if (signal.aborted) await worker.stop();
  await worker.stopped;
  output.log('TUNING', `worker ${workerId} has ended`, { worker_id: workerId });
}

async function refuseUnknownSession(stack: Stack, sessionId: string): Promise<void> {
  const execution = await stack.client.describe(sessionId);
  if (execution?.status.name === 'RUNNING') return;
  if (!execution) throw await unknownInStack(stack, sessionId);
  throw new ArbtuneError(
    'not-found',
    `Session "${sessionId}" does not run (${endedAs(execution)}); go on with it by \`arbtune resume ${sessionId}\``,
  );
}

/** Tells the session of its worker, as often as it takes: a worker that has just died is still waited for. */
async function announce(
  { client }: Stack,
  sessionId: string,
  workerId: string,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      return await client.serve(sessionId, workerId);
    } catch (error) {
      if (!(error instanceof ArbtuneError && isUnavailable(error.cause))) throw error;
    }
  }
}
