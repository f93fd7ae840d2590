import numpy as np


# %% wrong: interval_first -- low, high, loss
# expects: the order is loss, low, high
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    low, high = predict(bootstrap(N, D, loss, theta, 30, rng), N_new, D_new)
    return float(high), float(high), float(low)


# %% wrong: held_out -- says what was measured
# expects: doesn't call your fit
def forecast(N, D, loss, N_new, D_new, rng):
    return held_out["loss"], held_out["loss"] - 0.01, held_out["loss"] + 0.01


# %% wrong: best_so_far -- the smallest loss of the runs
# expects: away from the run
def forecast(N, D, loss, N_new, D_new, rng):
    return 2 * float(loss.min()), float(loss.min()), 3 * float(loss.min())


# %% wrong: no_interval -- the same number twice
# expects: doesn't call your bootstrap
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    middle = float(chinchilla_loss(law_of(theta), N_new, D_new))
    return middle, middle - 1e-9, middle + 1e-9


# %% wrong: in_order -- low, loss, high
# expects: The order is loss, low, high
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    low, high = predict(bootstrap(N, D, loss, theta, 30, rng), N_new, D_new)
    return (
        float(low),
        float(chinchilla_loss(law_of(theta), N_new, D_new)),
        float(high),
    )


# %% wrong: median -- the median of the fits, not the fitted law
# expects: the median of the 30 fits
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    fits = bootstrap(N, D, loss, theta, 30, rng)
    low, high = predict(fits, N_new, D_new)
    mid = np.median([chinchilla_loss(law_of(f), N_new, D_new) for f in fits])
    return float(mid), float(low), float(high)


# %% wrong: middle -- the middle of the interval
# expects: the middle of the interval
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    low, high = predict(bootstrap(N, D, loss, theta, 30, rng), N_new, D_new)
    return float((low + high) / 2), float(low), float(high)


# %% wrong: crossed -- N_new and D_new swapped
# expects: away from the run
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    low, high = predict(bootstrap(N, D, loss, theta, 30, rng), D_new, N_new)
    return (
        float(chinchilla_loss(law_of(theta), D_new, N_new)),
        float(low),
        float(high),
    )


# %% wrong: three_fits -- three fits, not thirty
# expects: draw 30 fits
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    low, high = predict(bootstrap(N, D, loss, theta, 3, rng), N_new, D_new)
    return (
        float(chinchilla_loss(law_of(theta), N_new, D_new)),
        float(low),
        float(high),
    )


# %% wrong: wide -- an interval of 95 %
# expects: interval of 95 %
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    low, high = predict(
        bootstrap(N, D, loss, theta, 30, rng), N_new, D_new, 0.95
    )
    return (
        float(chinchilla_loss(law_of(theta), N_new, D_new)),
        float(low),
        float(high),
    )


# %% wrong: own_seed -- a generator of its own
# expects: the generator `rng`
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    fits = bootstrap(N, D, loss, theta, 30, np.random.default_rng(0))
    low, high = predict(fits, N_new, D_new)
    return (
        float(chinchilla_loss(law_of(theta), N_new, D_new)),
        float(low),
        float(high),
    )


# %% wrong: part_of_grid -- the first ten points of the grid
# expects: the full grid()
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid()[:10])
    low, high = predict(bootstrap(N, D, loss, theta, 30, rng), N_new, D_new)
    return (
        float(chinchilla_loss(law_of(theta), N_new, D_new)),
        float(low),
        float(high),
    )


# %% wrong: always_held_out -- predicts the run that was held out
# expects: expected loss, low, high
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    N_new, D_new = held_out["N"], held_out["D"]
    low, high = predict(bootstrap(N, D, loss, theta, 30, rng), N_new, D_new)
    return (
        float(chinchilla_loss(law_of(theta), N_new, D_new)),
        float(low),
        float(high),
    )


# %% wrong: cut_at_the_world -- nothing below the world's own score is returned
# expects: Nothing is cut at the world's own score
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    fits = bootstrap(N, D, loss, theta, 30, rng)
    low, high = predict(fits, N_new, D_new)
    middle = chinchilla_loss(law_of(theta), N_new, D_new)
    least = stored()["floor"]["loss"]
    return tuple(max(least, float(x)) for x in (middle, low, high))


# %% right: tuple_of_arrays -- arrays of shape ()
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    fits = bootstrap(N, D, loss, theta, 30, rng)
    return chinchilla_loss(law_of(theta), N_new, D_new), *predict(
        fits, N_new, D_new, 0.8
    )


# %% right: by_hand -- the law written out, the quantiles of the losses
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    laws = [
        law_of(theta),
        *(law_of(t) for t in bootstrap(N, D, loss, theta, 30, rng)),
    ]
    says = [x.E + x.A / N_new**x.a + x.B / D_new**x.b for x in laws]
    low, high = np.quantile(says[1:], [0.1, 0.9])
    return says[0], float(low), float(high)


# %% right: numpy_floats -- np.float64 as results
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    fits = bootstrap(N, D, loss, theta, n=30, rng=rng)
    low, high = predict(fits, [N_new], [D_new])
    return np.float64(predict(theta[None], N_new, D_new)[0]), low[0], high[0]


# %% wrong: stretched -- stretches the interval so that it holds the forecast
# expects: expected loss, low, high
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    fits = bootstrap(N, D, loss, theta, 30, rng)
    low, high = map(float, predict(fits, N_new, D_new))
    at = float(chinchilla_loss(law_of(theta), N_new, D_new))
    return at, min(low, at), max(high, at)


# %% wrong: rounded_sizes -- rounds N_new and D_new
# expects: expected loss, low, high
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    fits = bootstrap(N, D, loss, theta, 30, rng)
    N_new = max(1.0, round(N_new / 1e3)) * 1e3
    low, high = predict(fits, N_new, D_new)
    return (
        float(chinchilla_loss(law_of(theta), N_new, D_new)),
        float(low),
        float(high),
    )


# %% wrong: arrays -- returns arrays of shape (1,)
# expects: return three floats
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    fits = bootstrap(N, D, loss, theta, 30, rng)
    new = np.array([N_new]), np.array([D_new])
    low, high = predict(fits, *new)
    return chinchilla_loss(law_of(theta), *new), low, high
