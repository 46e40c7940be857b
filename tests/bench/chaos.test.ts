import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JudgedSession } from '../../bench/chaos/court.ts';
import type { Fault } from '../../bench/chaos/fault.ts';
import { FAULTS, faultsOn } from '../../bench/chaos/faults/registry.ts';
import { type Evidence, isSound, judge, type TrialRow } from '../../bench/chaos/judge.ts';
import { matrixTable } from '../../bench/chaos/matrix.ts';
import { readOptions } from '../../bench/chaos/options.ts';
import { planAny, planMany, planOne } from '../../bench/chaos/schedule.ts';
import { randomStream } from '../../src/search-space/random-stream.ts';
import { type Network, startTcpProxy } from '../support/tcp-proxy.ts';

/** The chaos command itself: what it would not see, nobody would. */

const ROWS = [1, 2, 3].map(
  (iteration): TrialRow => ({ iteration, objective: iteration / 3, worker_id: 'a' }),
);

function evidence(changes: Partial<Evidence> = {}): Evidence {
  return { history: [1, 2, 3], kept: [1, 2, 3], store: ROWS, csv: ROWS, ...changes };
}

describe('the judge', () => {
  const verdict = (changes: Partial<Evidence>) => judge(evidence(), evidence(changes));

  it('finds nothing where only the circumstances differ', () => {
    const elsewhere = ROWS.map((row) => ({ ...row, worker_id: 'b', attempt: 2, duration_ms: 9 }));
    expect(isSound(verdict({ store: elsewhere, csv: elsewhere }))).toBe(true);
  });

  it('counts a trial as lost wherever it is missing', () => {
    expect(verdict({ history: [1, 3] }).lost).toEqual([2]);
    expect(verdict({ kept: [1, 2] }).lost).toEqual([3]);
    expect(verdict({ store: ROWS.slice(1) }).lost).toEqual([1]);
    expect(verdict({ csv: [] }).lost).toEqual([1, 2, 3]);
  });

  it('counts a trial as doubled wherever it is there twice, or was never asked for', () => {
    expect(verdict({ history: [1, 2, 2, 3] }).doubled).toEqual([2]);
    expect(verdict({ kept: [1, 2, 3, 3] }).doubled).toEqual([3]);
    expect(verdict({ csv: [...ROWS, ...ROWS.slice(0, 1)] }).doubled).toEqual([1]);
    expect(verdict({ history: [1, 2, 3, 4] }).doubled).toEqual([4]);
  });

  it('counts a trial as changed by the last bit of a figure', () => {
    const nearly = ROWS.map((row, i) => (i === 1 ? { ...row, objective: 2 / 3 + 2 ** -53 } : row));
    expect(nearly[1]?.objective).not.toBe(ROWS[1]?.objective);
    expect(verdict({ store: nearly }).changed).toEqual([2]);
    expect(verdict({ csv: nearly }).changed).toEqual([2]);
    expect(isSound(verdict({ csv: nearly }))).toBe(false);
  });
});

describe('a schedule', () => {
  it('is a function of its seed', () => {
    const plans = (seed: number) => [
      ...Array.from({ length: 20 }, (_, i) => planAny(seed, i, FAULTS, 60, 2)),
      planMany(seed, FAULTS[0]!, 2_000, 20),
    ];
    expect(plans(7)).toEqual(plans(7));
    expect(plans(7)).not.toEqual(plans(8));
  });

  it('strikes inside the session, in order, for a time that the fault allows', () => {
    for (const fault of FAULTS) {
      const [planned] = planOne(3, 1, fault, 60).faults;
      const [least, most] = fault.lasts ?? [0, 0];
      expect(planned?.lastsMs).toBeGreaterThanOrEqual(least);
      expect(planned?.lastsMs).toBeLessThanOrEqual(most);
    }
    const moments = planMany(3, FAULTS[0]!, 2_000, 20).faults.map(({ afterTrials }) => afterTrials);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
    expect(moments[0]).toBeGreaterThan(0);
    expect(moments.at(-1)).toBeLessThan(2_000);
  });

  it('knows each fault by one name, and some on either stack', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
    expect(faultsOn('embedded').map(({ name }) => name)).toContain('disk-full');
    expect(faultsOn('redis').map(({ name }) => name)).toContain('redis-wiped');
  });

  it('says what an option should have been', () => {
    expect(() => readOptions(['--seed', 'x'])).toThrow('Expected --seed to be an integer >= 1, got x');
    expect(() => readOptions(['--stack', 'mysql'])).toThrow(
      'Expected --stack to be embedded or redis, got mysql',
    );
    expect(readOptions(['--kills', '20'])).toMatchObject({ task: 'kills', trials: 2_000, workers: 4 });
  });
});

describe('the matrix', () => {
  it('counts each strike of a fault once, also where a session had several', () => {
    const [kill, end] = FAULTS as readonly [Fault, Fault];
    const strike = (fault: Fault, goesOnAfterMs: number) => ({
      ...{ fault, afterTrials: 1, lastsMs: 0, goesOnAfterMs, standstillMs: 2_000 },
    });
    const injections = [strike(kill, 100), strike(end, 9_000), strike(kill, 300)];
    const session: JudgedSession = {
      run: { sessionId: 's', ended: 'completed', csv: '', evidence: evidence(), injections },
      verdict: { lost: [4], doubled: [], changed: [5, 6] },
      isSound: false,
    };
    const rows = matrixTable(injections.map(({ fault }) => ({ fault, session }))).split('\n');
    expect(rows.slice(2)).toEqual([
      `| ${kill.what} | 2 | 1 | 0 | 2 | 0.1 to 0.3 | 2.0 |`,
      `| ${end.what} | 1 | 1 | 0 | 2 | 9.0 | 2.0 |`,
    ]);
  });
});

describe('a bad network', () => {
  async function line() {
    const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const { port } = echo.address() as { port: number };
    const proxy = await startTcpProxy(port, randomStream(1, 0, 'test'));
    onTestFinished(async () => {
      await proxy.close();
      echo.close();
    });
    const dial = async (): Promise<Socket> => {
      const socket = connect(proxy.port, '127.0.0.1').on('error', () => {});
      await once(socket, 'connect');
      return socket;
    };
    return { proxy, dial };
  }

  const echoed = async (socket: Socket, text: string) => {
    socket.write(text);
    const [data] = await once(socket, 'data');
    return String(data);
  };

  it('passes everything on while it is good, and again after it was slow', async () => {
    const { proxy, dial } = await line();
    const socket = await dial();
    expect(await echoed(socket, 'one')).toBe('one');
    proxy.become({ kind: 'slow', upToMs: 30 });
    expect(await echoed(socket, 'two')).toBe('two');
    proxy.become({ kind: 'good' });
    expect(await echoed(socket, 'three')).toBe('three');
  });

  it('delivers after a standstill what was sent in it', async () => {
    const { proxy, dial } = await line();
    const socket = await dial();
    proxy.become({ kind: 'stalled' });
    const answer = echoed(socket, 'late');
    proxy.become({ kind: 'good' });
    expect(await answer).toBe('late');
  });

  it.each<Network>([{ kind: 'cut' }, { kind: 'lossy', chance: 1 }])(
    'resets a connection when $kind',
    async (network) => {
      const { proxy, dial } = await line();
      const socket = await dial();
      const closed = new Promise((resolve) => socket.once('close', resolve));
      proxy.become(network);
      socket.write('lost');
      await closed;
      proxy.become({ kind: 'good' });
      expect(await echoed(await dial(), 'new')).toBe('new');
    },
  );

  it('leaves a half-open connection standing and silent for ever; a new one works', async () => {
    const { proxy, dial } = await line();
    const old = await dial();
    expect(await echoed(old, 'before')).toBe('before');
    proxy.become({ kind: 'half-open' });
    let heard = '';
    old.on('data', (data) => {
      heard += data;
    });
    old.write('swallowed');
    proxy.become({ kind: 'good' });
    expect(await echoed(await dial(), 'new')).toBe('new');
    expect({ heard, destroyed: old.destroyed }).toEqual({ heard: '', destroyed: false });
    old.destroy();
  });
});
