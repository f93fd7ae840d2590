import numpy as np


# %% wrong: no_E -- forgets E
# expects: E is missing
def chinchilla_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return law.A * N**-law.a + law.B * D**-law.b


# %% wrong: swapped -- a and b change places
# expects: exponents a and b are swapped
def chinchilla_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return law.E + law.A * N**-law.b + law.B * D**-law.a


# %% wrong: whole_numbers -- converts to int64
# expects: need float64 first
def chinchilla_loss(law, N, D):
    N, D = np.asarray(N, np.int64), np.asarray(D, np.int64)
    return law.E + law.A / N**law.a + law.B / D**law.b


# %% wrong: grows -- the sign of the exponents
# expects: exponents are negative
def chinchilla_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return law.E + law.A * N**law.a + law.B * D**law.b


# %% wrong: prints -- shows the result and returns nothing
# expects: None
def chinchilla_loss(law, N, D):
    print(
        law.E + law.A / np.float64(N) ** law.a + law.B / np.float64(D) ** law.b
    )


# %% wrong: swapped_letters -- A and a go with D, B and b with N
# expects: A and a belong to N
def chinchilla_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return law.E + law.A / D**law.a + law.B / N**law.b


# %% wrong: as_given -- np.asarray without a dtype: arrays of huge whole numbers stay objects
# expects: Name the dtype float64
def chinchilla_loss(law, N, D):
    N, D = np.asarray(N), np.asarray(D)
    return law.E + law.A / N**law.a + law.B / D**law.b


# %% wrong: float32 -- N and D as float32
# expects: need float64 first
def chinchilla_loss(law, N, D):
    N, D = np.asarray(N, np.float32), np.asarray(D, np.float32)
    return law.E + law.A * N**-law.a + law.B * D**-law.b


# %% wrong: in_place -- works in the arrays that it was given
# expects: it changes the array
def chinchilla_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    N **= -law.a
    D **= -law.b
    return law.E + law.A * N + law.B * D


# %% wrong: of_the_toy -- E of the toy, not of the law
# expects: use law.E
def chinchilla_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return toy.E + law.A * N**-law.a + law.B * D**-law.b


# %% wrong: shape_of_N -- the result has the shape of N
# expects: for N (3,) and D (4, 1)
def chinchilla_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    result = np.empty(np.broadcast(N, D).shape if N.ndim != 1 else N.shape)
    result[...] = law.E + law.A * N**-law.a + law.B * D**-law.b
    return result if result.ndim else result[()]


# %% right: exponentials -- through logarithms
def chinchilla_loss(law, N, D):
    N, D = np.asarray(N, float), np.asarray(D, float)
    return (
        law.E
        + np.exp(np.log(law.A) - law.a * np.log(N))
        + np.exp(np.log(law.B) - law.b * np.log(D))
    )


# %% right: divided -- one plus one fractions
def chinchilla_loss(law, N, D):
    n, d = np.float64(N), np.float64(D)
    return (
        np.add(law.A / np.power(n, law.a), law.B / np.power(d, law.b)) + law.E
    )


# %% right: loop -- a list of both terms
def chinchilla_loss(law, N, D):
    total = np.asarray(law.E, np.float64)
    for size, scale, power in ((N, law.A, law.a), (D, law.B, law.b)):
        total = total + scale / np.float64(size) ** power
    return total


# %% wrong: capped -- sizes are cut at 1e30
# expects: N infinite and D = 1
def chinchilla_loss(law, N, D):
    N, D = (
        np.minimum(np.asarray(N, np.float64), 1e30),
        np.minimum(np.asarray(D, np.float64), 1e30),
    )
    return law.E + law.A * N**-law.a + law.B * D**-law.b
