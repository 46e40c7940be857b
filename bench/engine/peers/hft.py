"""hftbacktest: two assets, constant latencies, immediate-or-cancel legs. The rule runs in numba, as its examples do."""

import numpy as np
from hftbacktest import (
    BUY_EVENT,
    DEPTH_EVENT,
    EXCH_EVENT,
    LOCAL_EVENT,
    SELL_EVENT,
    BacktestAsset,
    ROIVectorMarketDepthBacktest,
)
from hftbacktest.order import IOC, LIMIT
from hftbacktest.types import event_dtype
from numba import njit
from quotes import BUY, POSITION_KRW, SELL, SLIPPAGE, arguments, cpu, load, report

TICK = (1000.0, 0.01)
LOT = 1e-5


def events(data, venue):
    """Bid and ask of each change of a venue's quote, the old level taken out first."""
    time = data["time"]
    changed = data[f"{venue}_updated"] == time
    at = (time[changed] * 1000).astype("i8")
    out = np.zeros((len(at), 4), dtype=event_dtype)
    for side, (price, quantity, flag) in enumerate(
        (("bid", "bid_qty", BUY_EVENT), ("ask", "ask_qty", SELL_EVENT))
    ):
        px = data[f"{venue}_{price}"][changed]
        old = np.concatenate((px[:1], px[:-1]))
        for j, (level, amount) in enumerate(((old, np.zeros(len(px))), (px, data[f"{venue}_{quantity}"][changed]))):
            slot = out[:, side * 2 + j]
            slot["ev"] = DEPTH_EVENT | EXCH_EVENT | LOCAL_EVENT | flag
            slot["exch_ts"] = at
            slot["local_ts"] = at
            slot["px"] = level
            slot["qty"] = amount
    return out.reshape(-1)


@njit
def run(hbt, rate, least, sell_upbit, buy_binance, sell_binance, buy_upbit, position, slippage):
    trades = 0
    order_id = 1
    while hbt.wait_next_feed(False, 10**15) == 2:
        upbit = hbt.depth(0)
        binance = hbt.depth(1)
        ub, ua, bb, ba = upbit.best_bid, upbit.best_ask, binance.best_bid, binance.best_ask
        if not (ub > 0 and bb > 0 and ua < 1e12 and ba < 1e12):
            continue
        selling_upbit = ub * sell_upbit / (ba * rate * buy_binance) - 1
        selling_binance = bb * rate * sell_binance / (ua * buy_upbit) - 1
        if selling_upbit < least and selling_binance < least:
            continue
        first = selling_upbit >= selling_binance
        buy_price = ba * (1 + slippage) if first else ua * (1 + slippage)
        shown = min(upbit.best_bid_qty, binance.best_ask_qty) if first else min(binance.best_bid_qty, upbit.best_ask_qty)
        quantity = min(position / (buy_price * rate if first else buy_price), shown)
        quantity = np.floor(quantity / 1e-5) * 1e-5
        if quantity * ub < 5000:
            continue
        if first:
            hbt.submit_sell_order(0, order_id, np.ceil(ub * (1 - slippage) / 1000) * 1000, quantity, IOC, LIMIT, False)
            hbt.submit_buy_order(1, order_id + 1, np.floor(ba * (1 + slippage) / 0.01) * 0.01, quantity, IOC, LIMIT, False)
        else:
            hbt.submit_buy_order(0, order_id, np.floor(ua * (1 + slippage) / 1000) * 1000, quantity, IOC, LIMIT, False)
            hbt.submit_sell_order(1, order_id + 1, np.ceil(bb * (1 - slippage) / 0.01) * 0.01, quantity, IOC, LIMIT, False)
        hbt.wait_order_response(0, order_id, 10**12)
        hbt.wait_order_response(1, order_id + 1, 10**12)
        order_id += 2
        trades += 1
        hbt.clear_inactive_orders(0)
        hbt.clear_inactive_orders(1)
    return trades


def backtest(feeds):
    assets = []
    for feed, tick, latency, fee in zip(feeds, TICK, (25_000_000, 75_000_000), (0.0005, 0.001)):
        asset = BacktestAsset().data(feed).linear_asset(1.0).constant_order_latency(latency, latency)
        asset = asset.risk_adverse_queue_model().partial_fill_exchange().trading_value_fee_model(fee, fee)
        prices = feed["px"]
        asset = asset.tick_size(tick).lot_size(LOT).roi_lb(prices.min() * 0.99).roi_ub(prices.max() * 1.01)
        assets.append(asset)
    return ROIVectorMarketDepthBacktest(assets)


path, rows, least = arguments()
data = load(path, rows)
feeds = [events(data, "upbit"), events(data, "binance")]
rate = float(data["rate"][0])
factors = (SELL[0], BUY[1], SELL[1], BUY[0])
del data
short = [feed[:4000] for feed in feeds]
run(backtest(short), rate, least, *factors, POSITION_KRW, SLIPPAGE)
hbt = backtest(feeds)
start = cpu()
trades = run(hbt, rate, least, *factors, POSITION_KRW, SLIPPAGE)
report(rows, cpu() - start, trades)
