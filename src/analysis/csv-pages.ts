import type { TrialRecord } from '../store/trial-record.ts';
import { ColumnOrder } from './column-order.ts';
import { csvHeader, csvRows } from './csv-form.ts';

/** The text of a CSV whose records come a page at a time, so that a long session takes no more memory than a short one. */

type Page = readonly TrialRecord[];
export type TrialPages = AsyncIterable<Page> | Iterable<Page>;

/**
 * The columns stand in the first line, and any record may have one that none had before. Nearly always the first page
 * has them all; where it has not, the text ends early, and is made again from pages read anew, the columns now known.
 */
export class CsvPages {
  readonly #params = new ColumnOrder();
  readonly #metrics = new ColumnOrder();
  #isWhole = false;

  /** Whether the text made last holds every record. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** @param pages all records, in the order of the rows */
  async *text(pages: TrialPages): AsyncGenerator<string> {
    let columns: number | undefined;
    this.#isWhole = true;
    for await (const page of pages) {
      this.#look(page);
      if (columns === undefined) yield this.#header();
      columns ??= this.#columns;
      this.#isWhole &&= columns === this.#columns;
      if (this.#isWhole) yield csvRows(page, this.#params.names, this.#metrics.names);
    }
    if (columns === undefined) yield this.#header();
  }

  get #columns(): number {
    return this.#params.names.length + this.#metrics.names.length;
  }

  #header(): string {
    return csvHeader(this.#params.names, this.#metrics.names);
  }

  #look(page: Page): void {
    for (const { params, metrics } of page) {
      this.#params.add(params);
      this.#metrics.add(metrics);
    }
  }
}
