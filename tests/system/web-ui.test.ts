import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { waitUntil } from '../support/processes.ts';
import { slowConfig } from './support/configs.ts';
import { embeddedServer, sandbox } from './support/sandbox.ts';

/**
 * The Web UI tells what a session does without an event being opened. With ARBTUNE_SCREENSHOTS set to a folder, what
 * it showed is kept there.
 */

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Trials long enough for the session to outlast a look at its pages. */
const QUOTES_PER_SECOND = 300;

async function keep(page: Page, name: string): Promise<void> {
  const folder = process.env.ARBTUNE_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** A browser beside the tests of a busy machine takes its time. */
const SLOW_MS = 90_000;

/** Looks at one opening of a page: it takes a while to fill. */
const LOOKS = 100;

/** Opens a session's page, of the run that it is in now: a slow machine may have it go on in a new run meanwhile. */
async function open(page: Page, session: string, tab: string): Promise<void> {
  await page.goto(session);
  await page.waitForURL(/\/history$/);
  await page.goto(page.url().replace(/history$/, tab));
}

/** The text of a session's page with that of its frames, where the Web UI renders markdown, once all patterns are in it. */
async function textOf(page: Page, session: string, tab: string, ...patterns: RegExp[]): Promise<string> {
  let looks = 0;
  return await waitUntil(
    async () => {
      if (looks++ % LOOKS === 0) await open(page, session, tab);
      const frames = page.frames().map((frame) =>
        frame
          .textContent('body')
          .then((text) => text ?? '')
          .catch(() => ''),
      );
      const text = (await Promise.all(frames)).join('\n');
      if (patterns.every((pattern) => pattern.test(text))) return text;
      await page.keyboard.press('r'); // The Web UI's own key: ask again.
      return undefined;
    },
    SLOW_MS,
    () => `The Web UI does not show ${patterns.join(' and ')} at once`,
  );
}

test.skipIf(!existsSync(CHROMIUM))(
  'the Web UI shows progress, the best trial and who works',
  { timeout: 480_000 },
  async () => {
    const machine = sandbox({ temporal: 'embedded' });
    const config = slowConfig(machine.folder, { name: 'busy-market' }, QUOTES_PER_SECOND);
    const run = machine.start([
      'run',
      '--config',
      config,
      '--iterations',
      '4000',
      '--optimizer',
      'random',
      '--workers',
      '4',
      '--session-id',
      'shown',
    ]);
    const [, session = ''] = await run.waitFor(/session shown started · (http\S+)\/[^/]+\/user-metadata/);
    expect(embeddedServer(machine.home)).toBeDefined();
    await run.waitFor(/\[RESULT\] trial 20 /);
    let browser: Browser | undefined;
    try {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: SLOW_MS });
      const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
      page.setDefaultTimeout(SLOW_MS);
      // Between two batches nothing runs for a moment, so that one look may come too soon.
      await textOf(
        page,
        session,
        'user-metadata',
        /running\b.*: \d+ of 4000 trials/i,
        /Best: trial \d+/,
        /min_spread_pct/,
        /Running: \d+/,
        /main \(\d+\)/,
        /busy-market: random, seed 42/,
      );
      await keep(page, 'running');
      // So that it stays as it is while it is looked at.
      await machine.json(['pause', 'shown']);
      await textOf(page, session, 'search-attributes', /ArbtuneBest/, /ArbtuneStatus[\s\S]*paused/);

      // Another worker keeps the session's pages answered, and the server up, after its end.
      await machine.worker('host');
      await machine.json(['stop', 'shown']);
      expect(await run.exited, run.stderr()).toMatchObject({ code: 0 });
      await textOf(
        page,
        session,
        'user-metadata',
        /stopped \(asked to stop\): \d+ of 4000 trials/,
        /Nothing is running\./,
      );
      await keep(page, 'stopped');
    } finally {
      await browser?.close();
    }
  },
);
