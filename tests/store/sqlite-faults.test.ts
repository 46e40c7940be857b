import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open as openFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite-store.ts';
import { temporaryFolder } from '../support/environment.ts';
import { failure } from '../support/failure.ts';
import { trial } from './records.ts';

/** What happens to results, and what people are told, when the SQLite file, its disk or another process is in the way. */

const NAMESPACE = { env: 'local', mode: 'paper' };
const HERE = import.meta.dirname;
const PRELUDE = `
  import { SqliteStore } from ${JSON.stringify(join(HERE, '../../src/store/sqlite-store.ts'))};
  import { trial } from ${JSON.stringify(join(HERE, 'records.ts'))};
  const path = process.argv[1];
  const store = await SqliteStore.open({ path }, ${JSON.stringify(NAMESPACE)});
`;

let dir: string;
let path: string;
let ends: (() => Promise<unknown>)[];
beforeEach(() => {
  dir = temporaryFolder();
  path = join(dir, 'arbtune.sqlite');
  ends = [];
});
afterEach(async () => {
  for (const end of ends.toReversed()) await end();
});

async function open(busyTimeoutMs?: number): Promise<SqliteStore> {
  const store = await SqliteStore.open(
    { path, ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }) },
    NAMESPACE,
  );
  ends.push(() => store.close());
  return store;
}

/** Another process on the same file, running `body` after it opened the store; `lines` is what it prints. */
function run(
  body: string,
  before: readonly string[] = [],
): { child: ChildProcess; lines: AsyncIterator<string> } {
  const node = [process.execPath, '--input-type=module-typescript', '-e', PRELUDE + body, path];
  const [command, ...args] = [...before, ...node] as [string, ...string[]];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  ends.push(() => {
    child.kill('SIGKILL');
    return closed;
  });
  return { child, lines: createInterface({ input: child.stdout! })[Symbol.asyncIterator]() };
}

const batch = (from: number, count: number) => Array.from({ length: count }, (_, n) => trial(from + n));

/** A store with 200 trials, closed: everything is in the one file. */
async function filled(): Promise<void> {
  const store = await SqliteStore.open({ path }, NAMESPACE);
  await store.saveTrials(batch(1, 200));
  await store.close();
}

/** Runs its arguments on a full-able file system of 2 MB at `$0`; undefined where the machine does not allow it. */
const SMALL_DISK = ['unshare', '-rm', 'sh', '-c', 'mount -t tmpfs -o size=2m none "$0" && exec "$@"'];
const canMount = spawnSync(SMALL_DISK[0]!, [...SMALL_DISK.slice(1), tmpdir(), 'true']).status === 0;

describe('the SQLite file', () => {
  it('keeps every acknowledged trial over kills at any moment', async () => {
    let last = 0;
    for (let round = 0; round < 5; round += 1) {
      const { child, lines } = run(`
        for (let n = ${last + 1}; ; n += 1) {
          await store.saveTrials([trial(n)]);
          // Said once it is in the pipe: a reader that is slow must not leave it behind in a process that is killed.
          await new Promise((said) => process.stdout.write(n + '\\n', said));
        }`);
      const until = last + 5 + 7 * round;
      while (last < until) last = Number((await lines.next()).value);
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      // What it printed before it died counts as well.
      for (let line = await lines.next(); !line.done; line = await lines.next()) last = Number(line.value);
      const store = await SqliteStore.open({ path }, NAMESPACE);
      const trials = await store.loadTrials('s1');
      await store.close();
      expect(trials.slice(0, last)).toEqual(batch(1, last));
      expect(trials.length).toBeLessThanOrEqual(last + 1);
    }
  });

  it('lets a second writer wait for the first, without blocking its own process', async () => {
    const store = await open(60_000);
    const mayEnd = join(dir, 'may-end');
    const { lines } = run(`
      import { existsSync } from 'node:fs';
      import { DatabaseSync } from 'node:sqlite';
      const db = new DatabaseSync(path);
      db.exec('BEGIN IMMEDIATE');
      console.log('locked');
      setInterval(() => existsSync(${JSON.stringify(mayEnd)}) && process.exit(db.exec('COMMIT')), 10);`);
    await lines.next();
    let isSaved = false;
    const saving = store.saveTrials([trial(1)]).then(() => {
      isSaved = true;
    });
    // The first goes on only when told to, which a process that is blocked could not do.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(isSaved).toBe(false);
    await writeFile(mayEnd, '');
    await saving;
    expect(await store.loadTrials('s1')).toEqual([trial(1)]);
  });

  it('says which process holds it when that goes on for too long; reading goes on', async () => {
    const store = await open(200);
    const { child, lines } = run(`
      import { DatabaseSync } from 'node:sqlite';
      const db = new DatabaseSync(path);
      db.exec('BEGIN IMMEDIATE');
      console.log('locked');
      setInterval(() => {}, 1000);`);
    await lines.next();
    const error = await failure(store.saveTrials([trial(1)]));
    expect(error.exitCode).toBe(5);
    const holder = process.platform === 'linux' ? `process ${child.pid}` : 'another process';
    expect(error.message).toBe(`The result store ${path} is locked by ${holder}; end it or wait for it.`);
    expect(await store.loadTrials('s1')).toEqual([]);
    expect(await (await open(200).catch(() => store)).countTrials('s1')).toBe(0);
  });

  it('can be opened by many processes at once when it does not exist yet', async () => {
    const writers = Array.from({ length: 4 }, (_, n) =>
      run(`await store.saveTrials([trial(${n + 1})]); await store.close(); console.log('done');`),
    );
    for (const writer of writers) expect((await writer.lines.next()).value).toBe('done');
    expect(await (await open()).loadTrials('s1')).toEqual(batch(1, 4));
  });

  it.skipIf(!canMount)(
    'on a full disk says so, keeps what it had, and goes on when there is room',
    async () => {
      await mkdir(join(dir, 'disk'));
      path = join(dir, 'disk', 'arbtune.sqlite');
      const body = `
      import { rm, writeFile } from 'node:fs/promises';
      import { dirname, join } from 'node:path';
      const batch = (from, count) => Array.from({ length: count }, (_, n) => trial(from + n));
      await store.saveTrials(batch(1, 50));
      const filler = join(dirname(path), 'filler');
      await writeFile(filler, Buffer.alloc(1 << 20)).catch(() => {});
      let from = 51;
      for (;;) {
        const error = await store.saveTrials(batch(from, 50)).then(() => undefined, (e) => e);
        if (error) { console.log(error.exitCode + ' ' + error.message); break; }
        from += 50;
      }
      console.log((await store.loadTrials('s1')).length - from + 1);
      await rm(filler);
      await store.saveTrials(batch(from, 50));
      console.log((await store.countTrials('s1')) - from + 1);
      await store.close();`;
      const { lines } = run(body, [...SMALL_DISK, join(dir, 'disk')]);
      expect((await lines.next()).value).toBe(
        `5 The result store ${path} cannot be written: the disk is full. Free some space; what was stored before is intact.`,
      );
      expect((await lines.next()).value).toBe('0');
      expect((await lines.next()).value).toBe('50');
    },
  );
});

describe('a SQLite file that is not sound', () => {
  async function expectRefusal(message: string): Promise<void> {
    const before = await readFile(path);
    const error = await failure(SqliteStore.open({ path }, NAMESPACE));
    expect(error.message).toContain(message);
    expect(await readFile(path)).toEqual(before);
  }

  it('is refused and left alone when it was cut short', async () => {
    await filled();
    await truncate(path, Math.floor((await stat(path)).size / 2));
    await expectRefusal(`The result store ${path} is damaged (`);
    await expectRefusal('let `arbtune repair` rebuild the sessions from their history');
  });

  it('is refused and left alone when a page of it was overwritten', async () => {
    await filled();
    const file = await openFile(path, 'r+');
    await file.write(Buffer.alloc(4_096, 0xa5), 0, 4_096, 3 * 4_096);
    await file.close();
    await expectRefusal(`The result store ${path} is damaged (`);
  });

  it('is noticed when a single bit of a stored value is flipped', async () => {
    await filled();
    const bytes = await readFile(path);
    // In every copy of the value: some lie in space that the file no longer uses.
    let flipped = 0;
    for (let at = bytes.indexOf('"trades":7'); at >= 0; at = bytes.indexOf('"trades":7', at)) {
      bytes[at + 9]! ^= 1;
      flipped += 1;
    }
    expect(flipped).toBeGreaterThan(0);
    await writeFile(path, bytes);
    const error = await failure((await open()).loadTrials('s1'));
    expect(error.exitCode).toBe(5);
    expect(error.message).toMatch(/is damaged \(the record of iteration \d+ does not match its checksum\)/);
  });

  it('is refused when it is something else', async () => {
    await writeFile(path, 'not a database, but long enough to have a header of a hundred bytes'.repeat(20));
    await expectRefusal('is damaged (file is not a database)');
  });

  it('is refused when it is of another program', async () => {
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE theirs (a)');
    db.close();
    await expectRefusal('is a SQLite file of another program');
  });

  it('is refused when a later arbtune wrote it', async () => {
    await filled();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const error = await failure(SqliteStore.open({ path }, NAMESPACE));
    expect(error.exitCode).toBe(4);
    expect(error.message).toContain('has the form 99 of a later arbtune');
  });

  it('is refused when its folder cannot be made', async () => {
    await writeFile(join(dir, 'file'), '');
    const error = await failure(
      SqliteStore.open({ path: join(dir, 'file', 'x', 'arbtune.sqlite') }, NAMESPACE),
    );
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain('set ARBTUNE_HOME to a folder of your own');
  });
});
