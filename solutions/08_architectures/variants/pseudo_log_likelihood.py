# %% wrong: unmasked -- hides nothing
# expects: the encoder saw the tokens
def pseudo_log_likelihood(predict, ids, mask_id):
    log_p = predict(ids[None])[0].log_softmax(-1) / math.log(2)
    return log_p.gather(1, ids[:, None])[1:-1, 0]


# %% wrong: all_at_once -- hides all tokens
# expects: both letters were hidden at once
def pseudo_log_likelihood(predict, ids, mask_id):
    hidden = ids.clone()
    hidden[1:-1] = mask_id
    log_p = predict(hidden[None])[0].log_softmax(-1) / math.log(2)
    return log_p.gather(1, ids[:, None])[1:-1, 0]


# %% wrong: nats -- natural logarithms
# expects: divide by log 2
def pseudo_log_likelihood(predict, ids, mask_id):
    gaps = torch.arange(1, len(ids) - 1)
    copies = ids.repeat(len(gaps), 1)
    copies[torch.arange(len(gaps)), gaps] = mask_id
    logits = predict(copies)[torch.arange(len(gaps)), gaps]
    return logits.log_softmax(-1).gather(1, ids[gaps, None])[:, 0]


# %% wrong: ends_too -- asks for BOS and EOS
# expects: the result has the shape (4,), not (2,)
def pseudo_log_likelihood(predict, ids, mask_id):
    n = len(ids)
    copies = ids.repeat(n, 1)
    copies[torch.arange(n), torch.arange(n)] = mask_id
    log_p = predict(copies)[torch.arange(n), torch.arange(n)].log_softmax(-1)
    return log_p.gather(1, ids[:, None])[:, 0] / math.log(2)


# %% wrong: keeps_hidden -- a token that was hidden stays hidden
# expects: pseudo_log_likelihood, AA
def pseudo_log_likelihood(predict, ids, mask_id):
    out, hidden = [], ids.clone()
    for t in range(1, len(ids) - 1):
        hidden[t] = mask_id
        out.append(
            predict(hidden[None])[0, t].log_softmax(-1)[ids[t]] / math.log(2)
        )
    return torch.stack(out)


# %% wrong: in_place -- hides tokens in the text itself
# expects: hide tokens in a copy
def pseudo_log_likelihood(predict, ids, mask_id):
    n = len(ids) - 2
    gaps = torch.arange(1, n + 1)
    copies = ids.repeat(n, 1)
    copies[torch.arange(n), gaps] = mask_id
    targets = ids[gaps].clone()
    log_p = predict(copies)[torch.arange(n), gaps].log_softmax(-1)
    ids[1:-1] = mask_id
    return log_p.gather(1, targets[:, None])[:, 0] / math.log(2)


# %% wrong: one_by_one -- a call for each token
# expects: put the copies into one batch
def pseudo_log_likelihood(predict, ids, mask_id):
    out = []
    for t in range(1, len(ids) - 1):
        hidden = ids.clone()
        hidden[t] = mask_id
        out.append(
            predict(hidden[None])[0, t].log_softmax(-1)[ids[t]] / math.log(2)
        )
    return torch.stack(out) if out else torch.zeros(0)


# %% wrong: shifted -- reads the logits in front of the gap
# expects: pseudo_log_likelihood, AA
def pseudo_log_likelihood(predict, ids, mask_id):
    gaps = torch.arange(1, len(ids) - 1)
    copies = ids.repeat(len(gaps), 1)
    copies[torch.arange(len(gaps)), gaps] = mask_id
    logits = predict(copies)[torch.arange(len(gaps)), gaps - 1]
    return logits.log_softmax(-1).gather(1, ids[gaps, None])[:, 0] / math.log(
        2
    )


# %% wrong: log_of_softmax -- the logarithm of a softmax, which underflows
# expects: the logarithm of a softmax
def pseudo_log_likelihood(predict, ids, mask_id):
    n = len(ids) - 2
    rows = torch.arange(n)
    copies = ids.repeat(n, 1)
    copies[rows, rows + 1] = mask_id
    p = predict(copies).softmax(-1)
    return p[rows, rows + 1, ids[1:-1]].log2()


# %% wrong: future_hidden -- everything behind the gap is hidden as well
# expects: expected
def pseudo_log_likelihood(predict, ids, mask_id):
    n = len(ids) - 2
    rows = torch.arange(n)
    copies = ids.repeat(n, 1)
    later = torch.arange(len(ids)) > rows[:, None]
    later[:, -1] = False
    copies[later] = mask_id
    z = predict(copies).log_softmax(-1) / math.log(2)
    return z[rows, rows + 1, ids[1:-1]]


# %% right: eye -- the gaps as a diagonal
def pseudo_log_likelihood(predict, ids, mask_id):
    T = len(ids)
    hide = torch.eye(T, dtype=torch.bool)[1:-1]
    copies = torch.where(hide, mask_id, ids.expand(T - 2, T))
    logits = predict(copies)[hide]
    return logits.log_softmax(-1)[torch.arange(T - 2), ids[1:-1]] / math.log(2)


# %% right: stack -- stacks copies made in a loop
def pseudo_log_likelihood(predict, ids, mask_id):
    if len(ids) <= 2:
        return torch.zeros(0)
    copies = []
    for t in range(1, len(ids) - 1):
        row = ids.tolist()
        row[t] = mask_id
        copies.append(row)
    p = predict(torch.tensor(copies)).double().softmax(-1)
    return torch.stack(
        [p[t - 1, t, ids[t]] for t in range(1, len(ids) - 1)]
    ).log2()


# %% right: chunks -- a few copies at a time
def pseudo_log_likelihood(predict, ids, mask_id):
    gaps = torch.arange(1, len(ids) - 1)
    out = [torch.zeros(0)]
    for part in gaps.split(16):
        copies = ids.repeat(len(part), 1).scatter(1, part[:, None], mask_id)
        rows = predict(copies)[torch.arange(len(part)), part]
        out.append(
            -torch.nn.functional.cross_entropy(
                rows, ids[part], reduction="none"
            )
            / math.log(2)
        )
    return torch.cat(out)


# %% right: diagonal -- diagonal of the copies' logits
def pseudo_log_likelihood(predict, ids, mask_id):
    inner = ids[1:-1]
    if not inner.numel():
        return torch.empty(0)
    copies = torch.stack(
        [
            torch.cat([ids[:t], torch.tensor([mask_id]), ids[t + 1 :]])
            for t in range(1, len(ids) - 1)
        ]
    )
    z = predict(copies)[:, 1:-1].diagonal(dim1=0, dim2=1).T
    return -torch.nn.functional.cross_entropy(
        z, inner, reduction="none"
    ) / math.log(2)


# %% wrong: found_by_mask -- gaps are found by the mask's id, which the text may hold
# expects: a gap is known by its place
def pseudo_log_likelihood(predict, ids, mask_id):
    n = len(ids) - 2
    copies = ids.repeat(n, 1)
    copies[torch.arange(n), torch.arange(1, n + 1)] = mask_id
    logits = predict(copies)[copies == mask_id].log_softmax(-1)
    return logits[torch.arange(n), ids[1:-1]] / math.log(2)


# %% wrong: place_before -- the logits at the place before the gap
# expects: These are the logits in front of the gap
def pseudo_log_likelihood(predict, ids, mask_id):
    gaps = torch.arange(1, len(ids) - 1)
    copies = ids.repeat(len(gaps), 1)
    copies[torch.arange(len(gaps)), gaps] = mask_id
    log_p = predict(copies).log_softmax(-1)[torch.arange(len(gaps)), gaps - 1]
    return log_p.gather(1, ids[gaps, None])[:, 0] / math.log(2)
