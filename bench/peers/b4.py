"""B4: a walk-forward of scikit-learn's learners, refitted with each calendar month.

The data file holds a column per feature, then 1 where the next day closed higher, then the number
of the day's month. From the first month that begins after 1,000 days on: a logistic regression, a forest and a
Gaussian naive Bayes learn from the first four fifths of what is known, each is calibrated on the
last fifth by isotonic regression shrunk towards the base rate by 20 days, and softmax(-Brier/0.01)
there weighs them. The last known day is left out: its label is the first predicted day's move.
"""

import warnings

from harness import arguments, columns, measure, need, tell

FEATURES, FIRST, SHRINK, TEMPERATURE = 20, 1_000, 20, 0.01

warnings.filterwarnings("ignore")


def members():
    need("sklearn.ensemble", "sklearn.linear_model", "sklearn.naive_bayes")
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB

    forest = RandomForestClassifier(
        100, max_depth=6, min_samples_leaf=20, random_state=42, n_jobs=1
    )
    return LogisticRegression(C=1.0, max_iter=200), forest, GaussianNB()


def predict(numpy, x, y, start, end):
    """Probabilities of days `start..end`: the ensemble's, and the base rate known before."""
    from sklearn.isotonic import IsotonicRegression

    known = start - 1
    cut = int(known * 0.8)
    mean, spread = x[:cut].mean(0), x[:cut].std(0)
    x, held, base = (x - mean) / spread, y[cut:known], y[:known].mean()
    days, scores, unseen = known - cut, [], []
    for member in members():
        raw = member.fit(x[:cut], y[:cut]).predict_proba(x[cut:end])[:, 1]
        isotonic = IsotonicRegression(out_of_bounds="clip").fit(raw[:days], held)
        shrunk = (days * isotonic.predict(raw) + SHRINK * base) / (days + SHRINK)
        scores.append(((shrunk[:days] - held) ** 2).mean())
        unseen.append(shrunk[start - cut :])
    weights = numpy.exp((min(scores) - numpy.array(scores)) / TEMPERATURE)
    return weights / weights.sum() @ numpy.array(unseen), numpy.full(end - start, base)


def walk(numpy, x, y, month):
    """The Brier scores over all months, and how many there were."""
    starts = [day for day in range(FIRST, len(y)) if month[day] != month[day - 1]] + [len(y)]
    parts = [predict(numpy, x, y, start, end) for start, end in zip(starts, starts[1:])]
    ensemble, base = (numpy.concatenate(column) for column in zip(*parts))
    won = y[starts[0] :]
    brier = lambda p: float(((p - won) ** 2).mean())
    return {
        "refits": len(parts),
        "oos_rows": len(won),
        "brier": brier(ensemble),
        "brier_base_rate": brier(base),
    }


if __name__ == "__main__":
    args = arguments(["sklearn"])
    numpy, sklearn = need("numpy", "sklearn")
    *features, won, month = columns(args.data, FEATURES + 2)
    x, y = numpy.column_stack(features), won.astype(int)
    cpu_s, check = measure(lambda: walk(numpy, x, y, month), args.reps, warm_up=False)
    n, version = check["refits"], sklearn.__version__
    tell("B4", "walk-forward", "scikit-learn, n_jobs=1", version, n, "refits/s", args.reps, cpu_s, check)
