/** One venue's quotes on their way to becoming market data: what readers and generators give and the merge takes. */

/** Columns of equal length; `time` in microseconds, never decreasing. A quote of NaN says that there is none. */
export interface QuoteSeries {
  readonly rows: number;
  readonly time: Float64Array;
  readonly bid: Float64Array;
  readonly bidQty: Float64Array;
  readonly ask: Float64Array;
  readonly askQty: Float64Array;
}

/** KRW per USDT from `time` on, microseconds, never decreasing. */
export interface RateSeries {
  readonly rows: number;
  readonly time: Float64Array;
  readonly rate: Float64Array;
}

export function constantRate(rate: number): RateSeries {
  return { rows: 1, time: Float64Array.of(Number.NEGATIVE_INFINITY), rate: Float64Array.of(rate) };
}

/** Rows of so many numbers whose count is not known beforehand; each column is one typed array that doubles. */
export class RowBuffer {
  #columns: Float64Array[];
  #rows = 0;

  constructor(columns: number, capacity = 1024) {
    this.#columns = Array.from({ length: columns }, () => new Float64Array(Math.max(1, capacity)));
  }

  get rows(): number {
    return this.#rows;
  }

  push(...values: readonly number[]): void {
    if (this.#rows === this.#columns[0]!.length) this.#grow();
    for (let column = 0; column < this.#columns.length; column++) {
      this.#columns[column]![this.#rows] = values[column]!;
    }
    this.#rows++;
  }

  /** Takes the last row back. */
  pop(): void {
    this.#rows--;
  }

  /** The rows written so far; views, not copies. */
  column(index: number): Float64Array {
    return this.#columns[index]!.subarray(0, this.#rows);
  }

  #grow(): void {
    this.#columns = this.#columns.map((column) => {
      const larger = new Float64Array(column.length * 2);
      larger.set(column);
      return larger;
    });
  }
}

/** A buffer of quotes: `push(time, bid, bidQty, ask, askQty)`. */
export function quoteBuffer(capacity?: number): RowBuffer {
  return new RowBuffer(5, capacity);
}

/** From `time` on there is no quote. */
export function pushBlank(time: number, to: RowBuffer): void {
  to.push(time, Number.NaN, Number.NaN, Number.NaN, Number.NaN);
}

export function quoteSeries(buffer: RowBuffer): QuoteSeries {
  return {
    rows: buffer.rows,
    time: buffer.column(0),
    bid: buffer.column(1),
    bidQty: buffer.column(2),
    ask: buffer.column(3),
    askQty: buffer.column(4),
  };
}
