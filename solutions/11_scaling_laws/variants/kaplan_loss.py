import numpy as np


# %% wrong: ratio_upside_down -- aD / aN inside
# expects: upside down
def kaplan_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return ((law.Nc / N) ** (law.aD / law.aN) + law.Dc / D) ** law.aD


# %% wrong: two_terms -- two separate power laws
# expects: two separate terms
def kaplan_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return (law.Nc / N) ** law.aN + (law.Dc / D) ** law.aD


# %% wrong: outer_aN -- aN outside the bracket
# expects: outside the bracket is aD
def kaplan_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return ((law.Nc / N) ** (law.aN / law.aD) + law.Dc / D) ** law.aN


# %% wrong: printed_constants -- ignores the law
# expects: for Kaplan
def kaplan_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return ((6.4e13 / N) ** (0.076 / 0.103) + 1.8e13 / D) ** 0.103


# %% wrong: whole_numbers -- 10**26 overflows
# expects: convert to float64
def kaplan_loss(law, N, D):
    N, D = np.asarray(N), np.asarray(D)
    if N.dtype == object or D.dtype == object:
        raise OverflowError("too large")
    return ((law.Nc / N) ** (law.aN / law.aD) + law.Dc / D) ** law.aD


# %% wrong: precedence -- the power binds N only
# expects: needs parentheses
def kaplan_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return (law.Nc / N ** (law.aN / law.aD) + law.Dc / D) ** law.aD


# %% wrong: product -- the two limits multiplied
# expects: the bracket holds a sum
def kaplan_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    return (law.Nc / N) ** law.aN * (law.Dc / D) ** law.aD


# %% wrong: float32 -- computes in float32
# expects: expected the float64 numbers
def kaplan_loss(law, N, D):
    N, D = np.asarray(N, np.float32), np.asarray(D, np.float32)
    return ((law.Nc / N) ** (law.aN / law.aD) + law.Dc / D) ** law.aD


# %% wrong: own_N -- works in the array N
# expects: it changes the array
def kaplan_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    np.divide(law.Nc, N, out=N) if N.ndim else None
    first = N if N.ndim else law.Nc / N
    return (first ** (law.aN / law.aD) + law.Dc / D) ** law.aD


# %% wrong: wrong_sides -- aN inside of the bracket, aD / aN outside
# expects: on the wrong sides of the bracket
def kaplan_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    inside = (law.Nc / N) ** law.aN + (law.Dc / D) ** law.aN
    return inside ** (law.aD / law.aN)


# %% right: factored -- the first power taken outside
def kaplan_loss(law, N, D):
    N, D = np.float64(N), np.float64(D)
    inner = np.power(law.Nc / N, law.aN / law.aD)
    return np.power(inner + law.Dc / D, law.aD)


# %% right: logarithms -- logaddexp
def kaplan_loss(law, N, D):
    with np.errstate(divide="ignore"):
        n = law.aN / law.aD * np.log(law.Nc / np.asarray(N, float))
        d = np.log(law.Dc / np.asarray(D, float))
    return np.exp(law.aD * np.logaddexp(n, d))


# %% right: named -- one name for each part
def kaplan_loss(law, N, D):
    n = np.asarray(N, dtype="float64")
    d = np.asarray(D, dtype="float64")
    from_size = np.exp((np.log(law.Nc) - np.log(n)) * law.aN / law.aD)
    from_data = law.Dc / d
    return (from_size + from_data) ** law.aD


# %% wrong: infinite_early -- large sizes count as infinite
# expects: 10**28
def kaplan_loss(law, N, D):
    N, D = np.asarray(N, np.float64), np.asarray(D, np.float64)
    N, D = np.where(N > 1e27, np.inf, N), np.where(D > 1e27, np.inf, D)
    return ((law.Nc / N) ** (law.aN / law.aD) + law.Dc / D) ** law.aD
