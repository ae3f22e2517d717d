"""B2: every pair of a grid of averages over 5,031 days of the S&P 500, prices in cents.

A state of the crossing of a fast and a slow mean: long while above, flat while below, held on a
tie, decided from bar `slow` (from 0) on; the next open fills, all in and in fractions, 0.1 % of the value is
the fee. Each pair gives its last equity, fills, deepest drawdown and yearly Sharpe ratio.
"""

import warnings

from harness import arguments, columns, measure, need, tell

FEE, CASH = 0.001, 1_000_000.0

warnings.filterwarnings("ignore")


def grid(pairs):
    """Fast and slow windows: 40 x 25 or 100 x 100."""
    numpy = need("numpy")
    axes = {
        1_000: (numpy.arange(5, 45), numpy.arange(50, 171, 5)),
        10_000: (numpy.arange(2, 102), numpy.arange(105, 601, 5)),
    }
    fast, slow = numpy.meshgrid(*axes[pairs], indexing="ij")
    return fast.ravel(), slow.ravel()


def summary(equity, fills, drawdown=None, sharpe=None):
    """What all engines must agree on; vectorbt counts the first day as a return, we do not."""
    found = {"sum_final_equity": float(equity.sum()), "total_fills": int(fills.sum())}
    if drawdown is not None:
        found["mean_maxdd"] = float(drawdown.mean())
    if sharpe is not None:
        found["mean_sharpe"] = float(sharpe.mean())
    return found


def numba(args):
    """A compiled loop, pair by pair on one thread, over running sums: exact, since cents are whole."""
    numpy, package = need("numpy", "numba")
    opened, closed = columns(args.data, 2)
    fast, slow = grid(args.n)
    equity, drawdown, sharpe = (numpy.empty(args.n) for _ in range(3))
    fills = numpy.empty(args.n, numpy.int64)

    @package.njit
    def sweep(opened, closed, fast, slow, equity, fills, drawdown, sharpe):
        days = len(closed)
        sums = numpy.zeros(days + 1)
        for day in range(days):
            sums[day + 1] = sums[day] + closed[day]
        for pair in range(len(fast)):
            short, long = fast[pair], slow[pair]
            cash, held, order, filled = CASH, 0.0, 0, 0
            value = before = peak = CASH
            deepest = first = second = 0.0
            for day in range(days):
                if order == 1:
                    held, cash = cash / (opened[day] * (1.0 + FEE)), 0.0
                    filled, order = filled + 1, 0
                elif order == -1:
                    cash, held = held * opened[day] * (1.0 - FEE), 0.0
                    filled, order = filled + 1, 0
                if day >= long:
                    above = (sums[day + 1] - sums[day + 1 - short]) / short
                    below = (sums[day + 1] - sums[day + 1 - long]) / long
                    if above > below and held == 0.0:
                        order = 1
                    elif above < below and held > 0.0:
                        order = -1
                value = cash + held * closed[day]
                peak = max(peak, value)
                deepest = max(deepest, 1.0 - value / peak)
                if day > 0:
                    gain = value / before - 1.0
                    first += gain
                    second += gain * gain
                before = value
            mean = first / (days - 1)
            spread = numpy.sqrt((second - (days - 1) * mean * mean) / (days - 2))
            equity[pair], fills[pair], drawdown[pair] = value, filled, deepest
            sharpe[pair] = mean / spread * numpy.sqrt(252.0) if spread > 0.0 else 0.0

    cpu_s, _ = measure(
        lambda: sweep(opened, closed, fast, slow, equity, fills, drawdown, sharpe), args.reps
    )
    return "numba, one thread", package.__version__, cpu_s, summary(equity, fills, drawdown, sharpe)


def vectorbt(args):
    """Its Rust engine with final value, fills, drawdown and Sharpe, 1,000 columns at a time."""
    numpy, pandas, vbt, _ = need("numpy", "pandas", "vectorbt", "vectorbt_rust")
    opened, closed = (pandas.Series(column) for column in columns(args.data, 2))
    fast, slow = grid(args.n)
    windows = numpy.unique(numpy.concatenate((fast, slow)))

    def chunk(means, fast, slow):
        above = means[:, numpy.searchsorted(windows, fast)]
        below = means[:, numpy.searchsorted(windows, slow)]
        decided = numpy.arange(len(closed))[:-1, None] >= slow[None, :]
        enter, leave = numpy.zeros(above.shape, bool), numpy.zeros(above.shape, bool)
        enter[1:] = (above > below)[:-1] & decided
        leave[1:] = (above < below)[:-1] & decided
        portfolio = vbt.Portfolio.from_signals(
            closed,
            enter,
            leave,
            price=opened,
            fees=FEE,
            init_cash=CASH,
            freq="1D",
            engine="rust",
        )
        return (
            portfolio.final_value(),
            portfolio.orders.count(),
            -portfolio.max_drawdown(),
            portfolio.sharpe_ratio(year_freq="252 days"),
        )

    def run():
        means = vbt.MA.run(closed, window=windows.tolist(), engine="rust").ma.to_numpy()
        parts = [
            chunk(means, fast[at : at + 1_000], slow[at : at + 1_000])
            for at in range(0, args.n, 1_000)
        ]
        return [numpy.concatenate([numpy.asarray(x) for x in column]) for column in zip(*parts)]

    cpu_s, (equity, fills, drawdown, _) = measure(run, args.reps)
    check = summary(equity, fills, drawdown)
    return "vectorbt (rust), with metrics", vbt.__version__, cpu_s, check


SYSTEMS = {"numba": numba, "vectorbt": vectorbt}

if __name__ == "__main__":
    args = arguments(SYSTEMS)
    system, version, cpu_s, check = SYSTEMS[args.system](args)
    tell("B2", "sma-sweep", system, version, args.n, "combos/s", args.reps, cpu_s, check)
