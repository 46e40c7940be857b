import { expect, test } from 'vitest';
import { cleanEnvironment } from '../support/environment.ts';
import { startProcess } from '../support/processes.ts';

/** What a process that serves sessions is started with, so that its memory stays small. */

/** The process and its limits, as often as it begins. */
const SAY = `data:text/javascript,
  import v8 from 'node:v8';
  const { heap_size_limit } = v8.getHeapStatistics();
  console.error('began', process.pid, heap_size_limit / 2 ** 20, process.env.MALLOC_ARENA_MAX);`;

async function beginnings(args: readonly string[], changes: Record<string, string> = {}) {
  const flags = ['--disable-warning=ExperimentalWarning', '--import', SAY, 'bin/arbtune.js'];
  const command = startProcess(process.execPath, [...flags, ...args], { env: cleanEnvironment(changes) });
  expect(await command.exited).toEqual({ code: 0, signal: null });
  expect(command.stdout()).toContain('Usage: arbtune');
  const said = [...command.stderr().matchAll(/^began (\d+) (\d+) (\S+)$/gm)];
  expect(said.map(([, pid]) => Number(pid))).toEqual(said.map(() => command.pid));
  return said.map(([, , heapMb, arenas]) => ({ heapMb: Number(heapMb), arenas }));
}

test.each(['worker', 'run', 'resume'])(
  '%s begins again in the same process, with limits',
  async (command) => {
    const [first, second, ...more] = await beginnings([command, '--help']);
    expect(first?.arenas).toBe('undefined');
    expect(second?.arenas).toBe('1');
    expect(second?.heapMb).toBeLessThan(first?.heapMb ?? 0);
    expect(more).toEqual([]);
  },
);

test("what the user's environment says of memory counts", async () => {
  const said = await beginnings(['worker', '--help'], {
    NODE_OPTIONS: '--max-old-space-size=3000 --max-semi-space-size=32',
    MALLOC_ARENA_MAX: '4',
  });
  expect(said).toEqual([
    { heapMb: 3_096, arenas: '4' },
    { heapMb: 3_096, arenas: '4' },
  ]);
});

test('a command that serves no session begins once', async () => {
  expect(await beginnings(['status', '--help'])).toHaveLength(1);
});
