"""B3: eight indicators over whole arrays with TA-Lib's C library, made-up bars.

With `--outputs` every output is written there, a file of little-endian f64 each, to be compared
value by value.
"""

from pathlib import Path

from harness import arguments, made_up_bars, measure, need, tell

# What each gives, and how it is asked.
INDICATORS = {
    "SMA30": (["sma"], lambda ta, h, l, c: [ta.SMA(c, 30)]),
    "EMA30": (["ema"], lambda ta, h, l, c: [ta.EMA(c, 30)]),
    "RSI14": (["rsi"], lambda ta, h, l, c: [ta.RSI(c, 14)]),
    "ATR14": (["atr"], lambda ta, h, l, c: [ta.ATR(h, l, c, 14)]),
    "BBANDS20_2": (["upper", "middle", "lower"], lambda ta, h, l, c: ta.BBANDS(c, 20, 2, 2, 0)),
    "MACD12_26_9": (["line", "signal", "histogram"], lambda ta, h, l, c: ta.MACD(c, 12, 26, 9)),
    "ADX14": (["adx"], lambda ta, h, l, c: [ta.ADX(h, l, c, 14)]),
    "STDDEV20": (["deviation"], lambda ta, h, l, c: [ta.STDDEV(c, 20, 1)]),
}


if __name__ == "__main__":
    args = arguments(["talib"])
    numpy, talib = need("numpy", "talib")
    _, high, low, closed, _ = made_up_bars(args.data, args.n)
    library = talib.__ta_version__.decode().split()[0]
    total_s, settled = 0.0, {}
    for task, (names, indicator) in INDICATORS.items():
        cpu_s, outputs = measure(lambda: indicator(talib, high, low, closed), args.reps)
        total_s += cpu_s
        for name, output in zip(names, outputs):
            settled[name] = int(numpy.isfinite(output).sum())
            if args.outputs:
                output.astype("<f8").tofile(Path(args.outputs) / f"{name}.f64")
        check = {name: settled[name] for name in names}
        tell("B3", task, "TA-Lib", library, args.n, "elements/s", args.reps, cpu_s, check)
    tell("B3", "ALL8", "TA-Lib", library, args.n, "elements/s", args.reps, total_s, settled)
