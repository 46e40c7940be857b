import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { configuredServer } from '../../src/embedded/configured-server.ts';
import { ensureTemporal } from '../../src/embedded/ensure-temporal.ts';
import { hasOpenssl, makeCertificates } from '../support/certificates.ts';
import { cleanEnvironment } from '../support/environment.ts';
import { quickConfig } from '../system/support/configs.ts';
import { sandbox } from '../system/support/sandbox.ts';

/** A Temporal service behind TLS that asks for a client's certificate or an API key, named by the standard environment. */

describe.skipIf(!hasOpenssl)('a Temporal service over TLS', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  const tlsOptions = () => ({
    ...{ key: readFileSync(file('server.key')), cert: readFileSync(file('server.pem')) },
    ALPNProtocols: ['h2'],
  });
  const credentials = (of: string) => ({
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem'),
    TEMPORAL_TLS_CLIENT_CERT_PATH: file(`${of}.pem`),
    TEMPORAL_TLS_CLIENT_KEY_PATH: file(`${of}.key`),
  });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'arbtune-tls-'));
    makeCertificates(folder);
    return () => rmSync(folder, { recursive: true, force: true });
  });

  /** The suite's server behind a door that only a certificate of the authority opens. */
  async function mutualTls(): Promise<string> {
    const [host = '', port = ''] = inject('temporalAddress').split(':');
    const options = { ...tlsOptions(), ca: readFileSync(file('ca.pem')), requestCert: true };
    const door = createServer({ ...options, rejectUnauthorized: true }, (secure) => {
      const plain = connect(Number(port), host);
      secure.pipe(plain).pipe(secure);
      for (const socket of [secure, plain])
        socket.on('error', () => secure.destroy(plain.destroy().errored ?? undefined));
    });
    return await listen(door);
  }

  test('runs a session, worker and client, with the certificate that it asks for', {
    timeout: 300_000,
  }, async () => {
    const environment = { TEMPORAL_ADDRESS: await mutualTls(), ...credentials('client') };
    const machine = sandbox({ environment });
    const config = quickConfig(machine.folder, { method: 'random', max_iterations: 6 });
    const { code, stderr } = await machine.run(['run', '--config', config]);
    expect(code, stderr).toBe(0);
  });

  test('refuses a client of another authority, or of none', async () => {
    const address = await mutualTls();
    const strangers = [{ TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem') }, credentials('stranger')];
    for (const stranger of strangers) {
      const environment = cleanEnvironment({ TEMPORAL_ADDRESS: address, ...stranger });
      await expect(ensureTemporal({ home: folder, environment, log: () => {} })).rejects.toMatchObject({
        kind: 'unreachable',
        message: expect.stringContaining(address),
      });
    }
  });

  test('is shown the API key, and never without TLS', async () => {
    const shown: unknown[] = [];
    const gate = createSecureServer(tlsOptions());
    gate.on('stream', (stream, headers) => {
      shown.push(headers.authorization);
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16' },
        { endStream: true },
      );
    });
    const environment = cleanEnvironment({
      TEMPORAL_ADDRESS: await listen(gate),
      TEMPORAL_API_KEY: 'the-key-of-the-desk',
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem'),
    });
    await expect(ensureTemporal({ home: folder, environment, log: () => {} })).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.not.stringContaining('the-key-of-the-desk'),
    });
    expect(new Set(shown)).toEqual(new Set(['Bearer the-key-of-the-desk']));
    const { TEMPORAL_TLS_SERVER_CA_CERT_PATH: _, ...bare } = environment;
    expect(configuredServer(bare)?.connection).toMatchObject({ apiKey: 'the-key-of-the-desk', tls: true });
  });
});

async function listen(server: Server | Http2SecureServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
