import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, openStack, resumeSession, runSession } from '../../src/client/index.ts';
import { checkEnv, checkSessionId, checkWorkerId } from '../../src/config/ids.ts';
import { temporaryFolder } from '../support/environment.ts';

const RULE = 'must be 1 to 64 letters, digits, ".", "_" or "-", starting with a letter or a digit';

describe('a session id', () => {
  it.each([
    'a',
    '7',
    'arb-1',
    'A.b_c-d',
    'x'.repeat(64),
    '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    'console',
    'com10',
  ])('%s is one', (id) => {
    expect(checkSessionId(id)).toBe(id);
  });

  it.each([
    ['../../etc/x', RULE],
    ['a/b', RULE],
    ['a:b', RULE],
    ['.', RULE],
    ['', RULE],
    [' a', RULE],
    ['a\n', RULE],
    ['a\0b', RULE],
    ['%2e%2e', RULE],
    ['-rf', RULE],
    ['é', RULE],
    ['a..b', 'must not contain ".."'],
    ['CON', 'must not be the name of a Windows device'],
    ['nul.txt', 'must not be the name of a Windows device'],
    ['lpt1', 'must not be the name of a Windows device'],
  ])('%j is none', (id, why) => {
    const message = `--session-id: error BAD_VALUE: session id ${why}; got ${JSON.stringify(id)}.`;
    expect(() => checkSessionId(id)).toThrow(message);
  });

  it('of 300 characters is refused without being printed whole', () => {
    expect(() => checkSessionId('x'.repeat(300))).toThrow(`got "${'x'.repeat(77)}...".`);
  });
});

it('worker ids and env names keep to the same rule, under their own option', () => {
  expect(checkWorkerId('main')).toBe('main');
  expect(() => checkWorkerId('a:b')).toThrow('--worker-id: error BAD_VALUE: worker id must be');
  expect(() => checkEnv('../x')).toThrow('--env: error BAD_VALUE: env must be');
});

it('a script that names such a thing is refused before anything is opened or made', async () => {
  const home = join(temporaryFolder(), 'home');
  const environment = { ARBTUNE_HOME: home };
  const { spec } = await loadConfig('tests/fixtures/config/everything.yaml');
  await expect(runSession(spec, { environment, sessionId: '../x' })).rejects.toThrow('session id must be');
  await expect(runSession(spec, { environment, workerId: 'a/b' })).rejects.toThrow('worker id must be');
  await expect(resumeSession('a..b', { environment })).rejects.toThrow('session id must not contain ".."');
  await expect(openStack({ environment, env: '../x' })).rejects.toThrow('env must be');
  expect(existsSync(home)).toBe(false);
});
