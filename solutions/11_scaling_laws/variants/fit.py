import numpy as np


# %% wrong: first_start -- polishes the best start only
# expects: a better fit exists
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    values = objective(*tensors(starts, N, D, loss))
    return polish(starts[int(values.argmin())], N, D, loss)[0]


# %% wrong: last_of_ten -- returns the last one
# expects: is the result
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    for i in objective(*tensors(starts, N, D, loss)).argsort()[:10]:
        theta, _ = polish(starts[int(i)], N, D, loss)
    return theta


# %% wrong: no_polish -- returns the best point of the grid
# expects: must give its theta
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    return starts[int(objective(*tensors(starts, N, D, loss)).argmin())]


# %% wrong: constants -- A, B and E instead of their logarithms
# expects: Return the logarithms
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    best = objective(*tensors(starts, N, D, loss)).argsort()[:10]
    theta = min(
        (polish(starts[int(i)], N, D, loss) for i in best), key=lambda x: x[1]
    )[0]
    return np.concatenate([np.exp(theta[:3]), theta[3:]])


# %% wrong: ten_worst -- sorted the wrong way round
# expects: those with the smallest objective
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    best = objective(*tensors(starts, N, D, loss)).argsort(descending=True)[
        :10
    ]
    return min(
        (polish(starts[int(i)], N, D, loss) for i in best), key=lambda x: x[1]
    )[0]


# %% wrong: first_ten -- the first ten of the grid
# expects: those with the smallest objective
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    return min(
        (polish(start, N, D, loss) for start in starts[:10]),
        key=lambda x: x[1],
    )[0]


# %% wrong: unchecked -- takes any run
# expects: call check_runs
def fit(N, D, loss, starts):
    best = objective(*tensors(starts, N, D, loss)).argsort()[:10]
    return min(
        (polish(starts[int(i)], N, D, loss) for i in best), key=lambda x: x[1]
    )[0]


# %% wrong: dropped -- leaves bad runs out in silence
# expects: run 5
def fit(N, D, loss, starts):
    good = np.isfinite(loss) & (loss > 0) & (N > 0)
    if good.sum() < 5:
        raise ValueError("too few runs")
    N, D, loss = N[good], D[good], loss[good]
    best = objective(*tensors(starts, N, D, loss)).argsort()[:10]
    return min(
        (polish(starts[int(i)], N, D, loss) for i in best), key=lambda x: x[1]
    )[0]


# %% wrong: all_starts -- polishes each start
# expects: polish was called 4500 times
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    return min((polish(s, N, D, loss) for s in starts), key=lambda x: x[1])[0]


# %% wrong: three_best -- polishes three
# expects: polish was called 3 times
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    order = objective(*tensors(starts, N, D, loss)).argsort()
    return min(
        (polish(starts[i], N, D, loss) for i in order[:3]), key=lambda x: x[1]
    )[0]


# %% wrong: sorted_in_place -- orders the array of starts in place
# expects: changes its argument
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    order = objective(*tensors(starts, N, D, loss)).argsort().numpy()
    starts[:] = starts[order]
    return min(
        (polish(s, N, D, loss) for s in starts[:10]), key=lambda x: x[1]
    )[0]


# %% wrong: own_grid -- starts from grid(), not from the argument
# expects: not among the 4,500 `starts`
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    starts = grid()
    values = objective(*tensors(starts, N, D, loss))
    best = values.argsort()[:10].numpy()
    polished = [polish(starts[i], N, D, loss) for i in best]
    return min(polished, key=lambda pair: pair[1])[0]


# %% right: loop -- remembers the best so far
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    runs = tensors(N, D, loss)
    values = objective(
        torch.as_tensor(starts, dtype=torch.float64), *runs
    ).numpy()
    found, least = None, math.inf
    for i in np.argsort(values, kind="stable")[:10]:
        theta, value = polish(starts[i], N, D, loss)
        if value < least:
            found, least = theta, value
    return found


# %% right: topk -- torch's topk
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    values = objective(*tensors(starts, N, D, loss))
    best = torch.topk(-values, min(10, len(starts))).indices.tolist()
    results = [polish(starts[i].copy(), N, D, loss) for i in best]
    return results[int(np.argmin([value for _, value in results]))][0]


# %% right: sorted_pairs -- values and numbers in a sorted list
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    order = sorted(
        (float(value), i)
        for i, value in enumerate(objective(*tensors(starts, N, D, loss)))
    )
    best = [polish(starts[i], N, D, loss) for _, i in order[:10]]
    best.sort(key=lambda pair: pair[1])
    return best[0][0]


# %% wrong: run_0_only -- ranks the starts by the first run only
# expects: those with the smallest objective
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    values = objective(*tensors(starts, N[:1], D[:1], loss[:1]))
    found = [
        polish(starts[i], N, D, loss) for i in values.argsort()[:10].tolist()
    ]
    return min(found, key=lambda pair: pair[1])[0]


# %% wrong: every_second_run -- ranks the starts by every second run
# expects: those with the smallest objective
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    values = objective(*tensors(starts, N[::2], D[::2], loss[::2]))
    found = [
        polish(starts[i], N, D, loss) for i in values.argsort()[:10].tolist()
    ]
    return min(found, key=lambda pair: pair[1])[0]


# %% wrong: polishes_half -- polishes on the half of the runs with the lower losses
# expects: N, D and loss of all 30 runs
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    values = objective(*tensors(starts, N, D, loss))
    good = np.sort(np.argsort(loss)[: max(5, len(loss) // 2)])
    found = [
        polish(starts[i], N[good], D[good], loss[good])
        for i in values.argsort()[:10].tolist()
    ]
    return min(found, key=lambda pair: pair[1])[0]


# %% wrong: early_stop -- stops polishing as soon as a value is small
# expects: ten best are polished, once each
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    values = objective(*tensors(starts, N, D, loss))
    best = None
    for i in values.argsort()[:10].tolist():
        theta, value = polish(starts[i], N, D, loss)
        if best is None or value < best[1]:
            best = theta, value
        if value < 1e-3:
            break
    return best[0]


# %% wrong: mean_of_two -- the mean of the two best where they are close
# expects: none of the results of polish
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    values = objective(*tensors(starts, N, D, loss))
    found = [
        polish(starts[i], N, D, loss) for i in values.argsort()[:10].tolist()
    ]
    found.sort(key=lambda pair: pair[1])
    if len(found) > 1 and found[1][1] < 1.05 * found[0][1]:
        return (found[0][0] + found[1][0]) / 2
    return found[0][0]


# %% wrong: first_thousand -- looks at the first 1,000 starts only
# expects: those with the smallest objective
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    values = objective(*tensors(starts[:1000], N, D, loss))
    found = [
        polish(starts[i], N, D, loss) for i in values.argsort()[:10].tolist()
    ]
    return min(found, key=lambda pair: pair[1])[0]


# %% right: recomputed -- takes the values of the results from objective, all at once
def fit(N, D, loss, starts):
    check_runs(N, D, loss)
    order = np.argsort(
        objective(*tensors(starts, N, D, loss)).numpy(), kind="stable"
    )[:10]
    thetas = np.stack([polish(starts[i], N, D, loss)[0] for i in order])
    return thetas[int(objective(*tensors(thetas, N, D, loss)).argmin())]
