# %% wrong: exponent_swapped -- a / (a + b)
# expects: exponent b/(a + b)
def optimum(law, C):
    G = (law.a * law.A / (law.b * law.B)) ** (1 / (law.a + law.b))
    N = G * (np.asarray(C, float) / 6) ** (law.a / (law.a + law.b))
    return N, np.asarray(C, float) / (6 * N)


# %% wrong: no_sixth -- 6 N D is not C
# expects: 6 N D must be C
def optimum(law, C):
    G = (law.a * law.A / (law.b * law.B)) ** (1 / (law.a + law.b))
    N = G * np.asarray(C, float) ** (law.b / (law.a + law.b))
    return N, np.asarray(C, float) / N


# %% wrong: G_without_root -- the exponent of G is missing
# expects: G needs the exponent
def optimum(law, C):
    N = (
        law.a
        * law.A
        / (law.b * law.B)
        * (np.asarray(C, float) / 6) ** (law.b / (law.a + law.b))
    )
    return N, np.asarray(C, float) / (6 * N)


# %% wrong: twenty_tokens -- D = 20 N
# expects: D = 20 N
def optimum(law, C):
    N = np.sqrt(np.asarray(C, float) / 120)
    return N, 20 * N


# %% wrong: order -- D first
# expects: N and D are swapped
def optimum(law, C):
    G = (law.a * law.A / (law.b * law.B)) ** (1 / (law.a + law.b))
    N = G * (np.asarray(C, float) / 6) ** (law.b / (law.a + law.b))
    return np.asarray(C, float) / (6 * N), N


# %% wrong: no_G -- the square root of C / 6
# expects: G is missing
def optimum(law, C):
    N = (np.asarray(C, float) / 6) ** (law.b / (law.a + law.b))
    return N, np.asarray(C, float) / (6 * N)


# %% wrong: rounded -- whole numbers
# expects: convert C to float64
def optimum(law, C):
    C = np.asarray(C)
    if C.dtype == object:
        raise OverflowError("C is too large for int64")
    G = (law.a * law.A / (law.b * law.B)) ** (1 / (law.a + law.b))
    N = G * (C / 6) ** (law.b / (law.a + law.b))
    return N, C / (6 * N)


# %% wrong: G_without_exponents -- A / B without a / b
# expects: not of A and B alone
def optimum(law, C):
    G = (law.A / law.B) ** (1 / (law.a + law.b))
    N = G * (np.asarray(C, float) / 6) ** (law.b / (law.a + law.b))
    return N, np.asarray(C, float) / (6 * N)


# %% wrong: upside_down -- G is the inverse
# expects: upside down
def optimum(law, C):
    C = np.asarray(C, np.float64)
    G = (law.b * law.B / (law.a * law.A)) ** (1 / (law.a + law.b))
    N = G * (C / 6) ** (law.b / (law.a + law.b))
    return N, C / (6 * N)


# %% wrong: floor_six -- C // 6
# expects: drops a fraction
def optimum(law, C):
    C = np.asarray(C, np.float64)
    G = (law.a * law.A / (law.b * law.B)) ** (1 / (law.a + law.b))
    N = G * (C // 6) ** (law.b / (law.a + law.b))
    return N, C / (6 * N)


# %% wrong: changes_C -- divides the array C by 6 in place
# expects: changes its argument
def optimum(law, C):
    C = np.asarray(C, np.float64)
    C /= 6
    G = (law.a * law.A / (law.b * law.B)) ** (1 / (law.a + law.b))
    N = G * C ** (law.b / (law.a + law.b))
    return N, C / N


# %% wrong: six_outside -- C to the power, then / 6
# expects: Divide C by 6 before
def optimum(law, C):
    C = np.asarray(C, np.float64)
    G = (law.a * law.A / (law.b * law.B)) ** (1 / (law.a + law.b))
    N = G * C ** (law.b / (law.a + law.b)) / 6
    return N, C / (6 * N)


# %% wrong: by_search -- the best of a thousand sizes
# expects: close, but not exact
def optimum(law, C):
    C = np.asarray(C, np.float64)
    sizes = np.geomspace(1, 1e14, 100001)
    N = np.empty(C.shape)
    for at in np.ndindex(C.shape):
        N[at] = sizes[
            chinchilla_loss(law, sizes, C[at] / (6 * sizes)).argmin()
        ]
    return N, C / (6 * N)


# %% wrong: float32_stays -- a budget in float32 is computed in float32
# expects: computed in float64
def optimum(law, C):
    C = np.asarray(C)
    if C.dtype.kind != "f":
        C = C.astype(np.float64)
    a, b = law.a, law.b
    G = (a * law.A / (b * law.B)) ** (1 / (a + b))
    N = G * (C / 6) ** (b / (a + b))
    return N, C / (6 * N)


# %% wrong: same_exponent -- D grows with the exponent of N
# expects: D is what is left of C
def optimum(law, C):
    C = np.asarray(C, np.float64)
    a, b = law.a, law.b
    G = (a * law.A / (b * law.B)) ** (1 / (a + b))
    power = (C / 6) ** (b / (a + b))
    return G * power, power / G


# %% right: D_first -- from the formula of D
def optimum(law, C):
    C = np.asarray(C, np.float64)
    G = (law.a * law.A / (law.b * law.B)) ** (1 / (law.a + law.b))
    D = (C / 6) ** (law.a / (law.a + law.b)) / G
    return C / (6 * D), D


# %% right: in_logarithms -- solves two linear equations
def optimum(law, C):
    total = np.log(np.asarray(C, float) / 6)
    ratio = math.log(law.a * law.A) - math.log(law.b * law.B)
    n = (ratio + law.b * total) / (law.a + law.b)
    return np.exp(n), np.exp(total - n)


# %% right: roots -- G by two roots
def optimum(law, C):
    budget = np.float64(C) / 6
    total = law.a + law.b
    top, bottom = (
        (law.a * law.A) ** (1 / total),
        (law.b * law.B) ** (1 / total),
    )
    N = top / bottom * np.power(budget, law.b / total)
    return N, budget / N
