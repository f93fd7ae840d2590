# %% wrong: interval_first -- low, high, loss
# expects: the order is loss, low, high
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    low, high = predict(bootstrap(N, D, loss, theta, 30, rng), N_new, D_new)
    return float(high), float(high), float(low)


# %% wrong: held_out -- says what was measured
# expects: Use the runs that are passed in
def forecast(N, D, loss, N_new, D_new, rng):
    return held_out["loss"], held_out["loss"] - 0.01, held_out["loss"] + 0.01


# %% wrong: best_so_far -- the smallest loss of the runs
# expects: away from the run
def forecast(N, D, loss, N_new, D_new, rng):
    return 2 * float(loss.min()), float(loss.min()), 3 * float(loss.min())


# %% wrong: no_interval -- the same number twice
# expects: is not that of 30 fits
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    middle = float(chinchilla_loss(law_of(theta), N_new, D_new))
    return middle, middle - 1e-9, middle + 1e-9


# %% right: tuple_of_arrays -- more fits, arrays of shape ()
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid())
    fits = bootstrap(N, D, loss, theta, 40, rng)
    return chinchilla_loss(law_of(theta), N_new, D_new), *predict(
        fits, N_new, D_new, 0.8
    )


# %% right: fewer_starts -- every third start
def forecast(N, D, loss, N_new, D_new, rng):
    theta = fit(N, D, loss, grid()[::3])
    low, high = predict(bootstrap(N, D, loss, theta, 30, rng), N_new, D_new)
    return (
        float(chinchilla_loss(law_of(theta), N_new, D_new)),
        float(low),
        float(high),
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
