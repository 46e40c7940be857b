import { Command } from 'commander';
import { serveSessions } from '../../../worker/serve.ts';
import { openStack } from '../../stack.ts';
import { interruptible } from '../interrupt.ts';
import { options } from '../options.ts';
import { createOutput, type LogFormat } from '../output.ts';

/** `worker`: a process that measures trials of any session of its environment, until it is told to end. */

interface WorkerFlags {
  readonly workerId: string;
  readonly concurrency?: number;
  readonly mode: string;
  readonly env: string;
  readonly redis?: string;
  readonly logFormat: LogFormat;
}

export function workerCommand(): Command {
  const command = new Command('worker').description(
    'measure trials of sessions, under a worker id, until ended',
  );
  const { workerId, concurrency, mode, env, redisUrl, logFormat } = options;
  for (const option of [workerId, concurrency, mode, env, redisUrl, logFormat]) command.addOption(option());
  return command
    .addHelpText('after', '\nExample:\n  $ arbtune worker --worker-id rack2-a --concurrency 8')
    .action(async (flags: WorkerFlags) => {
      const output = createOutput(flags.logFormat);
      const log = (line: string) => output.note(line);
      await interruptible(async (signal) => {
        const stack = await openStack({ ...flags, ...(flags.redis ? { redisUrl: flags.redis } : {}), log });
        try {
          const { workerId: id, concurrency: slots } = flags;
          const worker = await serveSessions({
            ...stack,
            workerId: id,
            ...(slots === undefined ? {} : { concurrency: slots }),
            log,
          });
          output.log('TUNING', `worker ${id} is ready`, { worker_id: id });
          signal.addEventListener('abort', () => void worker.stop(), { once: true });
          if (signal.aborted) await worker.stop();
          await worker.stopped;
          output.log('TUNING', `worker ${id} has ended`, { worker_id: id });
        } finally {
          await stack.close();
        }
      });
    });
}
