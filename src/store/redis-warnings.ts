/** What an operator should know of a Redis that holds results, from its INFO (which managed services allow, unlike CONFIG). */

/** @returns one sentence per danger; empty when results are as safe as Redis keeps them. */
export function durabilityWarnings(info: string, address: string): string[] {
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const warnings: string[] = [];
  if (value('aof_enabled') !== '1') {
    warnings.push(
      `appendonly=no: results can be lost when Redis at ${address} ends; set \`appendonly yes\` (\`arbtune repair\` rebuilds them while the history is kept).`,
    );
  }
  const policy = value('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    warnings.push(
      `maxmemory-policy=${policy}: results can be lost when Redis at ${address} is full, it evicts them; set \`maxmemory-policy noeviction\`.`,
    );
  }
  if (value('aof_last_write_status') === 'err') {
    warnings.push(`aof_last_write_status=err: Redis at ${address} cannot write its log; look at its disk.`);
  }
  if (value('role') === 'slave') {
    warnings.push(`role=replica: Redis at ${address} is a replica and takes no writes; use its primary.`);
  }
  return warnings;
}
