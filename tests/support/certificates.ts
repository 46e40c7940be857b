import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Certificates for tests of TLS, made by openssl. */

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/**
 * In the folder: the authorities `ca` and `stranger`, and what the first has signed, `server` (for this machine) and
 * `client`; each as `<name>.pem` with `<name>.key`.
 */
export function makeCertificates(folder: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const newKey = (name: string) => [
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
  ];
  for (const ca of ['ca', 'stranger']) {
    openssl('req', '-x509', '-days', '2', ...newKey(ca), '-out', `${ca}.pem`);
  }
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
  for (const name of ['server', 'client']) {
    openssl('req', ...newKey(name), '-out', `${name}.csr`);
    openssl('x509', '-req', '-days', '2', '-in', `${name}.csr`, ...signer, '-out', `${name}.pem`);
  }
}
