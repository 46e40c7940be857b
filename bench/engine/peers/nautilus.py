"""nautilus_trader: its own engine, a Python strategy, quote ticks of two venues, immediate-or-cancel legs."""

from decimal import Decimal

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.backtest.models import LatencyModel
from nautilus_trader.config import LoggingConfig
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide, TimeInForce
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Currency, Money, Price, Quantity
from nautilus_trader.persistence.wranglers import QuoteTickDataWrangler
from nautilus_trader.trading.strategy import Strategy
from quotes import BUY, POSITION_KRW, SELL, SLIPPAGE, arguments, cpu, load, report

import pandas as pd

path, rows, least = arguments()
d = load(path, rows)
RATE = float(d["rate"][0])
KRW = Currency.from_str("KRW")


def pair(venue, quote, precision, increment, fee):
    return CurrencyPair(
        instrument_id=InstrumentId(Symbol("BTC"), Venue(venue)),
        raw_symbol=Symbol("BTC"),
        base_currency=BTC,
        quote_currency=quote,
        price_precision=precision,
        size_precision=5,
        price_increment=Price.from_str(increment),
        size_increment=Quantity.from_str("0.00001"),
        maker_fee=Decimal(fee),
        taker_fee=Decimal(fee),
        margin_init=Decimal(0),
        margin_maint=Decimal(0),
        ts_event=0,
        ts_init=0,
    )


UPBIT = pair("UPBIT", KRW, 0, "1", "0.0005")
BINANCE = pair("BINANCE", USDT, 2, "0.01", "0.001")


def ticks(venue, instrument):
    changed = d[f"{venue}_updated"] == d["time"]
    frame = pd.DataFrame(
        {
            "bid_price": d[f"{venue}_bid"][changed],
            "ask_price": d[f"{venue}_ask"][changed],
            "bid_size": d[f"{venue}_bid_qty"][changed],
            "ask_size": d[f"{venue}_ask_qty"][changed],
        },
        index=pd.to_datetime(d["time"][changed].astype("i8") + 1_700_000_000_000_000, unit="us", utc=True),
    )
    return QuoteTickDataWrangler(instrument).process(frame)


class Arbitrage(Strategy):
    def __init__(self):
        super().__init__()
        self.last = {}
        self.open = 0
        self.trades = 0

    def on_start(self):
        self.subscribe_quote_ticks(UPBIT.id)
        self.subscribe_quote_ticks(BINANCE.id)

    def on_quote_tick(self, tick):
        self.last[tick.instrument_id.venue.value] = tick
        if self.open > 0 or len(self.last) < 2:
            return
        u, b = self.last["UPBIT"], self.last["BINANCE"]
        ub, ua, bb, ba = float(u.bid_price), float(u.ask_price), float(b.bid_price), float(b.ask_price)
        selling_upbit = ub * SELL[0] / (ba * RATE * BUY[1]) - 1
        selling_binance = bb * RATE * SELL[1] / (ua * BUY[0]) - 1
        if selling_upbit < least and selling_binance < least:
            return
        first = selling_upbit >= selling_binance
        shown = min(float(u.bid_size), float(b.ask_size)) if first else min(float(b.bid_size), float(u.ask_size))
        quantity = int(min(POSITION_KRW / (ba * RATE if first else ua), shown) * 1e5) / 1e5
        if quantity * ub < 5000:
            return
        self.trades += 1
        self.open = 2
        self.leg(UPBIT, OrderSide.SELL if first else OrderSide.BUY, ub if first else ua, quantity)
        self.leg(BINANCE, OrderSide.BUY if first else OrderSide.SELL, ba if first else bb, quantity)

    def leg(self, instrument, side, seen, quantity):
        price = seen * (1 + SLIPPAGE) if side == OrderSide.BUY else seen * (1 - SLIPPAGE)
        order = self.order_factory.limit(
            instrument.id, side, instrument.make_qty(quantity), instrument.make_price(price), TimeInForce.IOC
        )
        self.submit_order(order)

    def on_order_filled(self, event):
        self.settle(event.client_order_id)

    def on_order_canceled(self, event):
        self.settle(event.client_order_id)

    def on_order_rejected(self, event):
        self.settle(event.client_order_id)

    def on_order_denied(self, event):
        self.settle(event.client_order_id)

    def settle(self, order_id):
        if self.cache.order(order_id).is_closed:
            self.open -= 1


engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(log_level="ERROR")))
for instrument, cash, latency in ((UPBIT, Money(200_000_000, KRW), 25_000_000), (BINANCE, Money(150_000, USDT), 75_000_000)):
    engine.add_venue(
        instrument.id.venue,
        OmsType.NETTING,
        AccountType.CASH,
        [cash, Money(4, BTC)],
        latency_model=LatencyModel(base_latency_nanos=latency),
    )
    engine.add_instrument(instrument)
for venue, instrument in (("upbit", UPBIT), ("binance", BINANCE)):
    engine.add_data(ticks(venue, instrument))
strategy = Arbitrage()
engine.add_strategy(strategy)
start = cpu()
engine.run()
report(rows, cpu() - start, strategy.trades)
