"""vectorbt: two columns in KRW with shared cash, a leg an order. It has no latency and no displayed quantity of its own."""

import numpy as np
import vectorbt as vbt
from numba import njit
from quotes import BUY, POSITION_KRW, SELL, arguments, cpu, load, report
from vectorbt.portfolio import nb


@njit
def order(c, ub, ua, ubq, uaq, bb, ba, bbq, baq, least, su, bu, sb, bbn, position):
    i = c.i
    selling_upbit = ub[i] * su / (ba[i] * bbn) - 1
    selling_binance = bb[i] * sb / (ua[i] * bu) - 1
    if selling_upbit < least and selling_binance < least:
        return nb.order_nothing_nb()
    first = selling_upbit >= selling_binance
    shown = min(ubq[i], baq[i]) if first else min(bbq[i], uaq[i])
    quantity = min(position / (ba[i] if first else ua[i]), shown)
    selling = first == (c.col == 0)
    price = (ub[i] if c.col == 0 else bb[i]) if selling else (ua[i] if c.col == 0 else ba[i])
    return nb.order_nb(size=-quantity if selling else quantity, price=price, fees=0.0005 if c.col == 0 else 0.001)


path, rows, least = arguments()
d = load(path, rows)
rate = d["rate"]
ub, ua = d["upbit_bid"], d["upbit_ask"]
bb, ba = d["binance_bid"] * rate, d["binance_ask"] * rate
close = np.column_stack(((ub + ua) / 2, (bb + ba) / 2))
args = (ub, ua, d["upbit_bid_qty"], d["upbit_ask_qty"], bb, ba, d["binance_bid_qty"], d["binance_ask_qty"])
args = (*args, least, SELL[0], BUY[0], SELL[1], BUY[1], POSITION_KRW)


def simulate(n):
    return vbt.Portfolio.from_order_func(
        close[:n],
        order,
        *args,
        init_cash=400_000_000.0,
        cash_sharing=True,
        group_by=True,
        max_orders=min(2 * n, 400_000),
        ffill_val_price=False,
        update_value=False,
        use_numba=True,
    )


simulate(1_000)
start = cpu()
portfolio = simulate(rows)
report(rows, cpu() - start, len(portfolio.order_records) / 2)
