import numpy as np


# %% wrong: int8_sum -- the sum is kept in int8
# expects: the sum was kept in int8
def product(codes, scale, x):
    return (codes @ x.astype(np.int8)).astype(np.float64) * scale


# %% wrong: no_scale -- the scales are forgotten
# expects: the scales are missing
def product(codes, scale, x):
    return x.astype(np.float64) @ codes.T.astype(np.float64)


# %% wrong: divided -- divided by the scales
# expects: you divided by the scales
def product(codes, scale, x):
    return (
        x.astype(np.float64)
        @ codes.T.astype(np.float64)
        / np.where(scale > 0, scale, 1)
    )


# %% wrong: vectors_only -- works for one vector alone
# expects: x (2, 3, 4)
def product(codes, scale, x):
    return np.array(
        [
            scale[i] * np.sum(codes[i].astype(float) * x)
            for i in range(len(codes))
        ]
    )


# %% wrong: single -- float32 comes back
# expects: the result is float64
def product(codes, scale, x):
    return (x.astype(np.float32) @ codes.T.astype(np.float32) * scale).astype(
        np.float32
    )


# %% wrong: columns -- row and column are exchanged where both fit
# expects: product
def product(codes, scale, x):
    if codes.shape[0] == codes.shape[1]:
        return x.astype(np.float64) @ codes.astype(np.float64) * scale
    return x.astype(np.float64) @ codes.T.astype(np.float64) * scale


# %% wrong: scaled_columns -- the scale goes to the columns where both fit
# expects: the scale of row i belongs to y
def product(codes, scale, x):
    if codes.shape[0] == codes.shape[1]:
        return x.astype(np.float64) @ (codes * scale.astype(float)).T
    return x.astype(np.float64) @ codes.T.astype(np.float64) * scale


# %% wrong: transposed -- the result is turned
# expects: x (2, 3, 4)
def product(codes, scale, x):
    y = x.astype(np.float64) @ codes.T.astype(np.float64) * scale
    return y.T if y.ndim > 1 else y


# %% wrong: whole_x -- makes x whole numbers
# expects: cut to whole numbers
def product(codes, scale, x):
    return (x.astype(np.int64) @ codes.T.astype(np.int64)) * scale


# %% wrong: column -- the scale as a column
# expects: has the shape (2, 2)
def product(codes, scale, x):
    return (x @ codes.T.astype(np.float64)) * scale[:, None]


# %% right: matrix_first -- the matrix of floats, then the product
def product(codes, scale, x):
    weight = codes.astype(np.float64) * scale.astype(np.float64)[:, None]
    return np.asarray(x, np.float64) @ weight.T


# %% right: einsum -- by einsum
def product(codes, scale, x):
    return np.einsum(
        "oi,...i->...o", codes.astype(float), x.astype(float)
    ) * scale.astype(float)


# %% right: tensordot -- by tensordot
def product(codes, scale, x):
    sums = np.tensordot(
        np.array(x, float), codes.astype(np.float64), axes=([-1], [1])
    )
    return np.multiply(sums, scale)
