import { Connection, type ConnectionOptions } from '@temporalio/client';
import { ArbtuneError } from '../errors.ts';
import { firstLineOf } from '../foreign-errors.ts';
import { REQUIRED_ATTRIBUTES } from '../workflows/search-attributes.ts';

/** Makes sure that a Temporal service answers and knows the search attributes that sessions write. */

const CONNECT_LIMIT_MS = 6_000;
/** For everything: a service that is there and slow has all of it for its answers. */
const LIMIT_MS = 9_000;

/** gRPC status codes. */
const ALREADY_EXISTS = 6;
const NOT_FOUND = 5;
const FORBIDDING = new Set([7 /* permission denied */, 12 /* unimplemented */, 16 /* unauthenticated */]);

/** IndexedValueType of the API's enums. */
const INDEXED_TYPES: Readonly<Record<string, number>> = { TEXT: 1, KEYWORD: 2, INT: 3, DOUBLE: 4, BOOL: 5 };

/**
 * Throws an `unreachable` error naming the address, within 10 s, when nobody answers or the namespace is not there.
 * A service that does not let us register attributes is told of by `log`: an operator has to do it.
 */
export async function checkService(
  connectionOptions: ConnectionOptions,
  namespace: string,
  log: (line: string) => void,
): Promise<void> {
  const address = connectionOptions.address ?? '';
  const deadline = Date.now() + LIMIT_MS;
  const connection = await Connection.connect({
    ...connectionOptions,
    connectTimeout: CONNECT_LIMIT_MS,
  }).catch((error: unknown) => {
    throw new ArbtuneError(
      'unreachable',
      `Temporal at ${address} does not answer (tried for ${CONNECT_LIMIT_MS / 1000} s); start it, or change TEMPORAL_ADDRESS or the Temporal profile.`,
      { cause: error },
    );
  });
  try {
    await connection.withDeadline(deadline, async () => {
      await checkNamespace(connection, namespace, address);
      await registerAttributes(connection, namespace, log);
    });
  } finally {
    await connection.close();
  }
}

async function checkNamespace(connection: Connection, namespace: string, address: string): Promise<void> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (codeOf(error) === NOT_FOUND) {
      throw new ArbtuneError(
        'unreachable',
        `Temporal at ${address} has no namespace "${namespace}"; create it, or change TEMPORAL_NAMESPACE.`,
        { cause: error },
      );
    }
    // Credentials that may run workflows need not be allowed to describe the namespace.
    if (!FORBIDDING.has(codeOf(error))) {
      throw new ArbtuneError(
        'unreachable',
        `Temporal at ${address} does not answer (${firstLineOf(error)}).`,
        { cause: error },
      );
    }
  }
}

async function registerAttributes(
  connection: Connection,
  namespace: string,
  log: (line: string) => void,
): Promise<void> {
  const names = REQUIRED_ATTRIBUTES.map(({ name }) => name).join(', ');
  try {
    const known = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = REQUIRED_ATTRIBUTES.filter(({ name }) => known.customAttributes?.[name] === undefined);
    if (missing.length === 0) return;
    const searchAttributes = Object.fromEntries(
      missing.map(({ name, type }) => [name, INDEXED_TYPES[type] ?? 0]),
    );
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (codeOf(error) === ALREADY_EXISTS) return;
    log(
      `Could not register the search attributes ${names} (${firstLineOf(error)}); an operator has to add them to namespace "${namespace}".`,
    );
  }
}

function codeOf(error: unknown): number {
  return error instanceof Error && 'code' in error ? Number(error.code) : -1;
}
