"""The bench's quotes as numpy columns, and what every peer prints: one JSON line."""

import json
import resource
import sys
import time

import numpy as np

NAMES = ["time", *[f"{v}_{c}" for v in ("upbit", "binance") for c in ("bid", "bid_qty", "ask", "ask_qty", "updated")], "rate"]

SELL = (1 - 500 / 1e6, 1 - 1000 / 1e6)
BUY = (1 + 500 / 1e6, 1 / (1 - 1000 / 1e6))
SLIPPAGE = 5 / 1e4
POSITION_KRW = 1_000_000.0


def arguments():
    """File, rows, least net edge as a fraction."""
    return sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 100


def load(path, rows):
    columns = np.memmap(path, dtype="<f8", mode="r", shape=(len(NAMES), rows))
    return {name: np.array(columns[i]) for i, name in enumerate(NAMES)}


def report(rows, cpu_s, trades):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpuMs": cpu_s * 1e3, "trades": int(trades), "peakMb": peak, "rows": rows}), flush=True)


def cpu():
    return time.process_time()
