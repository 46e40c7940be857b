import { ArbtuneError } from '../errors.ts';
import { errorCode } from '../foreign-errors.ts';
import { type DataLocation, scenarioDataHash } from './load.ts';
import type { Scenario } from './scenario.ts';

/** Under which of several folders a session's data files lie: their content decides, so no other file is ever taken for one. */

export interface WantedData {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
  /** As `scenarioDataHash` gives it. */
  readonly dataHash: string;
}

/** The files are not here at all: unlike files that are others, they may well be on another machine. */
export class DataNotHere extends ArbtuneError {
  constructor(message: string, options?: ErrorOptions) {
    super('input', message, options);
    this.name = 'DataNotHere';
  }
}

/**
 * The first of `roots` that holds the session's data.
 *
 * @throws DataNotHere when no root holds its files, ArbtuneError `input` when one holds others under their names
 */
export async function findData(
  wanted: WantedData,
  roots: readonly string[],
  cacheDir: string,
): Promise<DataLocation> {
  const faults: ArbtuneError[] = [];
  for (const root of new Set(roots)) {
    const location = { root, cacheDir };
    try {
      const found = await scenarioDataHash(wanted.scenarios, location);
      if (found === wanted.dataHash) return location;
      faults.push(otherData(wanted, found, root));
    } catch (error) {
      if (!(error instanceof ArbtuneError)) throw error;
      faults.push(error);
    }
  }
  const others = faults.filter((fault) => !isAbsence(fault));
  const [first] = others;
  if (first) throw first;
  throw new DataNotHere(faults.map(({ message }) => message).join('; '), { cause: faults[0] });
}

export function otherData({ name, dataHash }: WantedData, found: string, root: string): ArbtuneError {
  return new ArbtuneError(
    'input',
    `The market data of session ${name} has the hash ${found} here (under ${root}), the session was started on ${dataHash}; ` +
      'give this worker the same data files',
  );
}

/** Whether the file system gave no file, as it says by a code: there is none, or it is another user's. */
function isAbsence(error: ArbtuneError): boolean {
  let cause: unknown = error;
  while (cause instanceof ArbtuneError) cause = cause.cause;
  return errorCode(cause) !== undefined;
}
