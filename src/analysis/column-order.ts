/** The order of columns over records that do not all have the same ones. */

/**
 * All names, each once. A name new to the list comes after the one it follows in its own record, so a conditional
 * parameter stands where the search space has it.
 */
export function columnOrder(records: Iterable<Readonly<Record<string, unknown>>>): string[] {
  const order: string[] = [];
  const known = new Set<string>();
  for (const record of records) {
    let before: string | undefined;
    for (const name of Object.keys(record)) {
      if (!known.has(name)) {
        known.add(name);
        order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, name);
      }
      before = name;
    }
  }
  return order;
}
