"""B5: how far a best back-test can be trusted, from its returns.

`cscv`: the probability of backtest overfitting (Bailey, Borwein, Lopez de Prado and Zhu, 2017) of
100 strategies over 5,040 days in 16 blocks, 12,870 splits; sums per block, so that no split reads
the days again. `bootstrap`: arch's stationary bootstrap (Politis and Romano, 1994; mean block 20) of
the Sharpe ratio of a series of returns. Its draws are its own, so only the spread can be compared.
"""

from itertools import combinations

from harness import arguments, columns, measure, need, tell

BLOCKS, STRATEGIES, MEAN_BLOCK = 16, 100, 20


def cscv(args):
    numpy = need("numpy")
    returns = numpy.fromfile(args.data, dtype="<f8").reshape(-1, STRATEGIES)
    days = len(returns)
    blocks = returns.reshape(BLOCKS, days // BLOCKS, STRATEGIES)

    def run():
        first, second = blocks.sum(1), (blocks * blocks).sum(1)
        chosen = numpy.array(list(combinations(range(BLOCKS), BLOCKS // 2)))
        inside = numpy.zeros((len(chosen), BLOCKS))
        numpy.put_along_axis(inside, chosen, 1.0, axis=1)

        def sharpe(mask):
            half = days // 2
            mean = mask @ first / half
            return mean / numpy.sqrt((mask @ second - half * mean * mean) / (half - 1))

        learned, tested = sharpe(inside), sharpe(1.0 - inside)
        best = tested[numpy.arange(len(chosen)), learned.argmax(1)]
        rank = (tested <= best[:, None]).sum(1) / (STRATEGIES + 1.0)
        return numpy.log(rank / (1.0 - rank))

    cpu_s, logits = measure(run, args.reps)
    check = {
        "splits": len(logits),
        "pbo": float((logits <= 0.0).mean()),
        "mean_logit": float(logits.mean()),
    }
    return "numpy, sums per block", numpy.__version__, len(logits), "splits/s", cpu_s, check


def bootstrap(args):
    numpy, arch, module = need("numpy", "arch", "arch.bootstrap")
    (returns,) = columns(args.data, 1)

    def run():
        resampler = module.StationaryBootstrap(
            MEAN_BLOCK, returns, seed=numpy.random.default_rng(42)
        )
        return resampler.apply(lambda x: numpy.array([x.mean() / x.std(ddof=1)]), args.n).ravel()

    cpu_s, ratios = measure(run, args.reps, warm_up=False)
    low, high = numpy.percentile(ratios, [2.5, 97.5])
    check = {"rows": len(returns), "se": float(ratios.std()), "lo": float(low), "hi": float(high)}
    return "arch", arch.__version__, args.n, "resamples/s", cpu_s, check


SYSTEMS = {"cscv": cscv, "bootstrap": bootstrap}

if __name__ == "__main__":
    args = arguments(SYSTEMS)
    system, version, n, unit, cpu_s, check = SYSTEMS[args.system](args)
    tell("B5", args.system, system, version, n, unit, args.reps, cpu_s, check)
