import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { hasRequiredAttributes, isHealthy } from '../../src/embedded/dev-server.ts';
import { LOOPBACK } from '../../src/embedded/ports.ts';

test('a server that does not answer in time is not yet healthy, and may lack attributes: no reason to fail', async () => {
  const silent = createServer(() => {}).listen(0, LOOPBACK);
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const bound = silent.address();
  const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
  const ports = { grpc: port, ui: port, http: port };
  expect(await Promise.all([isHealthy(ports), hasRequiredAttributes(ports)])).toEqual([false, false]);
});
