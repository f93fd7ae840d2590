import math

import numpy as np


# %% wrong: in_N -- a parabola in N
# expects: parabola in N
def isoflop_minimum(N, loss):
    N = np.asarray(N, float)
    if len(set(N)) < 3:
        raise ValueError("too few")
    p, q, _ = np.polyfit(N, loss, 2)
    vertex = -q / (2 * p)
    if p <= 0 or not N.min() <= vertex <= N.max():
        raise ValueError("no minimum")
    return float(vertex)


# %% wrong: best_run -- the best run instead of the vertex
# expects: this is the best run
def isoflop_minimum(N, loss):
    x = np.log(N)
    if len(set(x)) < 3:
        raise ValueError("too few")
    p, q, _ = np.polyfit(x, loss, 2)
    if p <= 0 or not x.min() <= -q / (2 * p) <= x.max():
        raise ValueError("no minimum")
    return float(N[np.argmin(loss)])


# %% wrong: log_returned -- ln N is returned
# expects: This is ln N
def isoflop_minimum(N, loss):
    x = np.log(N)
    if len(set(x)) < 3:
        raise ValueError("too few")
    p, q, _ = np.polyfit(x, loss, 2)
    vertex = -q / (2 * p)
    if p <= 0 or not x.min() <= vertex <= x.max():
        raise ValueError("no minimum")
    return float(vertex)


# %% wrong: edge_accepted -- a vertex outside is returned
# expects: the vertex lies outside
def isoflop_minimum(N, loss):
    x = np.log(N)
    if len(set(x)) < 3:
        raise ValueError("too few")
    p, q, _ = np.polyfit(x, loss, 2)
    if p <= 0:
        raise ValueError("no minimum")
    return float(np.exp(-q / (2 * p)))


# %% wrong: hill_accepted -- a maximum is returned
# expects: opens downwards
def isoflop_minimum(N, loss):
    x = np.log(N)
    if len(set(x)) < 3:
        raise ValueError("too few")
    p, q, _ = np.polyfit(x, loss, 2)
    vertex = -q / (2 * p)
    if not x.min() <= vertex <= x.max():
        raise ValueError("no minimum")
    return float(np.exp(vertex))


# %% wrong: three_runs_will_do -- counts runs, not sizes
# expects: two different sizes
def isoflop_minimum(N, loss):
    x = np.log(N)
    if len(set(x)) < 3:
        return float(np.median(N))
    p, q, _ = np.polyfit(x, loss, 2)
    vertex = -q / (2 * p)
    if p <= 0 or not x.min() <= vertex <= x.max():
        raise ValueError("no minimum")
    return float(np.exp(vertex))


# %% wrong: sorted_sizes -- takes the first and last N for the smallest and largest
# expects: in any order
def isoflop_minimum(N, loss):
    if len(np.unique(N)) < 3:
        raise ValueError("few")
    p, q, _ = np.polyfit(np.log(N), loss, 2)
    at = np.exp(-q / (2 * p))
    if p <= 0 or not N[0] <= at <= N[-1]:
        raise ValueError("no minimum")
    return float(at)


# %% wrong: log_loss -- a parabola through ln loss
# expects: take the loss itself
def isoflop_minimum(N, loss):
    if len(np.unique(N)) < 3:
        raise ValueError("few")
    p, q, _ = np.polyfit(np.log(N), np.log(loss), 2)
    at = np.exp(-q / (2 * p))
    if p <= 0 or not np.min(N) <= at <= np.max(N):
        raise ValueError("no minimum")
    return float(at)


# %% wrong: whole_number -- rounded to a whole number of parameters
# expects: Don't round
def isoflop_minimum(N, loss):
    if len(np.unique(N)) < 3:
        raise ValueError("few")
    p, q, _ = np.polyfit(np.log(N), loss, 2)
    at = np.exp(-q / (2 * p))
    if p <= 0 or not np.min(N) <= at <= np.max(N):
        raise ValueError("no minimum")
    return round(float(at))


# %% wrong: three_lowest -- a parabola through the three best runs only
# expects: use all runs
def isoflop_minimum(N, loss):
    if len(np.unique(N)) < 3:
        raise ValueError("few")
    few = np.argsort(loss)[:3]
    p, q, _ = np.polyfit(np.log(np.asarray(N)[few]), np.asarray(loss)[few], 2)
    at = np.exp(-q / (2 * p))
    if p <= 0 or not np.min(N) <= at <= np.max(N):
        raise ValueError("no minimum")
    return float(at)


# %% wrong: best_inside -- refuses whenever the best run is the smallest or largest
# expects: lies between them
def isoflop_minimum(N, loss):
    if len(np.unique(N)) < 3 or np.min(loss) in (
        loss[np.argmin(N)],
        loss[np.argmax(N)],
    ):
        raise ValueError("no minimum")
    p, q, _ = np.polyfit(np.log(N), loss, 2)
    if p <= 0:
        raise ValueError("no minimum")
    return float(np.exp(-q / (2 * p)))


# %% wrong: four_sizes -- wants four sizes
# expects: three sizes are enough
def isoflop_minimum(N, loss):
    if len(np.unique(N)) < 4:
        raise ValueError("few")
    p, q, _ = np.polyfit(np.log(N), loss, 2)
    at = np.exp(-q / (2 * p))
    if p <= 0 or not np.min(N) <= at <= np.max(N):
        raise ValueError("no minimum")
    return float(at)


# %% wrong: sorts_N -- sorts the array N in place, so that losses lose their sizes
# expects: it changes the array
def isoflop_minimum(N, loss):
    N.sort()
    if len(np.unique(N)) < 3:
        raise ValueError("few")
    p, q, _ = np.polyfit(np.log(N), loss, 2)
    at = np.exp(-q / (2 * p))
    if p <= 0 or not N[0] <= at <= N[-1]:
        raise ValueError("no minimum")
    return float(at)


# %% wrong: three_runs -- counts runs, not different sizes
# expects: are two different sizes, however many runs
def isoflop_minimum(N, loss):
    import warnings

    if len(N) < 3:
        raise ValueError("too few")
    x = np.log(np.asarray(N, np.float64))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        p, q, _ = np.polyfit(x, loss, 2)
    if not p > 1e-12:
        raise ValueError("no minimum")
    vertex = -q / (2 * p)
    if not x.min() <= vertex <= x.max():
        raise ValueError("outside")
    return float(np.exp(vertex))


# %% wrong: mixed_logs -- fitted in log10, and back by exp
# expects: e to the power of log10 N
def isoflop_minimum(N, loss):
    x = np.log10(np.asarray(N, np.float64))
    if len(np.unique(x)) < 3:
        raise ValueError("too few")
    p, q, _ = np.polyfit(x, loss, 2)
    vertex = -q / (2 * p)
    if not p > 1e-12 or not x.min() <= vertex <= x.max():
        raise ValueError("no minimum")
    return float(np.exp(vertex))


# %% wrong: no_two -- the vertex is taken to be at -q / p
# expects: its vertex, -q / 2p
def isoflop_minimum(N, loss):
    x = np.log(np.asarray(N, float))
    p, q, _ = np.polyfit(x, loss, 2)
    if len(set(x)) < 3 or p <= 0 or not x.min() <= -q / p <= x.max():
        raise ValueError("not seen")
    return float(np.exp(-q / p))


# %% right: centred -- around the mean, by least squares
def isoflop_minimum(N, loss):
    x = np.log(np.asarray(N, float))
    if np.unique(x).size < 3:
        raise ValueError("three sizes at least")
    z = (x - x.mean()) / x.std()
    _, q, p = np.polynomial.polynomial.polyfit(z, loss, 2)
    if p <= 0:
        raise ValueError("opens downwards")
    vertex = -q / p / 2
    if vertex < z.min() or vertex > z.max():
        raise ValueError("outside")
    return np.exp(x.mean() + x.std() * vertex)


# %% right: base_ten -- with decimal logarithms
def isoflop_minimum(N, loss):
    x = np.log10(N)
    p, q = (0, 0) if len(np.unique(N)) < 3 else np.polyfit(x, loss, 2)[:2]
    if p <= 0 or not x.min() <= -q / (2 * p) <= x.max():
        raise ValueError(f"no minimum inside: {p}, {q}")
    return 10 ** (-q / (2 * p))


# %% right: normal_equations -- least squares by hand
def isoflop_minimum(N, loss):
    x = np.log(np.asarray(N, dtype=float))
    if len({float(value) for value in x}) <= 2:
        raise ValueError("needs three sizes")
    z = x - np.median(x)
    X = np.stack([z**2, z, z**0], axis=1)
    p, q, _ = np.linalg.solve(X.T @ X, X.T @ np.asarray(loss, float))
    if not p > 0:
        raise ValueError("no minimum")
    at = np.median(x) - q / (2 * p)
    if at < x.min() or at > x.max():
        raise ValueError("not seen")
    return float(np.exp(at))


# %% right: polynomial -- numpy.polynomial in log2
def isoflop_minimum(N, loss):
    x = np.log2(N)
    if np.unique(x).size <= 2:
        raise ValueError("three sizes are needed")
    poly = np.polynomial.Polynomial.fit(x, loss, 2)
    c = poly.convert().coef
    if len(c) < 3 or c[2] <= 0:
        raise ValueError("not a valley")
    (at,) = poly.deriv().roots()
    if at < min(x) or at > max(x):
        raise ValueError("not seen")
    return 2.0**at


# %% wrong: slack -- a vertex up to 20 % outside passes
# expects: turns at 99
def isoflop_minimum(N, loss):
    if len(np.unique(N)) < 3:
        raise ValueError("three sizes")
    p, q, _ = np.polyfit(np.log(N), loss, 2)
    if p <= 0:
        raise ValueError("opens downwards")
    best = np.exp(-q / (2 * p))
    if not np.min(N) / 1.2 <= best <= 1.2 * np.max(N):
        raise ValueError("not seen")
    return float(best)


# %% wrong: margin -- a vertex near an end is refused
# expects: near an end but inside
def isoflop_minimum(N, loss):
    if len(np.unique(N)) < 3:
        raise ValueError("three sizes")
    p, q, _ = np.polyfit(np.log(N), loss, 2)
    if p <= 0:
        raise ValueError("opens downwards")
    best = np.exp(-q / (2 * p))
    if not np.min(N) * 1.1 <= best <= np.max(N) / 1.1:
        raise ValueError("not seen")
    return float(best)


# %% wrong: averaged -- averages runs of equal size first
# expects: each of the three runs
def isoflop_minimum(N, loss):
    N, loss = np.asarray(N, float), np.asarray(loss, float)
    sizes = np.unique(N)
    if len(sizes) < 3:
        raise ValueError("three sizes")
    means = np.array([loss[s == N].mean() for s in sizes])
    p, q, _ = np.polyfit(np.log(sizes), means, 2)
    best = np.exp(-q / (2 * p)) if p > 0 else -1
    if not sizes[0] <= best <= sizes[-1]:
        raise ValueError("not seen")
    return float(best)


# %% wrong: middle_is_worst -- a hill is refused only where the middle run is the worst
# expects: opens downwards
def isoflop_minimum(N, loss):
    if len(np.unique(N)) < 3:
        raise ValueError("three sizes")
    p, q, _ = np.polyfit(np.log(N), loss, 2)
    best = math.exp(min(700, -q / (2 * p)))
    if not min(N) <= best <= max(N) or max(loss) == loss[len(loss) // 2]:
        raise ValueError("not seen")
    return best


# %% wrong: weighted -- good runs count more
# expects: each run counts the same
def isoflop_minimum(N, loss):
    if len(np.unique(N)) < 3:
        raise ValueError("three sizes")
    p, q, _ = np.polyfit(np.log(N), loss, 2, w=1 / np.asarray(loss, float))
    if p <= 0:
        raise ValueError("opens downwards")
    best = np.exp(-q / (2 * p))
    if not np.min(N) <= best <= np.max(N):
        raise ValueError("not seen")
    return float(best)
