"""What the peers' scripts share: optional imports, the data files, timing, one JSON line each."""

import argparse
import hashlib
import importlib
import json
import sys
import time

# First half-bytes of the SHA-256 of the made-up bars (open, high, low, close, volume, one after
# another, little-endian f64), by number of bars.
MADE_UP = {
    1_000: "67c31fcdecc190bb",
    10_000: "8dab3cd0da4b9326",
    100_000: "1221aa6b1221bc91",
    1_000_000: "b5cbda7f13e6ff21",
    5_000_000: "618b0c551414f465",
}


def need(*names):
    """Imports modules; where one is missing, says so on standard output and ends the script."""
    found = []
    for name in names:
        try:
            found.append(importlib.import_module(name))
        except ImportError as error:
            print(json.dumps({"missing": name, "reason": str(error)}))
            sys.exit(0)
    return found if len(found) > 1 else found[0]


def arguments(systems):
    """The command line that every script has."""
    parser = argparse.ArgumentParser()
    parser.add_argument("system", choices=sorted(systems))
    parser.add_argument("--data", required=True, help="file of little-endian f64 columns")
    parser.add_argument("--n", type=int, default=0, help="bars, combinations or resamples")
    parser.add_argument("--reps", type=int, default=1, help="repetitions; the best counts")
    parser.add_argument("--outputs", help="folder for whole outputs, where a script has them")
    return parser.parse_args()


def columns(path, count):
    """The columns of a data file: `count` arrays of equal length."""
    numpy = need("numpy")
    return numpy.fromfile(path, dtype="<f8").reshape(count, -1)


def made_up_bars(path, bars):
    """Open, high, low, close and volume of the made-up bars, after a look at their fingerprint."""
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    if not digest.startswith(MADE_UP[bars]):
        sys.exit(f"{path} does not hold the {bars} bars that were published: {digest[:16]}")
    return columns(path, 5)


def peak_memory_mb():
    """Most memory this process held, MB: not `ru_maxrss`, which a child inherits from its parent."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return None


def measure(work, reps, prepare=None, warm_up=True):
    """Least CPU seconds (user and system, all threads) of a repetition, and its result."""
    best, result = float("inf"), None
    for repetition in range(reps + warm_up):
        state = prepare() if prepare else None
        begun = time.process_time()
        result = work(state) if prepare else work()
        took = time.process_time() - begun
        if repetition >= warm_up:
            best = min(best, took)
    return best, result


def tell(bench, task, system, version, n, unit, reps, cpu_s, check):
    """One measurement as a JSON line; `n` units of work took `cpu_s`."""
    line = {
        "bench": bench,
        "task": task,
        "system": system,
        "version": version,
        "n": n,
        "unit": unit,
        "reps": reps,
        "cpu_min_s": cpu_s,
        "rate_cpu": n / cpu_s,
        "peak_rss_mb": peak_memory_mb(),
        "check": check,
    }
    print(json.dumps(line, default=float), flush=True)
