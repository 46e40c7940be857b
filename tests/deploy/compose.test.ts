import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findTemporalServer } from '../../scripts/setup/temporal-server.mjs';

/** docker-compose.yml as far as it can be held to its promises without an engine that runs it. */

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly restart: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const text = readFileSync('docker-compose.yml', 'utf8');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const worker = compose.services.worker as Service;
/** Those that end when their work is done, and are waited for. */
const JOBS = ['temporal-schema', 'temporal-namespace'];

describe('docker-compose.yml', () => {
  test('has every service of a deployment, each at one version', () => {
    expect(Object.keys(compose.services)).toEqual([
      ...[
        'postgresql',
        'temporal-schema',
        'temporal',
        'temporal-namespace',
        'temporal-ui',
        'redis',
        'worker',
      ],
    ]);
    for (const [name, { image, build }] of services) {
      if (build === undefined) expect(image, name).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?(-[\w.-]+)?$/);
    }
    const temporal = compose.services.temporal?.image.split(':')[1];
    for (const job of JOBS) expect(compose.services[job]?.image).toContain(`:${temporal}-`);
  });

  test('knows of each service whether it is well, starts it again, and waits for what it needs', () => {
    for (const [name, service] of services) {
      const isJob = JOBS.includes(name);
      expect(service.restart, name).toBe(isJob ? 'on-failure:5' : 'unless-stopped');
      // The worker's stands in the Dockerfile.
      if (!isJob && name !== 'worker') expect(service.healthcheck?.test.length, name).toBeGreaterThan(1);
      for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
        const wanted = JOBS.includes(needed) ? 'service_completed_successfully' : 'service_healthy';
        expect(condition, `${name} needs ${needed}`).toBe(wanted);
        expect(compose.services).toHaveProperty(needed);
      }
    }
  });

  test('opens ports to this machine alone, and holds no secret', () => {
    for (const [name, { ports = [] }] of services) {
      for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
    const secrets = text.matchAll(/(PASSWORD|PWD|TOKEN|AUTH|requirepass)['",]*:? *(.*)$/gm);
    for (const [line, , value] of secrets) expect(value, line).toMatch(/\$\{\w+:\?set it in \.env\}/);
  });

  test('names files that are there, volumes that it declares, and every variable of the example', () => {
    for (const [name, { volumes = [], entrypoint = [] }] of services) {
      for (const volume of volumes) {
        const source = volume.split(':')[0] as string;
        if (source.startsWith('./')) expect(existsSync(source), `${name}: ${source}`).toBe(true);
        else expect(compose.volumes, name).toHaveProperty(source);
      }
      const script = entrypoint.find((word) => word.startsWith('/deploy/'));
      if (script) execFileSync('sh', ['-n', script.replace('/deploy', 'deploy/temporal')]);
    }
    const example = readFileSync('deploy/example.env', 'utf8');
    const used = new Set([...text.matchAll(/\$\{(\w+)/g)].map((match) => match[1]));
    const offered = new Set([...example.matchAll(/^#? ?(\w+)=/gm)].map((match) => match[1]));
    expect([...offered].sort()).toEqual([...used].sort());
  });

  test('starts workers by a command line that the worker takes', () => {
    const words = (worker.command ?? [])
      .join(' ')
      .replace('exec arbtune ', '')
      .replaceAll('"', '')
      .split(' ');
    const help = execFileSync(process.execPath, ['bin/arbtune.js', 'worker', '--help'], { encoding: 'utf8' });
    const flags = words.filter((word) => word.startsWith('--'));
    expect(flags.length).toBeGreaterThan(4);
    for (const flag of flags) expect(help).toContain(`${flag} <`);
  });

  test.skipIf(findTemporalServer(process.env) === undefined)(
    'tunes Temporal by keys that the server knows',
    () => {
      const { server } = findTemporalServer(process.env) ?? { server: '' };
      const said = execFileSync(server, ['validate-dynamic-config', 'deploy/temporal/dynamic-config.yaml'], {
        encoding: 'utf8',
      });
      expect(said.trim()).toBe('deploy/temporal/dynamic-config.yaml');
    },
  );
});
