import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { freePorts } from '../../src/embedded/ports.ts';
import { cleanEnvironment, temporaryFolder } from '../support/environment.ts';
import { startProcess, waitUntil } from '../support/processes.ts';

/** The image as far as it can be made without an engine: what the Dockerfile copies, and what it then runs. */

const dockerfile = readFileSync('Dockerfile', 'utf8');
const TOKEN = 'a-token-of-some-length';

test('the image is of the Node that the code is written for, runs as nobody of importance, and tells its health', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(dockerfile).toContain(`ARG NODE_VERSION=${dependencies.node}\n`);
  expect(dockerfile.match(/^FROM .*/gm)).toEqual([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Docker's own
    'FROM node:${NODE_VERSION}-bookworm-slim AS build',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Docker's own
    'FROM node:${NODE_VERSION}-bookworm-slim',
  ]);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toMatch(/^RUN npm ci --omit=dev/m);
  expect(dockerfile).toMatch(/^HEALTHCHECK .*"\/app\/deploy\/healthcheck.mjs"/m);
});

test('what the image holds is enough to bundle, to serve sessions, and to answer for its health', async () => {
  const app = temporaryFolder();
  for (const source of copied()) {
    expect(existsSync(source), source).toBe(true);
    mkdirSync(dirname(join(app, source)), { recursive: true });
    cpSync(source, join(app, source), { recursive: true });
  }
  symlinkSync(join(process.cwd(), 'node_modules'), join(app, 'node_modules'));
  const bundle = startProcess(process.execPath, ['scripts/build-bundle.ts', '--all'], { cwd: app });
  expect(await bundle.exited, bundle.stderr()).toMatchObject({ code: 0 });
  expect(bundle.stdout().trim().split('\n')).toHaveLength(2);

  const [port = 0] = await freePorts(1);
  const env = cleanEnvironment({
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    ARBTUNE_HOME: join(app, 'home'),
    ARBTUNE_HEALTH_TOKEN: TOKEN,
  });
  const check = () =>
    startProcess(process.execPath, ['deploy/healthcheck.mjs', String(port)], { cwd: app, env });
  expect((await check().exited).code).not.toBe(0);
  const flags = ['--env', `image-${process.pid}`, '--health-port', String(port), '--health-host', '0.0.0.0'];
  const worker = startProcess(process.execPath, [join(app, 'bin/arbtune.js'), 'worker', ...flags], {
    cwd: app,
    env,
  });
  onTestFinished(async () => void (await worker.kill()));
  await worker.waitFor(/is ready/);
  await waitUntil(async () => (await check().exited).code === 0);
  const stranger = startProcess(process.execPath, ['deploy/healthcheck.mjs', String(port)], {
    cwd: app,
    env: cleanEnvironment(),
  });
  expect((await stranger.exited).code).toBe(1);
});

test('only what the Dockerfile copies is sent to its build', () => {
  const sent = readFileSync('.dockerignore', 'utf8').match(/^!.*/gm) ?? [];
  expect(sent.map((line) => line.slice(1)).sort()).toEqual([...copied()].sort());
});

/** From the checkout, not from another stage. */
function copied(): string[] {
  const lines = dockerfile.match(/^COPY (?!--from).*/gm) ?? [];
  return lines.flatMap((line) => line.split(' ').slice(1, -1));
}
