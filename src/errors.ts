/** The errors a user can cause or must know of, each with its exit code. Everything else is a defect and keeps its stack. */

export type ErrorKind = 'input' | 'not-found' | 'conflict' | 'unreachable' | 'session-failed' | 'stuck';

export const EXIT_CODES: Readonly<Record<ErrorKind, number>> = {
  'session-failed': 1,
  input: 2,
  'not-found': 3,
  conflict: 4,
  unreachable: 5,
  stuck: 6,
};

/** One clear sentence for people: what is wrong, where, what would be right. Printed without a stack trace. */
export class ArbtuneError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ArbtuneError';
    this.kind = kind;
  }

  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}
