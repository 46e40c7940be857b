import { expect, test } from 'vitest';
import { listSessions } from '../../src/client/list-sessions.ts';
import type { TuningClient } from '../../src/client/tuning-client.ts';
import type { ResultStore } from '../../src/store/result-store.ts';
import { session } from '../store/records.ts';

test('an ended session has all its trials counted, the pruned ones too', async () => {
  const counts = { iterations: 60, completed: 48, failed: 1 };
  const records = [
    session('pruned', { status: 'completed', created_at: '2026-02-01T00:00:00.000Z', ...counts, pruned: 11 }),
    session('whole', { status: 'completed', ...counts, completed: 59 }),
  ];
  const store = { listSessions: async () => records } as Partial<ResultStore> as ResultStore;
  const client = { list: async () => [] } as Partial<TuningClient> as TuningClient;
  expect(await listSessions(client, store)).toMatchObject([
    { session_id: 'pruned', completed: 48, pruned: 11, failed: 1, trials: 60 },
    { session_id: 'whole', completed: 59, pruned: 0, failed: 1, trials: 60 },
  ]);
});
