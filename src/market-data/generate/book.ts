import type { RowBuffer } from '../quotes.ts';
import type { Random } from './random.ts';
import type { BookSettings } from './settings.ts';

/** A synthetic top of book around a mid price: prices on ticks, quantities drawn. */

const PRICE_DECIMALS = 1e8;
const QUANTITY_DECIMALS = 1e4;

/** Appends one quote. `widen` multiplies the width of the book. Ask is at least one tick above bid. */
export function pushQuote(
  quotes: RowBuffer,
  book: BookSettings,
  random: Random,
  at: { readonly time: number; readonly mid: number; readonly widen: number },
): void {
  const half = (at.mid * book.spread_bps * at.widen) / 2e4;
  const bidTicks = Math.max(1, Math.floor((at.mid - half) / book.tick));
  const askTicks = Math.max(bidTicks + 1, Math.ceil((at.mid + half) / book.tick));
  quotes.push(
    at.time,
    onTick(bidTicks, book.tick),
    quantity(book, random),
    onTick(askTicks, book.tick),
    quantity(book, random),
  );
}

/** A multiple of the tick without the noise of binary fractions: 3846112 x 0.01 is 38461.12. */
function onTick(ticks: number, tick: number): number {
  return Math.round(ticks * tick * PRICE_DECIMALS) / PRICE_DECIMALS;
}

function quantity(book: BookSettings, random: Random): number {
  return Math.ceil(random.exponential(book.quantity) * QUANTITY_DECIMALS) / QUANTITY_DECIMALS;
}
