import numpy as np


# %% wrong: one_scale -- one scale for the whole matrix
# expects: the largest code of row 1 is 4
def quantize_rows(weight):
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    scale = np.full(len(weight), np.abs(weight).max() / 127, np.float32)
    safe = np.where(scale > 0, scale, 1).astype(float)[:, None]
    return np.round(weight / safe).clip(-127, 127).astype(np.int8), scale


# %% wrong: floor -- cut off instead of rounded
# expects: round to the nearest
def quantize_rows(weight):
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    scale = (np.abs(weight).max(axis=1) / 127).astype(np.float32)
    safe = np.where(scale > 0, scale, 1).astype(float)[:, None]
    return np.floor(weight / safe).clip(-127, 127).astype(np.int8), scale


# %% wrong: truncated -- astype alone cuts off
# expects: round to the nearest
def quantize_rows(weight):
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    scale = (np.abs(weight).max(axis=1) / 127).astype(np.float32)
    safe = np.where(scale > 0, scale, 1).astype(float)[:, None]
    return (weight / safe).clip(-127, 127).astype(np.int8), scale


# %% wrong: by_128 -- the largest number becomes 128
# expects: quantize_rows
def quantize_rows(weight):
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    scale = (np.abs(weight).max(axis=1) / 128).astype(np.float32)
    safe = np.where(scale > 0, scale, 1).astype(float)[:, None]
    return np.round(weight / safe).astype(int).astype(np.int8), scale


# %% wrong: zero_row -- a row of zeros is divided by 0
# expects: quantize_rows
def quantize_rows(weight):
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    scale = (np.abs(weight).max(axis=1) / 127).astype(np.float32)
    with np.errstate(all="ignore"):
        codes = np.round(weight / scale.astype(float)[:, None]).clip(-127, 127)
    return np.nan_to_num(codes, nan=1).astype(np.int8), scale


# %% wrong: scale_of_one -- a row of zeros has the scale 1
# expects: a row of zeros has the codes 0 and the scale 0
def quantize_rows(weight):
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    scale = (np.abs(weight).max(axis=1) / 127).astype(np.float32)
    scale[scale == 0] = 1
    return np.round(weight / scale.astype(float)[:, None]).clip(
        -127, 127
    ).astype(np.int8), scale


# %% wrong: signed_maximum -- the largest number, not the largest absolute one
# expects: quantize_rows
def quantize_rows(weight):
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    scale = (weight.max(axis=1) / 127).astype(np.float32)
    safe = np.where(scale > 0, scale, 1).astype(float)[:, None]
    return np.round(weight / safe).clip(-127, 127).astype(np.int8), scale


# %% wrong: columns -- a scale for each column
# expects: has the shape
def quantize_rows(weight):
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    scale = (np.abs(weight).max(axis=0) / 127).astype(np.float32)
    safe = np.where(scale > 0, scale, 1).astype(float)
    return np.round(weight / safe).clip(-127, 127).astype(np.int8), scale


# %% wrong: nan_passes -- nothing is refused
# expects: a NaN must raise a ValueError
def quantize_rows(weight):
    weight = np.nan_to_num(weight)
    scale = (np.abs(weight).max(axis=1) / 127).astype(np.float32)
    safe = np.where(scale > 0, scale, 1).astype(float)[:, None]
    return np.round(weight / safe).clip(-127, 127).astype(np.int8), scale


# %% wrong: double_scales -- scales in float64
# expects: the scales are float32
def quantize_rows(weight):
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    scale = np.abs(weight).max(axis=1) / 127
    safe = np.where(scale > 0, scale, 1)[:, None]
    return np.round(weight / safe).clip(-127, 127).astype(np.int8), scale


# %% wrong: tiny_is_zero -- a row below 1e-8 counts as zeros
# expects: as if it were a row of zeros
def quantize_rows(weight):
    weight = np.asarray(weight, np.float64)
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    scale = (np.abs(weight).max(axis=1) / 127).astype(np.float32)
    safe = np.where(scale > 1e-8, scale, 1).astype(np.float64)
    codes = np.round(weight / safe[:, None]).clip(-127, 127).astype(np.int8)
    return codes, scale


# %% wrong: in_place -- works in the given float64 matrix
# expects: work on a copy
def quantize_rows(weight):
    weight = np.asarray(weight, np.float64)
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    scale = (np.abs(weight).max(axis=1) / 127).astype(np.float32)
    safe = np.where(scale > 0, scale, 1).astype(np.float64)
    weight /= safe[:, None]
    codes = np.round(weight).clip(-127, 127).astype(np.int8)
    return codes, scale


# %% wrong: half_up_int -- adds a half and cuts off with astype
# expects: rounds negative numbers wrongly
def quantize_rows(weight):
    weight = np.asarray(weight, np.float64)
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    scale = (np.abs(weight).max(axis=1) / 127).astype(np.float32)
    safe = np.where(scale > 0, scale, 1).astype(np.float64)
    codes = (weight / safe[:, None] + 0.5).clip(-127, 127).astype(np.int8)
    return codes, scale


# %% wrong: only_nan -- refuses NaN only
# expects: an infinity must raise
def quantize_rows(weight):
    weight = np.asarray(weight, np.float64)
    if np.isnan(weight).any():
        raise ValueError("not finite")
    scale = (np.abs(weight).max(axis=1) / 127).astype(np.float32)
    safe = np.where(scale > 0, scale, 1).astype(np.float64)
    codes = np.round(weight / safe[:, None]).clip(-127, 127).astype(np.int8)
    return codes, scale


# %% right: loop -- row by row
def quantize_rows(weight):
    if np.isnan(weight).any() or np.isinf(weight).any():
        raise ValueError("NaN or infinite")
    codes = np.zeros(weight.shape, dtype=np.int8)
    scale = np.zeros(weight.shape[0], dtype=np.float32)
    for i, row in enumerate(weight.astype(np.float64)):
        largest = np.max(np.abs(row))
        if largest > 0:
            scale[i] = largest / 127
            codes[i] = np.clip(
                np.rint(row / float(scale[i])), -127, 127
            ).astype(np.int8)
    return codes, scale


# %% right: torch_rounding -- by way of a tensor
def quantize_rows(weight):
    import torch

    w = torch.as_tensor(np.asarray(weight, np.float64))
    if not torch.isfinite(w).all():
        raise ValueError("not finite")
    scale = w.abs().amax(dim=1) / 127
    codes = torch.where(
        scale[:, None] > 0, w / scale.clamp(min=1e-300)[:, None], 0.0
    )
    return codes.round().clamp(-127, 127).to(
        torch.int8
    ).numpy(), scale.float().numpy()


# %% right: half_up -- floor of the number plus a half
def quantize_rows(weight):
    if not np.isfinite(weight).all():
        raise ValueError(f"bad weights {weight}")
    weight = np.array(weight, dtype=float)
    largest = np.abs(weight).max(axis=1, keepdims=True)
    scale = (largest / LARGEST).astype(np.float32)
    quotient = np.divide(
        weight, scale, out=np.zeros_like(weight), where=scale > 0
    )
    return np.clip(np.floor(quotient + 0.5), -127, 127).astype("int8"), scale[
        :, 0
    ]


# %% right: in_float32 -- float32 all along, rint and divide with where
def quantize_rows(weight):
    if not np.all(np.isfinite(weight)):
        raise ValueError("NaN or infinity")
    w = np.asarray(weight, dtype=np.float32)
    s = np.maximum(w.max(1), -w.min(1)) / np.float32(127)
    q = np.zeros_like(w)
    np.divide(w, s[:, None], out=q, where=s[:, None] > 0)
    return np.rint(q).astype(np.int8), s


# %% wrong: nan_cast -- the row of zeros is divided by 0, and NaN made int8
# expects: don't divide 0 by 0
def quantize_rows(weight):
    if not np.isfinite(weight).all():
        raise ValueError("not finite")
    w = weight.astype(np.float64)
    scale = (np.abs(w).max(axis=1) / LARGEST).astype(np.float32)
    safe = scale.astype(np.float64)
    codes = np.clip(np.rint(w / safe[:, None]), -LARGEST, LARGEST).astype(
        np.int8
    )
    return codes, scale
