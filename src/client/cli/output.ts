import { styleText } from 'node:util';
import { destination, pino } from 'pino';

/** Where a command's words go: data to stdout, all else to stderr; colour and live lines only on a terminal. */

export type LogFormat = 'text' | 'json';
/** What a log line is about: the session, or one finished trial. */
export type LogTag = 'TUNING' | 'RESULT';
type Style = Parameters<typeof styleText>[0];

export interface Output {
  /** Data, for people. */
  print(text: string): void;
  /** Data, one JSON value on one line. */
  json(value: unknown): void;
  log(tag: LogTag, message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A warning or other word beside the data. */
  note(text: string): void;
  /** The live line at the bottom of a terminal; nothing elsewhere. Empty: none. */
  live(text: string): void;
  style(style: Style, text: string): string;
  /** Columns of the terminal that data go to. */
  readonly width: number;
  readonly color: boolean;
  readonly isLive: boolean;
}

/** For tables. What reads a pipe breaks no lines. */
export function widthOf({ width }: Output): number {
  return process.stdout.isTTY ? width : Number.POSITIVE_INFINITY;
}

export function createOutput(logFormat: LogFormat): Output {
  const { stdout, stderr } = process;
  const color = stdout.isTTY === true && stderr.isTTY === true && (process.env.NO_COLOR ?? '') === '';
  const isLive = stderr.isTTY === true && logFormat === 'text';
  let liveLine = '';
  const clear = () => {
    if (liveLine !== '') stderr.write('\r\x1b[2K');
  };
  const write = (stream: NodeJS.WriteStream, text: string) => {
    clear();
    stream.write(`${text}\n`);
    if (liveLine !== '') stderr.write(liveLine);
  };
  const logger = pino(
    { base: null, messageKey: 'message', timestamp: () => `,"time":"${new Date().toISOString()}"` },
    destination({ fd: 2, sync: true }),
  );
  const style = (kind: Style, text: string) =>
    color ? styleText(kind, text, { validateStream: false }) : text;
  return {
    print: (text) => write(stdout, text),
    json: (value) => write(stdout, JSON.stringify(value)),
    log(tag, message, fields = {}) {
      if (logFormat === 'json') {
        logger.info({ tag, ...fields }, message);
      } else {
        write(stderr, `${style(tag === 'RESULT' ? 'green' : 'cyan', `[${tag}]`)} ${message}`);
      }
    },
    note(text) {
      if (logFormat === 'json')
        write(stderr, JSON.stringify({ time: new Date().toISOString(), message: text }));
      else write(stderr, text);
    },
    live(text) {
      if (!isLive) return;
      clear();
      liveLine = text.slice(0, Math.max(20, (stderr.columns ?? 80) - 1));
      if (liveLine !== '') stderr.write(liveLine);
    },
    style,
    width: stdout.columns ?? 100,
    color,
    isLive,
  };
}
