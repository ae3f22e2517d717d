"""B1 on nautilus_trader: the same crossing, run by its simulated venue.

Two differences, both by its design. A market order that a bar's handler sends fills at that bar's
close, so fills and equity are compared with the same loop filling there. And its analyser appends
one row of a table per closed trade, which takes time in the square of the trades; `nautilus-patched`
leaves that one method out, its best case, and is named so wherever it is quoted. It does more than
the crossing asks for: four ticks a bar through a book, a message bus, a ledger of accounts.
"""

import warnings
from decimal import Decimal

from harness import arguments, made_up_bars, measure, need, tell

warnings.filterwarnings("ignore")
need("nautilus_trader")

import nautilus_trader
from nautilus_trader.analysis.analyzer import PortfolioAnalyzer
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.indicators import SimpleMovingAverage
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide, PriceType
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TraderId, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

FAST, SLOW, FEE, CASH = 10, 30, "0.001", 100_000_000.0
BEGIN_NS, MINUTE_NS = 1_577_836_800_000_000_000, 60_000_000_000  # 2020-01-01 00:00 UTC
VENUE = Venue("SIM")
PAIR = InstrumentId(Symbol("XUSDT"), VENUE)
MINUTES = BarType.from_str("XUSDT.SIM-1-MINUTE-LAST-EXTERNAL")


def instrument():
    """Prices and sizes in whole numbers, fees on both sides."""
    return CurrencyPair(
        instrument_id=PAIR,
        raw_symbol=Symbol("XUSDT"),
        base_currency=BTC,
        quote_currency=USDT,
        price_precision=0,
        size_precision=0,
        price_increment=Price.from_str("1"),
        size_increment=Quantity.from_str("1"),
        margin_init=Decimal(0),
        margin_maint=Decimal(0),
        maker_fee=Decimal(FEE),
        taker_fee=Decimal(FEE),
        ts_event=0,
        ts_init=0,
    )


class Crossing(Strategy):
    """Keeps its own account beside the venue's, for the check."""

    def __init__(self):
        super().__init__()
        self.fast = SimpleMovingAverage(FAST, PriceType.LAST)
        self.slow = SimpleMovingAverage(SLOW, PriceType.LAST)
        self.bars = self.fills = self.held = 0
        self.cash = CASH

    def on_start(self):
        self.one = self.cache.instrument(PAIR).make_qty(1)
        self.register_indicator_for_bars(MINUTES, self.fast)
        self.register_indicator_for_bars(MINUTES, self.slow)
        self.subscribe_bars(MINUTES)

    def on_bar(self, bar):
        self.bars += 1
        if self.bars <= SLOW:
            return
        fast, slow = self.fast.value, self.slow.value
        if fast > slow and self.portfolio.is_flat(PAIR):
            self.submit_order(self.order_factory.market(PAIR, OrderSide.BUY, self.one))
        elif fast < slow and self.portfolio.is_net_long(PAIR):
            self.submit_order(self.order_factory.market(PAIR, OrderSide.SELL, self.one))

    def on_order_filled(self, event):
        side = 1 if event.order_side == OrderSide.BUY else -1
        self.fills += 1
        self.held += side
        self.cash -= side * float(event.last_px) * float(event.last_qty) + float(event.commission)


def bars(path, count):
    """Its own bar objects, and the last close."""
    data = made_up_bars(path, count).astype("int64").T.tolist()
    made = []
    for number, (*prices, volume) in enumerate(data, start=1):
        at = BEGIN_NS + MINUTE_NS * number
        made.append(Bar(MINUTES, *(Price(p, 0) for p in prices), Quantity(volume, 0), at, at))
    return made, float(data[-1][3])


def engine(data):
    """An engine with the bars and the strategy, ready to run."""
    quiet = LoggingConfig(bypass_logging=True)
    config = BacktestEngineConfig(trader_id=TraderId("BT-001"), logging=quiet, run_analysis=False)
    made = BacktestEngine(config)
    made.add_venue(
        venue=VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.CASH,
        base_currency=None,
        starting_balances=[Money(CASH, USDT), Money(0, BTC)],
    )
    made.add_instrument(instrument())
    made.add_data(data)
    strategy = Crossing()
    made.add_strategy(strategy)
    return made, strategy


if __name__ == "__main__":
    args = arguments(["nautilus", "nautilus-patched"])
    patched = args.system == "nautilus-patched"
    if patched:
        PortfolioAnalyzer._append_pnl_record = lambda *_, **__: None
    data, last = bars(args.data, args.n)

    def run(state):
        state[0].run()
        return state

    cpu_s, (made, strategy) = measure(run, args.reps, lambda: engine(data), warm_up=False)
    account = float(made.cache.account_for_venue(VENUE).balance_total(USDT))
    equity = strategy.cash + strategy.held * last
    if abs(account - strategy.cash) > 1e-6:
        raise SystemExit(f"the venue's account holds {account}, the fills give {strategy.cash}")
    system = "nautilus_trader, analyser patched" if patched else "nautilus_trader, as it is"
    version = nautilus_trader.__version__
    check = {"fills_same_close": strategy.fills, "final_equity_same_close": equity}
    tell("B1", "sma-crossing", system, version, args.n, "bars/s", args.reps, cpu_s, check)
