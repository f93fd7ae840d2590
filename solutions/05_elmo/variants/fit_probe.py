# %% wrong: total -- a sum over the vectors instead of the mean
# expects: divide it by N
def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    N, D = X.shape
    A = torch.cat((X.double(), torch.ones(N, 1, dtype=torch.float64)), 1)
    ridge = torch.full((D + 1,), float(l2), dtype=torch.float64)
    ridge[-1] = 0
    theta = torch.zeros(D + 1, dtype=torch.float64)
    for _ in range(60):
        p = torch.sigmoid(A @ theta)
        g = A.T @ (p - y) / 1 + ridge * theta
        H = A.T @ (A * (p * (1 - p))[:, None]) / 1 + (ridge).diag()
        d = torch.linalg.solve(H, g)
        theta = theta - d / max(1.0, float((A @ d).abs().max()) / 4)
    return theta[:-1], theta[-1]


# %% wrong: holds_b -- the penalty holds b back
# expects: b = ln 3
def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    N, D = X.shape
    A = torch.cat((X.double(), torch.ones(N, 1, dtype=torch.float64)), 1)
    ridge = torch.full((D + 1,), float(l2), dtype=torch.float64)
    ridge[-1] = l2
    theta = torch.zeros(D + 1, dtype=torch.float64)
    for _ in range(60):
        p = torch.sigmoid(A @ theta)
        g = A.T @ (p - y) / N + ridge * theta
        H = A.T @ (A * (p * (1 - p))[:, None]) / N + (ridge).diag()
        d = torch.linalg.solve(H, g)
        theta = theta - d / max(1.0, float((A @ d).abs().max()) / 4)
    return theta[:-1], theta[-1]


# %% wrong: twice -- the penalty without its 1/2
# expects: the penalty has a 1/2
def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    N, D = X.shape
    A = torch.cat((X.double(), torch.ones(N, 1, dtype=torch.float64)), 1)
    ridge = torch.full((D + 1,), float(l2), dtype=torch.float64)
    ridge[-1] = 0
    theta = torch.zeros(D + 1, dtype=torch.float64)
    for _ in range(60):
        p = torch.sigmoid(A @ theta)
        g = A.T @ (p - y) / N + 2 * ridge * theta
        H = A.T @ (A * (p * (1 - p))[:, None]) / N + (2 * ridge).diag()
        d = torch.linalg.solve(H, g)
        theta = theta - d / max(1.0, float((A @ d).abs().max()) / 4)
    return theta[:-1], theta[-1]


# %% wrong: too_few -- two rounds
# expects: the gradient is
def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    N, D = X.shape
    A = torch.cat((X.double(), torch.ones(N, 1, dtype=torch.float64)), 1)
    ridge = torch.full((D + 1,), float(l2), dtype=torch.float64)
    ridge[-1] = 0
    theta = torch.zeros(D + 1, dtype=torch.float64)
    for _ in range(2):
        p = torch.sigmoid(A @ theta)
        g = A.T @ (p - y) / N + ridge * theta
        H = A.T @ (A * (p * (1 - p))[:, None]) / N + (ridge).diag()
        d = torch.linalg.solve(H, g)
        theta = theta - d / max(1.0, float((A @ d).abs().max()) / 4)
    return theta[:-1], theta[-1]


# %% wrong: gradient_descent -- a few hundred plain steps
# expects: fit_probe
def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    w, b = torch.zeros(X.shape[1]).double(), torch.zeros(()).double()
    for _ in range(300):
        off = torch.sigmoid(X.double() @ w + b) - y
        w, b = (
            w - 0.1 * (X.double().T @ off / len(X) + l2 * w),
            b - 0.1 * off.mean(),
        )
    return w, b


# %% wrong: no_penalty -- l2 is never used
# expects: fit_probe
def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    w, b = torch.zeros(X.shape[1]).double(), torch.zeros(()).double()
    for _ in range(4000):
        off = torch.sigmoid(X.double() @ w + b) - y
        w, b = w - 0.5 * (X.double().T @ off / len(X)), b - 0.5 * off.mean()
    return w, b


# %% wrong: labels_unchecked -- any labels will do
# expects: must raise a ValueError
def fit_probe(X, y, l2):
    N, D = X.shape
    A = torch.cat((X.double(), torch.ones(N, 1, dtype=torch.float64)), 1)
    ridge = torch.full((D + 1,), float(l2), dtype=torch.float64)
    ridge[-1] = 0
    theta = torch.zeros(D + 1, dtype=torch.float64)
    for _ in range(60):
        p = torch.sigmoid(A @ theta)
        g = A.T @ (p - y) / N + ridge * theta
        H = A.T @ (A * (p * (1 - p))[:, None]) / N + (ridge).diag()
        d = torch.linalg.solve(H, g)
        theta = theta - d / max(1.0, float((A @ d).abs().max()) / 4)
    return theta[:-1], theta[-1]


# %% wrong: one_vector -- returns w and b in one tensor
# expects: return w and b
def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    N, D = X.shape
    A = torch.cat((X.double(), torch.ones(N, 1, dtype=torch.float64)), 1)
    ridge = torch.full((D + 1,), float(l2), dtype=torch.float64)
    ridge[-1] = 0
    theta = torch.zeros(D + 1, dtype=torch.float64)
    for _ in range(60):
        p = torch.sigmoid(A @ theta)
        g = A.T @ (p - y) / N + ridge * theta
        H = A.T @ (A * (p * (1 - p))[:, None]) / N + (ridge).diag()
        d = torch.linalg.solve(H, g)
        theta = theta - d / max(1.0, float((A @ d).abs().max()) / 4)
    return theta


# %% wrong: single_precision -- float32 results
# expects: is float64
def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    N, D = X.shape
    A = torch.cat((X.double(), torch.ones(N, 1, dtype=torch.float64)), 1)
    ridge = torch.full((D + 1,), float(l2), dtype=torch.float64)
    ridge[-1] = 0
    theta = torch.zeros(D + 1, dtype=torch.float64)
    for _ in range(60):
        p = torch.sigmoid(A @ theta)
        g = A.T @ (p - y) / N + ridge * theta
        H = A.T @ (A * (p * (1 - p))[:, None]) / N + (ridge).diag()
        d = torch.linalg.solve(H, g)
        theta = theta - d / max(1.0, float((A @ d).abs().max()) / 4)
    return theta[:-1].float(), theta[-1].float()


# %% wrong: no_b -- a line through the origin
# expects: b = ln 3
def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    w = torch.zeros(X.shape[1]).double()
    A = X.double()
    for _ in range(50):
        p = torch.sigmoid(A @ w)
        H = (
            A.T @ (A * (p * (1 - p))[:, None]) / len(A)
            + l2 * torch.eye(len(w)).double()
        )
        w = w - torch.linalg.solve(H, A.T @ (p - y) / len(A) + l2 * w)
    return w, torch.zeros(()).double()


# %% right: lbfgs -- a quasi-Newton method of torch
def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    X, y = X.double(), y.double()
    mean = X.mean(0)
    w = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
    c = torch.zeros((), dtype=torch.float64, requires_grad=True)
    opt = torch.optim.LBFGS(
        [w, c],
        max_iter=500,
        tolerance_grad=1e-9,
        tolerance_change=1e-12,
        line_search_fn="strong_wolfe",
    )

    def closure():
        opt.zero_grad()
        loss = (
            F.binary_cross_entropy_with_logits((X - mean) @ w + c, y)
            + l2 / 2 * w @ w
        )
        loss.backward()
        return loss

    opt.step(closure)
    return w.detach(), (c - mean @ w).detach()


# %% right: backtracking -- Newton with halved steps
def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    A = torch.cat((X.double(), torch.ones(len(X), 1).double()), 1)
    pen = torch.ones(A.shape[1]).double() * l2
    pen[-1] = 0
    sign = 2 * y.double() - 1

    def loss(t):
        return F.softplus(-sign * (A @ t)).mean() + (pen * t * t).sum() / 2

    t = torch.zeros(A.shape[1]).double()
    for _ in range(80):
        p = torch.sigmoid(A @ t)
        g = A.T @ (p - y) / len(A) + pen * t
        H = (A * (p * (1 - p))[:, None]).T @ A / len(A) + torch.diag(pen)
        d, size = torch.linalg.solve(H, g), 1.0
        while loss(t - size * d) > loss(t) and size > 1e-8:
            size /= 2
        t = t - size * d
    return t[:-1], t[-1]


# %% right: numpy -- the same in NumPy
def fit_probe(X, y, l2):
    import numpy as np

    labels = y.numpy().astype(float)
    if set(labels) != {0.0, 1.0}:
        raise ValueError("labels")
    A = np.hstack((X.double().numpy(), np.ones((len(X), 1))))
    pen = np.r_[np.full(X.shape[1], float(l2)), 0]
    t = np.zeros(A.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(A @ t, -500, 500)))
        H = A.T @ (A * (p * (1 - p))[:, None]) / len(A) + np.diag(pen)
        d = np.linalg.solve(H, A.T @ (p - labels) / len(A) + pen * t)
        t -= d / max(1, np.abs(A @ d).max() / 4)
    return torch.from_numpy(t[:-1].copy()), torch.tensor(t[-1])


# %% wrong: twenty_steps -- one call of LBFGS as it comes, with at most 20 iterations
# expects: stops too early here


def fit_probe(X, y, l2):
    if sorted(y.unique().tolist()) != [0, 1]:
        raise ValueError("both labels 0 and 1")
    X, y = X.double(), y.double()
    w = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
    b = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([w, b])

    def closure():
        optimizer.zero_grad()
        loss = (
            F.binary_cross_entropy_with_logits(X @ w + b, y) + l2 / 2 * w @ w
        )
        loss.backward()
        return loss

    optimizer.step(closure)
    return w.detach(), b.detach()


# %% wrong: default_dtype -- makes float64 the default of all of PyTorch
# expects: the default dtype of torch was


def fit_probe(X, y, l2):
    if sorted(y.unique().tolist()) != [0, 1]:
        raise ValueError("both labels 0 and 1")
    torch.set_default_dtype(torch.float64)
    A = torch.cat((X.double(), torch.ones(len(X), 1)), 1)
    y = y.double()
    ridge = torch.full((A.shape[1],), float(l2))
    ridge[-1] = 0
    theta = torch.zeros(A.shape[1])
    for _ in range(30):
        p = torch.sigmoid(A @ theta)
        g = A.T @ (p - y) / len(A) + ridge * theta
        H = (A.T * (p * (1 - p))) @ A / len(A) + torch.diag(ridge)
        theta = theta - torch.linalg.solve(H, g)
    return theta[:-1], theta[-1]


# %% right: line_search -- LBFGS with a line search and many iterations


def fit_probe(X, y, l2):
    labels = set(y.tolist())
    if labels != {0, 1}:
        raise ValueError("labels")
    with torch.enable_grad():
        X, y = X.detach().to(torch.float64), y.to(torch.float64)
        theta = torch.zeros(
            X.shape[1] + 1, dtype=torch.float64
        ).requires_grad_()
        optimizer = torch.optim.LBFGS(
            [theta],
            max_iter=1000,
            tolerance_grad=1e-10,
            tolerance_change=1e-14,
            line_search_fn="strong_wolfe",
        )

        def closure():
            optimizer.zero_grad()
            a = X @ theta[:-1] + theta[-1]
            loss = (F.softplus(a) - y * a).mean() + 0.5 * l2 * theta[
                :-1
            ].square().sum()
            loss.backward()
            return loss

        optimizer.step(closure)
    theta = theta.detach()
    return theta[:-1].clone(), theta[-1].clone()


# %% wrong: centred_in_place -- takes the mean off X in place, where X is in float64
# expects: makes no copy


def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    X, y = X.double(), y.double()
    mean = X.mean(0)
    X -= mean
    A = torch.cat((X, torch.ones(len(X), 1, dtype=torch.float64)), 1)
    ridge = torch.full((A.shape[1],), float(l2), dtype=torch.float64)
    ridge[-1] = 0
    theta = torch.zeros(A.shape[1], dtype=torch.float64)
    for _ in range(60):
        p = torch.sigmoid(A @ theta)
        g = A.T @ (p - y) / len(A) + ridge * theta
        H = (A.T * (p * (1 - p))) @ A / len(A) + torch.diag(ridge)
        d = torch.linalg.solve(H, g)
        theta = theta - d / max(1.0, float((A @ d).abs().max()) / 4)
    return theta[:-1], theta[-1] - mean @ theta[:-1]


# %% wrong: whole_labels -- makes whole numbers of the labels before it looks at them
# expects: 0.5


def fit_probe(X, y, l2):
    y = y.long()
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    A = torch.cat((X.double(), torch.ones(len(X), 1).double()), dim=1)
    ridge = torch.full((A.shape[1],), float(l2), dtype=torch.float64)
    ridge[-1] = 0
    theta = torch.zeros(A.shape[1], dtype=torch.float64)
    for _ in range(30):
        p = torch.sigmoid(A @ theta)
        gradient = A.T @ (p - y) / len(X) + ridge * theta
        H = A.T @ (A * (p * (1 - p))[:, None]) / len(X) + ridge.diag()
        theta = theta - torch.linalg.solve(H, gradient)
    return theta[:-1], theta[-1]


# %% wrong: short_steps -- the curvature is a sum, the gradient a mean
# expects: as long as it should be


def fit_probe(X, y, l2):
    if set(y.tolist()) != {0, 1}:
        raise ValueError("labels")
    A = torch.cat((X.double(), torch.ones(len(X), 1).double()), dim=1)
    ridge = torch.full((A.shape[1],), float(l2), dtype=torch.float64)
    ridge[-1] = 0
    theta = torch.zeros(A.shape[1], dtype=torch.float64)
    for _ in range(30):
        p = torch.sigmoid(A @ theta)
        gradient = A.T @ (p - y) / len(X) + ridge * theta
        H = A.T @ (A * (p * (1 - p))[:, None]) + ridge.diag()
        theta = theta - torch.linalg.solve(H, gradient)
    return theta[:-1], theta[-1]
