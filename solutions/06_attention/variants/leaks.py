import torch


# %% wrong: last_only -- only the last token is changed
# expects: not only the last
def leaks(model, ids):
    before = model(ids)
    changed = ids.clone()
    changed[:, -1] = (ids[:, -1] + 1) % before.shape[-1]
    gap = (model(changed) - before)[:, :-1].abs().amax((0, 2))
    moved = (gap > 1e-9).nonzero()
    return int(moved[0]) if len(moved) else None


# %% wrong: first_token -- changes the first token and looks behind it
# expects: no row of the model `clean` sees a later token
def leaks(model, ids):
    before = model(ids)
    changed = ids.clone()
    changed[:, 0] = (ids[:, 0] + 1) % before.shape[-1]
    gap = (model(changed) - before)[:, 1:].abs().amax((0, 2))
    moved = (gap > 1e-9).nonzero()
    return int(moved[0]) + 1 if len(moved) else None


# %% wrong: own_row -- compares the changed row, too
# expects: no row of the model `clean` sees a later token
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        gap = (model(changed) - before)[:, : s + 1].abs().amax((0, 2))
        found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: tolerant -- a difference below 0.1 does not count
# expects: every row of `faint`
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        gap = (model(changed) - before)[:, :s].abs().amax((0, 2))
        found += (gap > 1e-1).nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: row_before -- compares only the row in front of the changed token
# expects: look at all rows before it
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        if ((model(changed) - before)[:, s - 1].abs() > 1e-9).any():
            found.append(s - 1)
    return min(found, default=None)


# %% wrong: first_text -- only the first text is compared
# expects: in the second text
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        gap = (model(changed) - before)[0, :s].abs().amax(1)
        found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: changed_place -- returns the place of the changed token
# expects: not the place of the changed token
def leaks(model, ids):
    before = model(ids)
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        if ((model(changed) - before)[:, :s].abs() > 1e-9).any():
            return s
    return None


# %% wrong: in_place -- ids are changed
# expects: ids were changed
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        old = ids[:, s].clone()
        ids[:, s] = (old + 1) % before.shape[-1]
        gap = (model(ids) - before)[:, :s].abs().amax((0, 2))
        found += (gap > 1e-9).nonzero().flatten().tolist()
        if s < ids.shape[1] - 1:
            ids[:, s] = old
    return min(found, default=None)


# %% wrong: outside -- an id that is not in the vocabulary
# expects: IndexError
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] += 1000
        gap = (model(changed) - before)[:, :s].abs().amax((0, 2))
        found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: yes_or_no -- True and False
# expects: return an int or None
def leaks(model, ids):
    before = model(ids)
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        if ((model(changed) - before)[:, :s].abs() > 1e-9).any():
            return True
    return False


# %% wrong: first_found -- the row of the first place that leaks
# expects: the first *row* that leaks
def leaks(model, ids):
    before = model(ids)
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        gap = (model(changed) - before)[:, :s].abs().amax((0, 2))
        if (gap > 1e-9).any():
            return int((gap > 1e-9).nonzero()[0])
    return None


# %% wrong: zeros -- puts 0 everywhere
# expects: The last id is 0: a changed id must be another one
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = 0
        gap = (model(changed) - before)[:, :s].abs().amax((0, 2))
        found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: random_id -- a random id, which may be the same
# expects: of `falls` all logits become smaller
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        rng = torch.Generator().manual_seed(s)
        changed[:, s] = torch.randint(
            before.shape[-1], (len(ids),), generator=rng
        )
        gap = (model(changed) - before)[:, :s].abs().amax((0, 2))
        found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: vocabulary_of_ids -- V from the ids
# expects: all ids are 0
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % (ids.max() + 1)
        gap = (model(changed) - before)[:, :s].abs().amax((0, 2))
        found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: exact -- rounding counts
# expects: which is rounding
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        moved = (model(changed) != before)[:, :s].any(2).any(0)
        found += moved.nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: signed_sum -- changes that cancel
# expects: the changes of its logits sum to 0
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        gap = (model(changed) - before)[:, :s].sum((0, 2)).abs()
        found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: all_later -- all later tokens change together
# expects: change one at a time
def leaks(model, ids):
    before = model(ids)
    for t in range(ids.shape[1] - 1):
        changed = ids.clone()
        changed[:, t + 1 :] = (ids[:, t + 1 :] + 1) % before.shape[-1]
        if (model(changed)[:, t] - before[:, t]).abs().max() > 1e-9:
            return t
    return None


# %% wrong: one_copy -- changes are not undone
# expects: begin each time with a new copy of ids
def leaks(model, ids):
    before, found = model(ids), []
    changed = ids.clone()
    for s in range(1, ids.shape[1]):
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        gap = (model(changed) - before)[:, :s].abs().amax((0, 2))
        found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% right: one_batch -- all changed texts in one batch
def leaks(model, ids):
    B, T = ids.shape
    before, gaps = model(ids), torch.zeros(T)
    for b in range(B):
        texts = ids.clone()[None].repeat(T, 1, 1)
        for s in range(T):
            texts[s, :, s] = (ids[:, s] + 1) % before.shape[-1]
        after = (
            torch.stack([model(text) for text in texts]) if b == 0 else after
        )
    for s in range(1, T):
        for t in range(s):
            gaps[t] = max(gaps[t], (after[s, :, t] - before[:, t]).abs().max())
    for t in range(T):
        if gaps[t] > 1e-9:
            return t
    return None


# %% right: minimum -- the smallest of all that moved
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 2) % before.shape[-1]
        rows = (model(changed) - before)[:, :s].abs().amax((0, 2)) > 1e-9
        found += [t for t, moved in enumerate(rows.tolist()) if moved]
    return min(found) if found else None


# %% right: backwards -- from the last token to the first
def leaks(model, ids):
    before = model(ids)
    first = ids.shape[1]
    for s in reversed(range(1, ids.shape[1])):
        changed = torch.cat(
            [
                ids[:, :s],
                (ids[:, s : s + 1] + 1) % before.shape[-1],
                ids[:, s + 1 :],
            ],
            1,
        )
        after = model(changed)
        for t in range(min(first, s)):
            if not torch.allclose(
                after[:, t], before[:, t], rtol=0, atol=1e-9
            ):
                first = t
                break
    return None if first == ids.shape[1] else first


# %% right: text_by_text -- each text by itself


def leaks(model, ids):
    found = []
    for text in ids.split(1):
        before = model(text)
        for s in range(1, ids.shape[1]):
            changed = text.clone()
            changed[0, s] = (text[0, s] - 1) % before.shape[-1]
            gap = (model(changed) - before)[0, :s].abs().amax(1)
            found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% right: every_id -- all other ids in each place


def leaks(model, ids):
    before = model(ids)
    V, rows = before.shape[-1], set()
    for s in range(1, ids.shape[1]):
        for step in range(1, V):
            changed = ids.clone()
            changed[:, s] = (ids[:, s] + step) % V
            gap = (model(changed) - before)[:, :s].abs().amax((0, 2))
            rows |= {t for t in range(s) if gap[t] > 1e-9}
    return min(rows, default=None)


# %% wrong: no_abs -- the largest difference without its absolute value
# expects: take the absolute value
def leaks(model, ids):
    before = model(ids)
    V, first = before.shape[-1], None
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (changed[:, s] + 1) % V
        moved = (model(changed) - before)[:, :s].amax(dim=(0, 2)) > 1e-9
        for t in range(s):
            if moved[t] and (first is None or t < first):
                first = t
    return first


# %% wrong: rest_at_once -- all later tokens are changed together
# expects: change one at a time
def leaks(model, ids):
    before = model(ids)
    V = before.shape[-1]
    for t in range(ids.shape[1] - 1):
        changed = ids.clone()
        changed[:, t + 1 :] = (changed[:, t + 1 :] + 1) % V
        if (model(changed) - before)[:, t].abs().max() > 1e-9:
            return t
    return None


# %% wrong: known_ids -- another id is one of those that stand in the text
# expects: all ids are 0
def leaks(model, ids):
    before = model(ids)
    n, first = int(ids.max()) + 1, None
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (changed[:, s] + 1) % n
        moved = (model(changed) - before)[:, :s].abs().amax(dim=(0, 2)) > 1e-9
        if moved.any():
            t = int(moved.nonzero()[0])
            first = t if first is None else min(t, first)
    return first


# %% wrong: relative -- a relative difference counts
# expects: however large the logits are
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        after = model(changed)
        for t in range(s):
            if not torch.allclose(
                after[:, t], before[:, t], rtol=1e-6, atol=1e-9
            ):
                found.append(t)
    return min(found) if found else None


# %% wrong: beyond -- the changed id is one that no text has
# expects: which knows the ids 0 to 6
def leaks(model, ids):
    before, first = model(ids), None
    for t in range(1, ids.shape[1]):
        other = ids.clone()
        other[:, t] = ids.max() + 1
        rows = (model(other) - before).abs().amax((0, 2))[:t]
        if (rows > 1e-9).any():
            row = int((rows > 1e-9).nonzero()[0])
            first = row if first is None else min(first, row)
    return first


# %% right: all_at_once -- every change is a row of one batch
def leaks(model, ids):
    V, (B, T) = model(ids).shape[-1], ids.shape
    if T == 1:
        return None
    copies = ids.repeat(T, 1, 1)  # (T, B, T)
    t = torch.arange(T)
    copies[t, :, t] = (copies[t, :, t] + 1) % V
    gap = model(copies.flatten(0, 1)).view(T, B, T, V) - model(ids)
    moved = (gap.abs() > 1e-9).any(-1).any(1)  # (changed, row)
    rows = moved.tril(-1).any(0).nonzero()
    return int(rows[0, 0]) if len(rows) else None


# %% wrong: same_id -- the changed id is what it was
# expects: another id must stand
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = ids[:, s] % before.shape[-1]
        gap = (model(changed) - before)[:, :s].abs().amax((0, 2))
        found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: allclose -- a relative tolerance beside the absolute one
# expects: unless rtol is 0
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        after = model(changed)
        found += [
            t
            for t in range(s)
            if not torch.allclose(after[:, t], before[:, t], atol=1e-9)
        ]
    return min(found, default=None)


# %% wrong: mean_difference -- the mean over texts and logits
# expects: not at the mean
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        gap = (model(changed) - before)[:, :s].abs().mean((0, 2))
        found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: sum_of_differences -- the sum over texts and logits
# expects: not at the sum
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        gap = (model(changed) - before)[:, :s].abs().sum((0, 2))
        found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: mirrored_id -- V - 1 - id, which may be the same
# expects: all ids of this text are 3
def leaks(model, ids):
    before, found = model(ids), []
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = before.shape[-1] - 1 - ids[:, s]
        gap = (model(changed) - before)[:, :s].abs().amax((0, 2))
        found += (gap > 1e-9).nonzero().flatten().tolist()
    return min(found, default=None)


# %% wrong: zero_somewhere -- 0, or 1 where all texts have 0
# expects: another id, in each text
def leaks(model, ids):
    before, best = model(ids), None
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = 0 if (ids[:, s] != 0).any() else 1
        gap = (model(changed) - before).abs()[:, :s].amax((0, 2))
        for t in (gap > 1e-9).nonzero()[:1, 0].tolist():
            best = t if best is None else min(best, t)
    return best


# %% wrong: last_text_only -- changes the last text only
# expects: in text 0 of two
def leaks(model, ids):
    before, best = model(ids), None
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[-1, s] = (ids[-1, s] + 1) % before.shape[-1]
        gap = (model(changed) - before).abs()[:, :s].amax((0, 2))
        for t in (gap > 1e-9).nonzero()[:1, 0].tolist():
            best = t if best is None else min(best, t)
    return best


# %% wrong: falsy_zero -- `or` takes row 0 for none
# expects: Is 0 taken for `None`
def leaks(model, ids):
    before, best = model(ids), None
    for s in range(1, ids.shape[1]):
        changed = ids.clone()
        changed[:, s] = (ids[:, s] + 1) % before.shape[-1]
        gap = (model(changed) - before).abs()[:, :s].amax((0, 2))
        for t in (gap > 1e-9).nonzero()[:1, 0].tolist():
            best = min(best or t, t)
    return best
