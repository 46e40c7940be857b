/** How a worker process is called in Temporal: `main@host:4711/2`, the last part being the batches it measures at once. */

export function workerIdentity(worker: {
  readonly workerId: string;
  readonly host: string;
  readonly pid: number;
  readonly slots: number;
}): string {
  return `${worker.workerId}@${worker.host}:${worker.pid}/${worker.slots}`;
}

/** A worker that does not say counts as one. */
export function slotsOf(identity: string): number {
  return Number(/\/(\d+)$/.exec(identity)?.[1] ?? 1);
}
