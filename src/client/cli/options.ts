import { Option } from 'commander';
import { checkEnv, checkSessionId, checkWorkerId } from '../../config/ids.ts';
import {
  ACQUISITIONS,
  MAX_ITERATIONS,
  MAX_PARALLELISM,
  METHODS,
  ORDERINGS,
} from '../../config/tuning-schema.ts';
import { reader, wholeNumber } from './option-values.ts';

/** The flags, defined once: name, meaning, default and how a value is read. A bad value never reaches a command. */

/** Commander takes a single word after an option for its value; a parser gets the words of a repeated option in turn. */
const gather = (text: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), text];

const iterations = wholeNumber('--iterations', 1, MAX_ITERATIONS);
const workers = wholeNumber('--workers', 1, MAX_PARALLELISM);
const seed = wholeNumber('--seed', 0, Number.MAX_SAFE_INTEGER);

export const sessionIdArgument = reader(checkSessionId);

export const options = {
  config: () =>
    new Option('--config <file>', 'the tuning config').default('configs/tuning/advanced_baseline.yaml'),
  iterations: () =>
    new Option('--iterations <n>', "trials to run (default: the config's, else 5)").argParser(iterations),
  moreIterations: () => new Option('--iterations <n>', 'more trials').argParser(iterations),
  mode: () =>
    new Option('--mode <mode>', 'paper, shadow or live')
      .choices(['paper', 'shadow', 'live'])
      .default('paper'),
  env: () =>
    new Option('--env <name>', "local, docker, or a deployment's own name")
      .argParser(reader(checkEnv))
      .default('local'),
  optimizer: () =>
    new Option('--optimizer <method>', "grid, random or bayesian (default: the config's)").choices(METHODS),
  acquisition: () =>
    new Option('--acquisition <name>', "ei, ucb or poi, of bayesian (default: the config's)").choices(
      ACQUISITIONS,
    ),
  ordering: () =>
    new Option('--ordering <name>', "deterministic or asynchronous (default: the config's)").choices(
      ORDERINGS,
    ),
  seed: () => new Option('--seed <n>', "of the search (default: the config's)").argParser(seed),
  outputCsv: () =>
    new Option('--output-csv <file>', 'where the results go (default outputs/<session>/results.csv)'),
  force: () => new Option('--force', 'replace a file that is there, whatever it holds'),
  newSessionId: () =>
    new Option(
      '--session-id <id>',
      'of the session (default: a new UUID); one that exists is joined',
    ).argParser(sessionIdArgument),
  sessionId: () => new Option('--session-id <id>', 'of the session').argParser(sessionIdArgument),
  workerId: () =>
    new Option('--worker-id <id>', 'of this process').argParser(reader(checkWorkerId)).default('main'),
  workers: () =>
    new Option('--workers <n>', "trials in flight (default: the config's, else 1)").argParser(workers),
  concurrency: () =>
    new Option(
      '--concurrency <n>',
      'batches of trials this process measures at once (default: one per core)',
    ).argParser(wholeNumber('--concurrency', 1, 1024)),
  processes: () =>
    new Option('--processes <n>', 'worker processes to run on this machine').argParser(
      wholeNumber('--processes', 1, 256),
    ),
  deployment: () =>
    new Option(
      '--deployment <name>',
      'with --build-id, serve only sessions that this release began (default: ARBTUNE_DEPLOYMENT, else all)',
    ),
  buildId: () => new Option('--build-id <id>', 'of this release (default: ARBTUNE_BUILD_ID)'),
  healthPort: () =>
    new Option(
      '--health-port <port>',
      'serve /healthz, /readyz and /metrics there; with --processes, on as many ports from it on',
    ).argParser(wholeNumber('--health-port', 1, 65_535)),
  healthHost: () =>
    new Option(
      '--health-host <host>',
      'address that they are served on; beyond this machine only with ARBTUNE_HEALTH_TOKEN (default: 127.0.0.1)',
    ),
  redisUrl: () => new Option('--redis <url>', 'the Redis store; REDIS_URL keeps a password out of sight'),
  durable: () => new Option('--durable', 'embedded server: lose nothing on a power cut, at some speed'),
  logFormat: () =>
    new Option('--log-format <format>', 'of the log on stderr').choices(['text', 'json']).default('text'),
  json: () => new Option('--json', 'print data as JSON'),
  warmStart: () =>
    new Option(
      '--warm-start <session|csv>',
      'have bayesian learn from the trials of an earlier session, or of a CSV of results (repeatable)',
    ).argParser(gather),
  warmStartAnyway: () =>
    new Option('--warm-start-anyway', 'even from trials measured on other data or by other rules'),
  enqueue: () => new Option('--enqueue <k=v,...>', 'params to try next (repeatable)').argParser(gather),
};
