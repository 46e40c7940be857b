import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RandomStream } from '../../src/search-space/random-stream.ts';
import { startProcess, startScript, type TestProcess } from '../../tests/support/processes.ts';

/** The worker processes of a machine: real ones, started by the command line, each with an id of its own. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = join(root, 'bin/arbtune.js');
const fixture = (name: string) => join(root, 'tests/system/fixtures', name);

/** For a process to come up on a machine that is busy with others. */
export const READY_WITHIN_MS = 180_000;

/** Workers whose clocks are wrong are named so that no time is read off what they measured. */
export const SKEWED = 'skewed-';

export class Workers {
  readonly #folder: string;
  readonly #env: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #running = new Map<string, TestProcess>();
  readonly #starting = new Set<Promise<unknown>>();
  readonly #started: TestProcess[] = [];
  #count = 0;

  /** @param environment all that they see; @param folder where they work */
  constructor(folder: string, env: string, environment: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#env = env;
    this.#environment = environment;
    process.once('exit', this.#abandon);
  }

  get ids(): string[] {
    return [...this.#running.keys()];
  }

  /** Everything that any of them has printed. */
  get output(): string {
    return this.#started.map((worker) => worker.stdout() + worker.stderr()).join('\n');
  }

  pick(random: RandomStream): string {
    const { ids } = this;
    const id = ids[Math.floor(random() * ids.length)];
    if (id === undefined) throw new Error('No worker runs');
    return id;
  }

  /** Resolves when they poll. */
  async add(count = 1): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#ready(`w${this.#next()}`)));
  }

  /** The same, without waiting for it; `settled` does. */
  replace(count = 1): void {
    // One that is killed on its way up is no failure; without enough of them the session does not end.
    const started = this.add(count).catch(() => {});
    this.#starting.add(started);
    void started.then(() => this.#starting.delete(started));
  }

  /** One whose wall clock is wrong. */
  async addSkewed(skewMs: number): Promise<string> {
    const id = `${SKEWED}${this.#next()}`;
    const preload = pathToFileURL(fixture('skewed-clock.ts')).href;
    await this.#ready(id, { NODE_OPTIONS: `--import=${preload}`, CLOCK_SKEW_MS: String(skewMs) });
    return id;
  }

  /** One that is killed when the first trials it stores are committed; resolves when it polls. */
  async addDoomed(): Promise<TestProcess> {
    const args = [this.#env, `doomed-${this.#next()}`];
    const options = { cwd: this.#folder, env: this.#environment };
    const worker = startScript(fixture('dies-after-commit.ts'), args, options);
    this.#started.push(worker);
    await worker.waitFor(/is ready/, READY_WITHIN_MS);
    return worker;
  }

  signal(id: string, name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#running.get(id)?.child.kill(name);
  }

  /** SIGKILL, or SIGTERM, which drains; resolves when it has ended. */
  async end(id: string, name: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const worker = this.#running.get(id);
    this.#running.delete(id);
    await worker?.kill(name);
  }

  /** Kills them all. */
  async endAll(): Promise<void> {
    await this.settled();
    await Promise.all(this.ids.map((id) => this.end(id)));
  }

  /** All that were started without waiting poll now. */
  async settled(): Promise<void> {
    await Promise.all(this.#starting);
  }

  /** A client's command. Ended by `close` at the latest. */
  command(args: readonly string[]): TestProcess {
    const process_ = startProcess(process.execPath, [command, ...args, '--env', this.#env], {
      cwd: this.#folder,
      env: this.#environment,
    });
    this.#started.push(process_);
    return process_;
  }

  async close(): Promise<void> {
    process.off('exit', this.#abandon);
    await Promise.all(this.#started.map((worker) => worker.kill()));
  }

  readonly #abandon = () => {
    for (const { child } of this.#started) child.kill('SIGKILL');
  };

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  async #ready(id: string, extra: Readonly<Record<string, string>> = {}): Promise<void> {
    const args = [command, 'worker', '--worker-id', id, '--concurrency', '1', '--env', this.#env];
    const worker = startProcess(process.execPath, args, {
      cwd: this.#folder,
      env: { ...this.#environment, ...extra },
    });
    this.#started.push(worker);
    this.#running.set(id, worker);
    await worker.waitFor(/worker \S+ is ready/, READY_WITHIN_MS);
  }
}
