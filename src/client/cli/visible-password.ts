import type { Command } from 'commander';
import { redisTarget } from '../../store/redis-connection.ts';
import { createOutput, type LogFormat } from './output.ts';

/** A password that was given as an argument works, and every user of the machine can read it: said once, with the way out. */
export function warnOfVisiblePassword(command: Command): void {
  const { redis, logFormat = 'text' } = command.opts<{ redis?: string; logFormat?: LogFormat }>();
  if (redis === undefined) return;
  const { address, hasPassword } = redisTarget(redis, {});
  if (!hasPassword) return;
  createOutput(logFormat).note(
    `warning: the password in --redis ${address} is visible to every user of this machine (ps); put the address into REDIS_URL, or the password into REDIS_PASSWORD or a file named by REDIS_PASSWORD_FILE`,
  );
}
