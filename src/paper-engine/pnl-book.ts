import { roundSigned } from './venue.ts';

/**
 * Where the profit came from, in KRW units. What both legs traded is arbitrage; coin that only one side has (excess
 * fills, fees taken in coin, withdrawal fees) is a position at average cost, and what closing it wins or loses is leg
 * risk. Together with the marks at the end the parts equal the change of all balances, to the last unit.
 */
export class PnlBook {
  arbitrage = 0;
  /** Never positive. */
  fees = 0;
  legs = 0;
  rebalancing = 0;
  /** Unhedged coin units: the total of coin less the opening one. */
  residual = 0;
  /** What the unhedged coin cost, KRW units; negative when coin is owed. */
  residualCost = 0;
  /** The sum of all USDT flows, each at the rate of its moment. */
  usdtBooked = 0;

  /** Closed profit: everything but marks. */
  get realised(): number {
    return this.arbitrage + this.fees + this.legs + this.rebalancing;
  }

  /** Books a trade's two fills: the common quantity is arbitrage, the excess goes to the residual. */
  addTrade(bought: number, buyValue: number, sold: number, sellValue: number): void {
    const matched = Math.min(bought, sold);
    const matchedBuy = portion(buyValue, matched, bought);
    const matchedSell = portion(sellValue, matched, sold);
    this.arbitrage += matchedSell - matchedBuy;
    if (bought > matched) this.addResidual(bought - matched, buyValue - matchedBuy);
    if (sold > matched) this.addResidual(matched - sold, matchedSell - sellValue);
  }

  /** A fee of `value`, paid in coin when `coin` > 0: the coin leaves as if sold for its value. */
  addFee(value: number, coin: number): void {
    this.fees -= value;
    if (coin > 0) this.addResidual(-coin, -value);
  }

  /** Coin that only one side has: `quantity` > 0 came for `cost` > 0, `quantity` < 0 left for -`cost`. */
  addResidual(quantity: number, cost: number): void {
    if (this.residual * quantity < 0) {
      const closed = Math.min(Math.abs(quantity), Math.abs(this.residual));
      const closedCost = portion(this.residualCost, closed, Math.abs(this.residual));
      const closingCost = portion(cost, closed, Math.abs(quantity));
      this.legs -= closedCost + closingCost;
      this.residualCost += cost - closingCost - closedCost;
    } else {
      this.residualCost += cost;
    }
    this.residual += quantity;
  }
}

/** `part` of `whole` of an amount, a half away from zero; all of it exactly when they are equal. */
function portion(amount: number, part: number, whole: number): number {
  if (part === whole) return amount;
  return part === 0 ? 0 : roundSigned((amount * part) / whole);
}
