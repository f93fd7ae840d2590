import numpy as np


# %% wrong: without_replacement -- a permutation
# expects: with replacement
def bootstrap(N, D, loss, theta, n, rng):
    fits = np.empty((n, 5))
    for i in range(n):
        drawn = rng.permutation(len(N))
        fits[i], _ = polish(theta, N[drawn], D[drawn], loss[drawn])
    return fits


# %% wrong: only_losses -- the losses are drawn alone
# expects: stay together
def bootstrap(N, D, loss, theta, n, rng):
    fits = np.empty((n, 5))
    for i in range(n):
        fits[i], _ = polish(theta, N, D, rng.choice(loss, len(loss)))
    return fits


# %% wrong: once -- one draw for all fits
# expects: anew for each fit
def bootstrap(N, D, loss, theta, n, rng):
    drawn = rng.integers(len(N), size=len(N))
    return np.stack(
        [polish(theta, N[drawn], D[drawn], loss[drawn])[0] for _ in range(n)]
        or [theta]
    )[:n]


# %% wrong: half -- draws half as many runs
# expects: a fit got
def bootstrap(N, D, loss, theta, n, rng):
    fits = np.empty((n, 5))
    for i in range(n):
        drawn = rng.integers(len(N), size=len(N) // 2)
        fits[i], _ = polish(theta, N[drawn], D[drawn], loss[drawn])
    return fits


# %% wrong: own_numbers -- NumPy's global generator
# expects: generators with the same seed
def bootstrap(N, D, loss, theta, n, rng):
    fits = np.empty((n, 5))
    for i in range(n):
        drawn = np.random.randint(len(N), size=len(N))
        fits[i], _ = polish(theta, N[drawn], D[drawn], loss[drawn])
    return fits


# %% wrong: values_too -- a list of pairs
# expects: for n = 4
def bootstrap(N, D, loss, theta, n, rng):
    fits = []
    for _ in range(n):
        drawn = rng.integers(len(N), size=len(N))
        fits.append(polish(theta, N[drawn], D[drawn], loss[drawn]))
    return fits


# %% wrong: own_generator -- a generator with a seed of its own
# expects: the seeds 0 and 1
def bootstrap(N, D, loss, theta, n, rng):
    rng = np.random.default_rng(0)
    out = []
    for _ in range(n):
        i = rng.integers(len(N), size=len(N))
        out.append(polish(theta, N[i], D[i], loss[i])[0])
    return np.array(out)


# %% wrong: goes_on -- each fit starts where the last one ended
# expects: starts from theta
def bootstrap(N, D, loss, theta, n, rng):
    out = []
    for _ in range(n):
        i = rng.integers(len(N), size=len(N))
        theta, _value = polish(theta, N[i], D[i], loss[i])
        out.append(theta)
    return np.array(out)


# %% wrong: last_run -- never draws the last run
# expects: was never drawn
def bootstrap(N, D, loss, theta, n, rng):
    out = []
    for _ in range(n):
        i = rng.integers(len(N) - 1, size=len(N))
        out.append(polish(theta, N[i], D[i], loss[i])[0])
    return np.array(out)


# %% wrong: residuals -- resamples residuals of the law, keeps all N and D
# expects: no run is like that
def bootstrap(N, D, loss, theta, n, rng):
    law = law_of(theta)
    mean = chinchilla_loss(law, N, D)
    out = []
    for _ in range(n):
        i = rng.integers(len(N), size=len(N))
        out.append(polish(theta, N, D, mean * (loss / mean)[i])[0])
    return np.array(out)


# %% wrong: shuffles_data -- shuffles the arrays of the caller after each fit
# expects: changes an array
def bootstrap(N, D, loss, theta, n, rng):
    out = []
    for _ in range(n):
        i = rng.integers(len(N), size=len(N))
        out.append(polish(theta, N[i], D[i], loss[i])[0])
        order = rng.permutation(len(N))
        N[:], D[:], loss[:] = N[order], D[order], loss[order]
    return np.array(out)


# %% wrong: draws_of_draws -- each fit draws from the draw before
# expects: Keep N, D and loss as they are
def bootstrap(N, D, loss, theta, n, rng):
    fits = []
    for _ in range(n):
        drawn = rng.integers(len(N), size=len(N))
        N, D, loss = N[drawn], D[drawn], loss[drawn]
        fits.append(polish(theta, N, D, loss)[0])
    return np.array(fits)


# %% right: choice -- rows by choice
def bootstrap(N, D, loss, theta, n, rng):
    rows, fits = np.stack([N, D, loss], 1), np.zeros((n, 5))
    for i in range(n):
        mine = rng.choice(rows, len(rows))
        fits[i] = polish(theta, *mine.T)[0]
    return fits


# %% right: all_draws_first -- one table of draws
def bootstrap(N, D, loss, theta, n, rng):
    table = rng.integers(0, N.size, (n, N.size))
    fits = [polish(theta, N[row], D[row], loss[row])[0] for row in table]
    return np.array(fits).reshape(n, 5)


# %% right: weights -- rows by their numbers from choice, kept in order
def bootstrap(N, D, loss, theta, n, rng):
    out = np.full((n, 5), np.nan)
    for row in out:
        mine = np.sort(
            rng.choice(np.arange(len(loss)), size=len(loss), replace=True)
        )
        row[:] = polish(theta.copy(), N[mine], D[mine], loss[mine])[0]
    return out


# %% right: counts -- how often each run comes, by a multinomial draw
def bootstrap(N, D, loss, theta, n, rng):
    R = N.shape[0]
    fits = np.empty((n, 5))
    for k in range(n):
        times = rng.multinomial(R, np.full(R, 1 / R))
        fits[k] = polish(theta, *(np.repeat(x, times) for x in (N, D, loss)))[
            0
        ]
    return fits


# %% right: by_fit -- fit with theta as the only start
def bootstrap(N, D, loss, theta, n, rng):
    fits = []
    for _ in range(n):
        i = rng.integers(0, N.size, N.size)
        fits.append(fit(N[i], D[i], loss[i], theta[None]))
    return np.array(fits)


# %% wrong: by_loss -- runs with a low loss are drawn more often
# expects: with equal chances each comes
def bootstrap(N, D, loss, theta, n, rng):
    R, out = len(N), []
    p = 1 / loss**2 / (1 / loss**2).sum()
    for _ in range(n):
        rows = rng.choice(R, size=R, p=p)
        out.append(polish(theta, N[rows], D[rows], loss[rows])[0])
    return np.stack(out)


# %% wrong: thirty -- draws 30 runs at most
# expects: from 100 runs draw 100
def bootstrap(N, D, loss, theta, n, rng):
    R, out = len(N), []
    for _ in range(n):
        rows = rng.integers(R, size=min(R, 30))
        out.append(polish(theta, N[rows], D[rows], loss[rows])[0])
    return np.stack(out)


# %% wrong: jackknife -- two thirds of the runs without replacement, some of them twice
# expects: spread more
def bootstrap(N, D, loss, theta, n, rng):
    R, out = len(N), []
    for _ in range(n):
        some = rng.permutation(R)[: round(0.64 * R)]
        rows = np.concatenate([some, some])[:R]
        out.append(polish(theta, N[rows], D[rows], loss[rows])[0])
    return np.stack(out)


# %% wrong: draws_again -- throws away draws with few different runs
# expects: spread more
def bootstrap(N, D, loss, theta, n, rng):
    R, out = len(N), []
    while len(out) < n:
        rows = rng.integers(R, size=R)
        if len(set(rows.tolist())) < 0.6 * R:
            continue
        out.append(polish(theta, N[rows], D[rows], loss[rows])[0])
    return np.stack(out)


# %% wrong: outliers_out -- replaces results that are far off by the median
# expects: must be the theta that polish returns
def bootstrap(N, D, loss, theta, n, rng):
    R, out = len(N), []
    for _ in range(n):
        rows = rng.integers(R, size=R)
        new = polish(theta, N[rows], D[rows], loss[rows])[0]
        out.append(new if np.abs(new - theta).max() < 1e3 else theta.copy())
    out = np.stack(out)
    far = np.abs(out - np.median(out, 0)) > 3 * out.std(0) + 1e-12
    return np.where(far, np.median(out, 0), out)


# %% wrong: reseeded -- a generator of its own from the seed of rng
# expects: so that it moves on
def bootstrap(N, D, loss, theta, n, rng):
    rng = np.random.default_rng(rng.bit_generator.seed_seq)
    R, out = len(N), []
    for _ in range(n):
        rows = rng.integers(R, size=R)
        out.append(polish(theta, N[rows], D[rows], loss[rows])[0])
    return np.stack(out)
