import { readSessionInput } from '../activities/session-inputs.ts';
import { homeLayout } from '../embedded/home.ts';
import { ArbtuneError } from '../errors.ts';
import { DataNotHere, findData, type WantedData } from '../market-data/find-data.ts';
import type { Stack } from './stack.ts';

/** The data of a session that is to go on, looked for before anything of it does. */

/**
 * The folder that its data files lie under: `root`, else the one it was started from. Undefined of a session that
 * nobody knows.
 *
 * @throws ArbtuneError `input` when its data is under neither
 */
export async function findSessionData(
  stack: Stack,
  sessionId: string,
  root: string,
): Promise<string | undefined> {
  const known = await knownData(stack, sessionId);
  if (!known) return undefined;
  const { wanted, dataRoot } = known;
  const roots = [root, ...(dataRoot === undefined ? [] : [dataRoot])];
  try {
    return (await findData(wanted, roots, homeLayout(stack.home).cacheFolder)).root;
  } catch (error) {
    if (!(error instanceof ArbtuneError)) throw error;
    const remedy =
      error instanceof DataNotHere
        ? '; put the files back, or resume it in the folder that these paths begin in'
        : '';
    throw new ArbtuneError(
      'input',
      `Session "${sessionId}" cannot go on here and stays as it is: ${error.message}${remedy}`,
      { cause: error },
    );
  }
}

/** From the newest run's first event, or from the store where Temporal knows none. */
async function knownData(
  { client, store }: Stack,
  sessionId: string,
): Promise<{ readonly wanted: WantedData; readonly dataRoot: string | undefined } | undefined> {
  const execution = await client.describe(sessionId);
  if (execution) {
    const { spec, dataRoot } = await readSessionInput(client.temporal, execution);
    return { wanted: spec, dataRoot };
  }
  const record = await store.loadSession(sessionId);
  return record?.spec ? { wanted: JSON.parse(record.spec), dataRoot: record.data_root } : undefined;
}
