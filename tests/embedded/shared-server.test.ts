import { Client, Connection } from '@temporalio/client';
import { expect, inject, test } from 'vitest';

test('a workflow can be started', async () => {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  const client = new Client({ connection });
  const h = await client.workflow.start('x', { taskQueue: 'q', workflowId: 'w' });
  expect((await h.describe()).status.name).toBe('RUNNING');
  await connection.close();
});
