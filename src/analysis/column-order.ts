/** The order of columns over records that do not all have the same ones. */

/**
 * All names, each once. A name new to the list comes after the one it follows in its own record, so a conditional
 * parameter stands where the search space has it.
 */
export class ColumnOrder {
  readonly #order: string[] = [];
  readonly #known = new Set<string>();

  get names(): readonly string[] {
    return this.#order;
  }

  add(record: Readonly<Record<string, unknown>>): void {
    let before: string | undefined;
    for (const name of Object.keys(record)) {
      if (!this.#known.has(name)) {
        this.#known.add(name);
        this.#order.splice(before === undefined ? 0 : this.#order.indexOf(before) + 1, 0, name);
      }
      before = name;
    }
  }
}

export function columnOrder(records: Iterable<Readonly<Record<string, unknown>>>): string[] {
  const order = new ColumnOrder();
  for (const record of records) order.add(record);
  return [...order.names];
}
