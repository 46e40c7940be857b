import { readFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { recordsIn } from '../../src/activities/history-records.ts';
import { historyFromJson } from '../support/history-json.ts';

/** What a history tells of a session's trials is all of them, whether or not they were on their way to the store. */

/** Without an encryption of payloads. */
const client = { options: { loadedDataConverter: { payloadCodecs: [] } } } as unknown as Client;

const events = (name: string) => {
  const file = new URL(`../fixtures/histories/${name}.json`, import.meta.url);
  return historyFromJson(readFileSync(file, 'utf8')).events ?? [];
};

test.for(['grid', 'random', 'bayesian', 'sequence', 'failed-trials'])(
  'trials of a session (%s) that were measured and never on their way to the store',
  async (name) => {
    const whole = await recordsIn(client, 's', events(name));
    const unstored = events(name).filter(
      ({ activityTaskScheduledEventAttributes: it }) => it?.activityType?.name !== 'persistTrials',
    );
    expect(unstored.length).toBeLessThan(events(name).length);
    const found = await recordsIn(client, 's', unstored);
    expect(whole?.records.length).toBeGreaterThan(1);
    const figures = (history = whole) => history?.records.map(({ reason: _, ...rest }) => rest);
    expect(figures(found)).toEqual(figures(whole));
  },
);
