import math

import torch


# %% wrong: divides -- negative logits are divided, too
# expects: Multiply negative logits
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"not {penalty}")
    B, V = logits.shape
    if mask is not None:
        ids = ids.masked_fill(~mask, V)
    seen = torch.zeros(B, V + 1, dtype=torch.bool).scatter(1, ids, True)[:, :V]
    return torch.where(seen, logits / penalty, logits)


# %% wrong: per_occurrence -- twice for a token that was there twice
# expects: was punished twice
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"not {penalty}")
    result = logits.clone()
    for b in range(len(ids)):
        for t, i in enumerate(ids[b].tolist()):
            if mask is None or mask[b, t]:
                z = result[b, i]
                result[b, i] = z * penalty if z < 0 else z / penalty
    return result


# %% wrong: padding -- the mask is not used
# expects: are padding
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"not {penalty}")
    seen = torch.zeros(logits.shape, dtype=torch.bool).scatter(1, ids, True)
    less = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(seen, less, logits)


# %% wrong: all_rows -- tokens of one text punished in all
# expects: the tokens of row 0 were punished, too
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"not {penalty}")
    result = logits.clone()
    real = ids if mask is None else ids[mask]
    for i in set(real.flatten().tolist()):
        z = result[:, i].clone()
        result[:, i] = torch.where(z < 0, z * penalty, z / penalty)
    return result


# %% wrong: subtracts -- the penalty is subtracted
# expects: expected [1, 1, -2]
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"not {penalty}")
    B, V = logits.shape
    if mask is not None:
        ids = ids.masked_fill(~mask, V)
    seen = torch.zeros(B, V + 1, dtype=torch.bool).scatter(1, ids, True)[:, :V]
    return torch.where(seen, logits - penalty, logits)


# %% wrong: in_place -- the logits are changed
# expects: were changed
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"not {penalty}")
    before = logits.clone()
    for b in range(len(ids)):
        for t, i in enumerate(ids[b].tolist()):
            if mask is None or mask[b, t]:
                z = before[b, i]
                logits[b, i] = z * penalty if z < 0 else z / penalty
    return logits


# %% wrong: above_one -- a penalty below 1 is refused
# expects: with a penalty of 0.5
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 1 <= penalty < math.inf:
        raise ValueError(f"not {penalty}")
    B, V = logits.shape
    if mask is not None:
        ids = ids.masked_fill(~mask, V)
    seen = torch.zeros(B, V + 1, dtype=torch.bool).scatter(1, ids, True)[:, :V]
    less = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(seen, less, logits)


# %% wrong: unrefused -- nothing is refused
# expects: must raise a ValueError
def repetition_penalty(logits, ids, penalty, mask=None):
    B, V = logits.shape
    if mask is not None:
        ids = ids.masked_fill(~mask, V)
    seen = torch.zeros(B, V + 1, dtype=torch.bool).scatter(1, ids, True)[:, :V]
    less = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(seen, less, logits)


# %% wrong: mask_of_padding -- True taken for padding
# expects: row 0 has padding
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"not {penalty}")
    B, V = logits.shape
    if mask is not None:
        ids = ids.masked_fill(mask, V)
    seen = torch.zeros(B, V + 1, dtype=torch.bool).scatter(1, ids, True)[:, :V]
    less = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(seen, less, logits)


# %% wrong: mask_scattered -- the mask is scattered: padding behind a token erases it
# expects: The tokens 0 and 1 were there, and no others
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"penalty {penalty!r}")
    if mask is None:
        mask = torch.ones_like(ids, dtype=torch.bool)
    seen = torch.zeros_like(logits, dtype=torch.bool).scatter(1, ids, mask)
    less = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(seen, less, logits)


# %% wrong: pad_id -- the id of the padding is never punished
# expects: The tokens 0 and 1 were there, and no others
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"penalty {penalty!r}")
    seen = torch.zeros_like(logits, dtype=torch.bool).scatter(1, ids, True)
    if mask is not None:
        for b in range(len(ids)):
            seen[b, ids[b][~mask[b]]] = False
    less = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(seen, less, logits)


# %% wrong: first_mask -- the mask of row 0 for all rows
# expects: as the mask of row 0 would say
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"no penalty: {penalty!r}")
    if mask is not None:
        ids = ids[:, mask[0]]
    seen = torch.zeros_like(logits, dtype=torch.bool).scatter(1, ids, True)
    less = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(seen, less, logits)


# %% wrong: left_padding -- all from the first real token on counts
# expects: padding with the id 3
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"{penalty}")
    if mask is not None:
        ids = ids.masked_fill(~(mask.cumsum(1) > 0), logits.shape[1])
    seen = torch.zeros(
        len(logits), logits.shape[1] + 1, dtype=torch.bool
    ).scatter(1, ids, True)[:, :-1]
    return torch.where(
        seen,
        torch.where(logits < 0, logits * penalty, logits / penalty),
        logits,
    )


# %% wrong: last_token -- padding counts as the last token of the vocabulary
# expects: wrong for token 3
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"not {penalty}")
    if mask is not None:
        ids = ids.masked_fill(~mask, logits.shape[1] - 1)
    seen = torch.zeros_like(logits, dtype=torch.bool).scatter(1, ids, True)
    less = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(seen, less, logits)


# %% right: sets -- a loop over each text's set of ids
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"not {penalty}")
    result = logits.clone()
    for b, row in enumerate(ids):
        for i in set((row if mask is None else row[mask[b]]).tolist()):
            z = result[b, i]
            result[b, i] = z * penalty if z < 0 else z / penalty
    return result


# %% right: gather -- what was gathered is scattered back
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"not {penalty}")
    V = logits.shape[1]
    wider = torch.cat((logits, logits[:, :1]), dim=1)
    if mask is not None:
        ids = torch.where(mask, ids, V)
    z = wider.gather(1, ids)
    return wider.scatter(1, ids, torch.where(z < 0, z * penalty, z / penalty))[
        :, :V
    ]


# %% right: one_hot -- which ids there were, by counting
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"not {penalty}")
    counts = torch.zeros_like(logits, dtype=torch.float32)
    real = torch.ones(ids.shape) if mask is None else mask.float()
    counts = counts.scatter_add(1, ids, real)
    factor = torch.where(logits < 0, penalty, 1 / penalty)
    changed = (logits.double() * factor.double()).to(logits.dtype)
    return torch.where(counts > 0, changed, logits)


# %% right: counts -- scatter_add of the mask, two clamps
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not (math.isfinite(penalty) and penalty > 0):
        raise ValueError(f"penalty {penalty!r}")
    real = torch.ones_like(ids) if mask is None else mask.long()
    seen = (
        torch.zeros(logits.shape, dtype=torch.long).scatter_add_(1, ids, real)
        > 0
    )
    less = logits.clamp(min=0) / penalty + logits.clamp(max=0) * penalty
    return torch.where(seen, less, logits)


# %% wrong: empty_mask -- a mask that is False everywhere counts as none
# expects: leaves no token to punish
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"{penalty!r}")
    out = logits.clone()
    for b in range(len(ids)):
        row = ids[b] if mask is None or not mask.any() else ids[b][mask[b]]
        for i in set(row.tolist()):
            out[b, i] = (
                out[b, i] * penalty if out[b, i] < 0 else out[b, i] / penalty
            )
    return out


# %% wrong: twice_apart -- only neighbours are merged
# expects: with token 2 in between
def repetition_penalty(logits, ids, penalty, mask=None):
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"{penalty!r}")
    out = logits.clone()
    for b in range(len(ids)):
        row = ids[b] if mask is None else ids[b][mask[b]]
        for i in row.unique_consecutive().tolist():
            out[b, i] = (
                out[b, i] * penalty if out[b, i] < 0 else out[b, i] / penalty
            )
    return out
