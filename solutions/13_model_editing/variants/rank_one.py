import torch


# %% wrong: adds_value -- v is added instead of the residual
# expects: the residual is v - Wk
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    A, k, v = W.double(), k.double(), v.double()
    u = torch.linalg.solve(C.double(), k)
    return (A + torch.outer(v, u) / (u @ k)).to(W.dtype)


# %% wrong: no_moment -- C is left out
# expects: C makes no difference here: u is C⁻¹k
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    A, k, v = W.double(), k.double(), v.double()
    return (A + torch.outer(v - A @ k, k) / (k @ k)).to(W.dtype)


# %% wrong: times_moment -- C k instead of its inverse
# expects: This is u = Ck: take C⁻¹k
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    A, k, v = W.double(), k.double(), v.double()
    u = C.double() @ k
    return (A + torch.outer(v - A @ k, u) / (u @ k)).to(W.dtype)


# %% wrong: no_division -- uᵀk does not divide
# expects: uᵀk does not divide
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    A, k, v = W.double(), k.double(), v.double()
    u = torch.linalg.solve(C.double(), k)
    return (A + torch.outer(v - A @ k, u)).to(W.dtype)


# %% wrong: own_norm -- kᵀk divides
# expects: kᵀk divides here: uᵀk must
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    A, k, v = W.double(), k.double(), v.double()
    u = torch.linalg.solve(C.double(), k)
    return (A + torch.outer(v - A @ k, u) / (k @ k)).to(W.dtype)


# %% wrong: in_place -- W itself is changed
# expects: W itself was changed
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    key, value = k.double(), v.double()
    u = torch.linalg.solve(C.double(), key)
    W += (torch.outer(value - W.double() @ key, u) / (u @ key)).to(W.dtype)
    return W.clone()


# %% wrong: change_only -- the change is returned
# expects: This is the change alone
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    A, k, v = W.double(), k.double(), v.double()
    u = torch.linalg.solve(C.double(), k)
    return (torch.outer(v - A @ k, u) / (u @ k)).to(W.dtype)


# %% wrong: transposed -- the outer product the other way round
# expects: rank_one: for the toy
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    A, k, v = W.double(), k.double(), v.double()
    u = torch.linalg.solve(C.double(), k)
    return (A + torch.outer(u, v - A @ k) / (u @ k)).to(W.dtype)


# %% wrong: float32 -- computed in the type of W
# expects: rank_one:
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    u = torch.linalg.solve(C.to(W.dtype), k.to(W.dtype))
    return W + torch.outer(v - W @ k.to(W.dtype), u) / (u @ k.to(W.dtype))


# %% wrong: always_double -- float64 comes back
# expects: the result should be torch.float32
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    A, k, v = W.double(), k.double(), v.double()
    u = torch.linalg.solve(C.double(), k)
    return A + torch.outer(v - A @ k, u) / (u @ k)


# %% wrong: zero_key -- a key of zeros gives NaN
# expects: a key of zeros must raise a ValueError
def rank_one(W, k, v, C):
    A, k, v = W.double(), k.double(), v.double()
    u = torch.linalg.solve(C.double(), k)
    return (A + torch.outer(v - A @ k, u) / (u @ k)).to(W.dtype)


# %% wrong: reversed -- the sign of the residual
# expects: The sign of the residual is reversed
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    A, k, v = W.double(), k.double(), v.double()
    u = torch.linalg.solve(C.double(), k)
    return (A - torch.outer(v - A @ k, u) / (u @ k)).to(W.dtype)


# %% right: lagrange -- the conditions of Lagrange as one linear system
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    A, k, v, n = W.double(), k.double(), v.double(), len(k)
    M = torch.zeros(n + 1, n + 1).double()
    M[:n, :n], M[:n, n], M[n, :n] = 2 * C, k, k
    b = torch.zeros(n + 1, len(v)).double()
    b[n] = v - A @ k
    return (A + torch.linalg.solve(M, b)[:n].T).to(W.dtype)


# %% right: columns -- written with columns and matrix products
def rank_one(W, k, v, C):
    if float(k.double().norm()) == 0:
        raise ValueError("zero")
    A, key, value = W.double(), k.double()[:, None], v.double()[:, None]
    u = torch.linalg.solve(C.double(), key)
    scale = 1 / (u.T @ key).item()
    return (A + (value - A @ key) @ u.T * scale).to(W.dtype)


# %% right: cholesky -- with a factor of C
def rank_one(W, k, v, C):
    if not bool((k != 0).any()):
        raise ValueError("zero")
    A, k, v = W.to(torch.float64), k.to(torch.float64), v.to(torch.float64)
    u = torch.cholesky_solve(k[:, None], torch.linalg.cholesky(C.double()))[
        :, 0
    ]
    change = (v - A @ k)[:, None] * (u / torch.dot(u, k))[None, :]
    return (A + change).type(W.dtype)


# %% wrong: in_float32 -- computed in the type of W
# expects: Compute in float64


def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("a key of zeros")
    k, v, C = k.to(W.dtype), v.to(W.dtype), C.to(W.dtype)
    u = torch.linalg.solve(C, k)
    return W + torch.outer(v - W @ k, u) / (u @ k)


# %% wrong: sum_is_zero -- a key whose numbers cancel counts as a key of zeros
# expects: not a key of zeros


def rank_one(W, k, v, C):
    if k.sum() == 0:
        raise ValueError("a key of zeros")
    w, k, v, C = W.double(), k.double(), v.double(), C.double()
    u = torch.linalg.solve(C, k)
    return (w + torch.outer(v - w @ k, u) / (u @ k)).to(W.dtype)


# %% wrong: small_is_zero -- a small key counts as a key of zeros
# expects: not a key of zeros


def rank_one(W, k, v, C):
    if torch.allclose(k, torch.zeros_like(k), atol=1e-3):
        raise ValueError("a key of zeros")
    w, k, v, C = W.double(), k.double(), v.double(), C.double()
    u = torch.linalg.solve(C, k)
    return (w + torch.outer(v - w @ k, u) / (u @ k)).to(W.dtype)


# %% wrong: in_place_of_a_double -- W.double() is W itself where W is float64, and += changes it
# expects: W was changed


def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("a key of zeros")
    dtype = W.dtype
    W, k, v, C = W.double(), k.double(), v.double(), C.double()
    u = torch.linalg.solve(C, k)
    W += torch.outer(v - W @ k, u) / (u @ k)
    return W.to(dtype)


# %% wrong: ridge -- a little is added to the diagonal of C
# expects: something is added


def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("a key of zeros")
    w, k, v, C = W.double(), k.double(), v.double(), C.double()
    u = torch.linalg.solve(C + 1e-4 * torch.eye(len(k)).double(), k)
    return (w + torch.outer(v - w @ k, u) / (u @ k)).to(W.dtype)


# %% wrong: diagonal_only -- only the diagonal of C is used
# expects: the diagonal of C alone


def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("a key of zeros")
    w, k, v, C = W.double(), k.double(), v.double(), C.double()
    u = k / C.diagonal()
    return (w + torch.outer(v - w @ k, u) / (u @ k)).to(W.dtype)


# %% right: cholesky_2 -- by a Cholesky factor, row by row


def rank_one(W, k, v, C):
    if bool((k == 0).all()):
        raise ValueError(f"a key of zeros: {k}")
    L = torch.linalg.cholesky(C.to(torch.float64))
    u = torch.cholesky_solve(k.double()[:, None], L)[:, 0]
    u = u / torch.dot(u, k.double())
    rows = []
    for w, x in zip(W, v):
        w = w.double()
        rows.append(w + (x.double() - w @ k.double()) * u)
    return torch.stack(rows).type(W.dtype)


# %% right: inverse_and_einsum -- torch.linalg.inv, float64 throughout


def rank_one(W, k, v, C):
    new, key, value = W.detach().clone().double(), k.double(), v.double()
    if not torch.count_nonzero(key):
        raise ValueError("k = 0")
    u = torch.linalg.inv(C.double()) @ key
    new += torch.einsum("o,n->on", value - new @ key, u / (key @ u))
    return new.to(W)


# %% wrong: u_normalised -- u is made a unit vector in the outer product only
# expects: u has the length 1 above the line


def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("a key of zeros")
    W0, k, v, C = W.double(), k.double(), v.double(), C.double()
    u = torch.linalg.solve(C, k)
    return (W0 + torch.outer(v - W0 @ k, u / u.norm()) / (u @ k)).to(W.dtype)


# %% wrong: k_changed -- normalises the key in place
# expects: k was changed


def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("a key of zeros")
    k /= k.norm()
    W0, k, v, C = W.double(), k.double(), v.double(), C.double()
    u = torch.linalg.solve(C, k)
    return (W0 + torch.outer(v - W0 @ k, u) / (u @ k)).to(W.dtype)


# %% right: least_squares -- torch.linalg.lstsq, with the pseudo-inverse of a row


def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("a key of zeros")
    W0, k, v, C = W.double(), k.double(), v.double(), C.double()
    u = torch.linalg.lstsq(C, k[:, None], driver="gelsd").solution[:, 0]
    return (W0 + torch.outer(v - W0 @ k, u) / (u @ k)).to(W.dtype)


# %% wrong: nearly_zero -- a short key counts as zero
# expects: the key (2e-12, 1e-12)
def rank_one(W, k, v, C):
    if k.double().norm() < 1e-8:
        raise ValueError("zero")
    A, k, v = W.double(), k.double(), v.double()
    u = torch.linalg.solve(C.double(), k)
    return (A + torch.outer(v - A @ k, u) / (u @ k)).to(W.dtype)


# %% wrong: any_zero -- a key in which one number is 0 is refused
# expects: the key (0, 1)
def rank_one(W, k, v, C):
    if (k == 0).any():
        raise ValueError("zero")
    A, k, v = W.double(), k.double(), v.double()
    u = torch.linalg.solve(C.double(), k)
    return (A + torch.outer(v - A @ k, u) / (u @ k)).to(W.dtype)


# %% wrong: small_ridge -- a ten-thousandth of the mean diagonal is added to C
# expects: Something small is added to C
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("zero")
    A, k, v = W.double(), k.double(), v.double()
    ridge = 1e-4 * C.diagonal().mean() * torch.eye(len(C))
    u = torch.linalg.solve(C.double() + ridge, k)
    return (A + torch.outer(v - A @ k, u) / (u @ k)).to(W.dtype)


# %% wrong: cuts_small -- small directions of C are cut off
# expects: let small directions of C count
def rank_one(W, k, v, C):
    if not k.any():
        raise ValueError("a key of zeros")
    M, key, value = W.double(), k.double(), v.double()
    u = torch.linalg.pinv(C.double(), rtol=1e-4) @ key
    return (M + torch.outer(value - M @ key, u) / (u @ key)).to(W.dtype)
