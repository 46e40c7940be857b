/** Ctrl-C and SIGTERM while a command serves or watches: it lets go in order; a second one ends it at once. */

/** Thrown where a command was interrupted; what it served goes on without it. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

export const EXIT_INTERRUPTED = 130;
/** Letting go takes what the running trials take, and 10 s at most where a service does not answer. */
const LET_GO_MS = 15_000;

function leaveAtOnce(): void {
  process.stderr.write('interrupted; left before everything was let go\n');
  process.exit(EXIT_INTERRUPTED);
}

/** Runs the work with a signal that aborts with `Interrupted` on the first SIGINT or SIGTERM. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) leaveAtOnce();
    controller.abort(new Interrupted());
    setTimeout(leaveAtOnce, LET_GO_MS).unref();
  };
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, onSignal);
  }
}
