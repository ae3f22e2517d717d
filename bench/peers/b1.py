"""B1: a crossing of two averages, event by event, over made-up one-minute bars.

At the close of bar 30 and later (from 0): the mean of 10 closes above that of 30 while flat buys
one unit, below while long sells it. The order fills at the next open, 0.1 % of its value is the
fee, cash is 100,000,000 and an open position is marked at the last close.
"""

import warnings

from harness import arguments, made_up_bars, measure, need, tell

FAST, SLOW, FEE, CASH = 10, 30, 0.001, 100_000_000.0
BEGIN_NS, MINUTE_NS = 1_577_836_800_000_000_000, 60_000_000_000  # 2020-01-01 00:00 UTC

warnings.filterwarnings("ignore")


def times(count):
    numpy, pandas = need("numpy", "pandas")
    return pandas.to_datetime(BEGIN_NS + MINUTE_NS * numpy.arange(count))


def vectorbt(args, engine):
    """All bars at once; the compiled engines are warmed by a first run that is not timed."""
    numpy, pandas, vbt = need("numpy", "pandas", "vectorbt")
    if engine == "rust":
        need("vectorbt_rust")
    opened, _, _, closed, _ = made_up_bars(args.data, args.n)
    index = times(args.n)
    opens, closes = pandas.Series(opened, index=index), pandas.Series(closed, index=index)

    def run():
        fast, slow = (
            vbt.MA.run(closes, window, engine=engine).ma.to_numpy() for window in (FAST, SLOW)
        )
        enter, leave = numpy.zeros(args.n, bool), numpy.zeros(args.n, bool)
        # A bar late: what a close decides, the next open fills.
        enter[SLOW + 1 :] = (fast > slow)[SLOW:-1]
        leave[SLOW + 1 :] = (fast < slow)[SLOW:-1]
        portfolio = vbt.Portfolio.from_signals(
            closes,
            pandas.Series(enter, index=index),
            pandas.Series(leave, index=index),
            price=opens,
            size=1.0,
            fees=FEE,
            init_cash=CASH,
            freq="1min",
            engine=engine,
        )
        return portfolio, float(portfolio.final_value())

    cpu_s, (portfolio, equity) = measure(run, args.reps)
    check = {"fills": int(portfolio.orders.count()), "final_equity": equity}
    return f"vectorbt ({engine})", vbt.__version__, cpu_s, check


def backtesting(args):
    """Event by event; its time includes its own statistics."""
    numpy, pandas, package = need("numpy", "pandas", "backtesting")
    opened, high, low, closed, volume = made_up_bars(args.data, args.n)
    frame = pandas.DataFrame(
        {"Open": opened, "High": high, "Low": low, "Close": closed, "Volume": volume},
        index=times(args.n),
    )
    need("backtesting.backtesting")._tqdm = lambda items, **_: items  # no progress bar

    def average(values, window):
        sums = numpy.cumsum(numpy.concatenate(([0.0], numpy.asarray(values))))
        means = numpy.full(len(values), numpy.nan)
        means[window - 1 :] = (sums[window:] - sums[:-window]) / window
        return means

    class Crossing(package.Strategy):
        def init(self):
            self.fast = self.I(average, self.data.Close, FAST)
            self.slow = self.I(average, self.data.Close, SLOW)

        def next(self):
            if self.fast[-1] > self.slow[-1] and not self.position:
                self.buy(size=1)
            elif self.fast[-1] < self.slow[-1] and self.position:
                self.position.close()

    def run():
        test = package.Backtest(
            frame, Crossing, cash=CASH, commission=FEE, finalize_trades=False
        )
        return test.run()

    cpu_s, stats = measure(run, args.reps, warm_up=False)
    check = {"trades": int(stats["# Trades"]), "final_equity": float(stats["Equity Final [$]"])}
    return "backtesting.py", package.__version__, cpu_s, check


SYSTEMS = {
    "vectorbt-rust": lambda args: vectorbt(args, "rust"),
    "vectorbt-numba": lambda args: vectorbt(args, "numba"),
    "backtesting": backtesting,
}

if __name__ == "__main__":
    args = arguments(SYSTEMS)
    system, version, cpu_s, check = SYSTEMS[args.system](args)
    tell("B1", "sma-crossing", system, version, args.n, "bars/s", args.reps, cpu_s, check)
