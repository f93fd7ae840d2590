# %% wrong: on_training -- judged on what it learned from
# expects: judged on what it learned from
def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        shares = []
        for train, test in cuts:
            known, _ = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], l2)
            said = known.double() @ w + b > 0
            test = train
            shares.append((said == (y[test] == 1)).double().mean().item())
        result.append(sum(shares) / len(shares))
    return torch.tensor(result, dtype=torch.float64)


# %% wrong: wrong_b -- b is subtracted
# expects: layer_accuracy
def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        shares = []
        for train, test in cuts:
            known, unknown = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], l2)
            said = unknown.double() @ w - b > 0
            shares.append((said == (y[test] == 1)).double().mean().item())
        result.append(sum(shares) / len(shares))
    return torch.tensor(result, dtype=torch.float64)


# %% wrong: one_number -- one mean over all layers
# expects: for two layers
def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        shares = []
        for train, test in cuts:
            known, unknown = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], l2)
            said = unknown.double() @ w + b > 0
            shares.append((said == (y[test] == 1)).double().mean().item())
        result.append(sum(shares) / len(shares))
    return torch.tensor(sum(result) / len(result), dtype=torch.float64)


# %% wrong: pooled -- one share over all tests
# expects: average the folds
def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        right = []
        for train, test in cuts:
            known, unknown = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], l2)
            right += (
                (unknown.double() @ w + b > 0) == (y[test] == 1)
            ).tolist()
        result.append(sum(right) / len(right))
    return torch.tensor(result, dtype=torch.float64)


# %% wrong: raw -- not standardised
# expects: layer_accuracy
def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        shares = []
        for train, test in cuts:
            known, unknown = X[train], X[test]
            w, b = fit_probe(known, y[train], l2)
            said = unknown.double() @ w + b > 0
            shares.append((said == (y[test] == 1)).double().mean().item())
        result.append(sum(shares) / len(shares))
    return torch.tensor(result, dtype=torch.float64)


# %% wrong: l2_ignored -- always the default
# expects: pass l2 on
def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        shares = []
        for train, test in cuts:
            known, unknown = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], 0.01)
            said = unknown.double() @ w + b > 0
            shares.append((said == (y[test] == 1)).double().mean().item())
        result.append(sum(shares) / len(shares))
    return torch.tensor(result, dtype=torch.float64)


# %% wrong: list -- returns a list
# expects: not a PyTorch tensor
def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        shares = []
        for train, test in cuts:
            known, unknown = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], l2)
            said = unknown.double() @ w + b > 0
            shares.append((said == (y[test] == 1)).double().mean().item())
        result.append(sum(shares) / len(shares))
    return result


# %% wrong: half -- compares the score, not the probability, with 1/2
# expects: compared with 0, or its sigmoid with 1/2
def layer_accuracy(layers, y, cuts, l2=0.01):
    shares = torch.zeros(len(layers), len(cuts))
    for j, X in enumerate(layers):
        for k, (train, test) in enumerate(cuts):
            known, new = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], l2)
            said = new.double() @ w + b > 0.5
            shares[j, k] = (said == y[test]).double().mean()
    return shares.mean(1)


# %% right: stacked -- tensors all the way
def layer_accuracy(layers, y, cuts, l2=0.01):
    def share(X, train, test):
        a, b = standardised(X[train], X[test])
        w, c = fit_probe(a, y[train], l2)
        return ((b.double() @ w + c).gt(0).long() == y[test]).double().mean()

    return torch.stack(
        [torch.stack([share(X, *cut) for cut in cuts]).mean() for X in layers]
    )


# %% right: sigmoid -- by the probability
def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        shares = []
        for train, test in cuts:
            known, unknown = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], l2)
            said = torch.sigmoid(unknown.double() @ w + b) > 0.5
            shares.append((said == (y[test] == 1)).double().mean().item())
        result.append(sum(shares) / len(shares))
    return torch.tensor(result, dtype=torch.float64)


# %% right: float32 -- results in single precision
def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        shares = []
        for train, test in cuts:
            known, unknown = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], l2)
            said = unknown.double() @ w + b > 0
            shares.append((said == (y[test] == 1)).double().mean().item())
        result.append(sum(shares) / len(shares))
    return torch.tensor(result)


# %% wrong: leak -- standardised by all sentences
# expects: Do mean and spread come from the training part alone
def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        X = standardised(X, X)[0]
        shares = []
        for train, test in cuts:
            w, b = fit_probe(X[train], y[train], l2)
            said = X[test].double() @ w + b > 0
            shares.append((said == (y[test] == 1)).double().mean().item())
        result.append(sum(shares) / len(shares))
    return torch.tensor(result, dtype=torch.float64)


# %% wrong: own_part -- the test part is standardised by itself
# expects: Is the test part standardised by the training part, too
def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        shares = []
        for train, test in cuts:
            known, unknown = (
                standardised(X[m], X[m])[0] for m in (train, test)
            )
            w, b = fit_probe(known, y[train], l2)
            said = unknown.double() @ w + b > 0
            shares.append((said == (y[test] == 1)).double().mean().item())
        result.append(sum(shares) / len(shares))
    return torch.tensor(result, dtype=torch.float64)


# %% wrong: tie_is_one -- 1 where it is at least 0
# expects: the probe says 0, not 1
def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        shares = []
        for train, test in cuts:
            known, unknown = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], l2)
            said = unknown.double() @ w + b >= 0
            shares.append((said == (y[test] == 1)).double().mean().item())
        result.append(sum(shares) / len(shares))
    return torch.tensor(result, dtype=torch.float64)


# %% wrong: penalty_fixed -- fits each probe with the default penalty
# expects: pass l2 on


def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        shares = []
        for train, test in cuts:
            seen, asked = standardised(X[train], X[test])
            w, b = fit_probe(seen, y[train], 0.01)
            says = (asked.double() @ w + b > 0).long()
            shares.append((says == y[test]).double().mean())
        result.append(torch.stack(shares).mean())
    return torch.stack(result)


# %% right: counted -- plain numbers


def layer_accuracy(layers, y, cuts, l2=0.01):
    cuts = list(cuts)
    total = [0.0] * len(layers)
    for j, X in enumerate(layers):
        for train, test in cuts:
            a, b = standardised(X[train], X[test])
            w, c = fit_probe(a, y[train], l2)
            n_right = 0
            for x, label in zip(b.double(), y[test].tolist()):
                n_right += int(float(x @ w + c) > 0) == label
            total[j] += n_right / int(test.sum()) / len(cuts)
    return torch.tensor(total)


# %% wrong: standardised_once -- standardises each layer by its first fold
# expects: Standardise anew in each fold


def layer_accuracy(layers, y, cuts, l2=0.01):
    result = []
    for X in layers:
        train = cuts[0][0]
        _, X = standardised(X[train], X)
        shares = []
        for train, test in cuts:
            w, b = fit_probe(X[train], y[train], l2)
            shares.append(
                ((X[test].double() @ w + b > 0) == (y[test] == 1))
                .double()
                .mean()
            )
        result.append(torch.stack(shares).mean())
    return torch.stack(result)


# %% wrong: without_b -- judges by w . x alone
# expects: Is b added to w . x


def layer_accuracy(layers, y, cuts, l2=0.01):
    found = []
    for X in layers:
        shares = []
        for train, test in cuts:
            known, unknown = standardised(X[train], X[test])
            w, _ = fit_probe(known, y[train], l2)
            said = unknown.double() @ w > 0
            shares.append((said == (y[test] == 1)).double().mean())
        found.append(torch.stack(shares).mean())
    return torch.stack(found)


# %% wrong: in_place -- centres the layers themselves first
# expects: the layers were changed
def layer_accuracy(layers, y, cuts, l2=0.01):
    right = torch.zeros(len(layers), len(cuts), dtype=torch.float64)
    for i, X in enumerate(layers):
        X -= X.mean(0)
        for j, (train, test) in enumerate(cuts):
            known, unknown = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], l2)
            said = unknown.double() @ w + b > 0
            right[i, j] = (said == (y[test] == 1)).double().mean()
    return right.mean(1)
