# %% wrong: unshifted -- each state predicts its own token
# expects: the token that it has just read
def direction_losses(model, ids, lengths):
    real = torch.arange(ids.shape[1]) < lengths[:, None]
    halves = model.states(ids, lengths)[-1].chunk(2, -1)
    return torch.stack(
        [F.cross_entropy(model.head(h[real]), ids[real]) for h in halves]
    )


# %% wrong: both_forward -- the backward half gets the forward targets
# expects: Its targets are those of the other direction
def direction_losses(model, ids, lengths):
    f, b = model.states(ids, lengths)[-1].chunk(2, -1)
    real = torch.arange(1, ids.shape[1]) < lengths[:, None]
    ahead = F.cross_entropy(model.head(f[:, :-1][real]), ids[:, 1:][real])
    back = F.cross_entropy(model.head(b[:, :-1][real]), ids[:, 1:][real])
    return torch.stack((ahead, back))


# %% wrong: filling_counts -- no mask
# expects: What fills row 1 up counts
def direction_losses(model, ids, lengths):
    f, b = model.states(ids, lengths)[-1].chunk(2, -1)
    real = torch.ones_like(ids[:, 1:], dtype=torch.bool)
    ahead = F.cross_entropy(model.head(f[:, :-1][real]), ids[:, 1:][real])
    back = F.cross_entropy(model.head(b[:, 1:][real]), ids[:, :-1][real])
    return torch.stack((ahead, back))


# %% wrong: texts_averaged -- the mean of the texts' means
# expects: Average over predictions, not over texts
def direction_losses(model, ids, lengths):
    states = model.states(ids, lengths)[-1]
    found = []
    for row, state, n in zip(ids, states, lengths.tolist()):
        f, b = state.chunk(2, -1)
        ahead = F.cross_entropy(model.head(f[: n - 1]), row[1:n])
        back = F.cross_entropy(model.head(b[1:n]), row[: n - 1])
        found.append(torch.stack((ahead, back)))
    return torch.stack(found).mean(0)


# %% wrong: sums -- the sum over the predictions
# expects: the sum over three predictions
def direction_losses(model, ids, lengths):
    f, b = model.states(ids, lengths)[-1].chunk(2, -1)
    real = torch.arange(1, ids.shape[1]) < lengths[:, None]
    ahead = F.cross_entropy(model.head(f[:, :-1][real]), ids[:, 1:][real])
    back = F.cross_entropy(model.head(b[:, 1:][real]), ids[:, :-1][real])
    return torch.stack((ahead, back)) * real.sum()


# %% wrong: first_layer -- the states of layer 1
# expects: use the last layer
def direction_losses(model, ids, lengths):
    f, b = model.states(ids, lengths)[1].chunk(2, -1)
    real = torch.arange(1, ids.shape[1]) < lengths[:, None]
    ahead = F.cross_entropy(model.head(f[:, :-1][real]), ids[:, 1:][real])
    back = F.cross_entropy(model.head(b[:, 1:][real]), ids[:, :-1][real])
    return torch.stack((ahead, back))


# %% wrong: one_number -- the mean of both
# expects: one loss for each direction
def direction_losses(model, ids, lengths):
    f, b = model.states(ids, lengths)[-1].chunk(2, -1)
    real = torch.arange(1, ids.shape[1]) < lengths[:, None]
    ahead = F.cross_entropy(model.head(f[:, :-1][real]), ids[:, 1:][real])
    back = F.cross_entropy(model.head(b[:, 1:][real]), ids[:, :-1][real])
    return (ahead + back) / 2


# %% wrong: bits -- divided by ln 2
# expects: These are bits
def direction_losses(model, ids, lengths):
    f, b = model.states(ids, lengths)[-1].chunk(2, -1)
    real = torch.arange(1, ids.shape[1]) < lengths[:, None]
    ahead = F.cross_entropy(model.head(f[:, :-1][real]), ids[:, 1:][real])
    back = F.cross_entropy(model.head(b[:, 1:][real]), ids[:, :-1][real])
    return torch.stack((ahead, back)) / math.log(2)


# %% wrong: mask_off_by_one -- one prediction too many of a shorter text
# expects: One prediction too many
def direction_losses(model, ids, lengths):
    f, b = model.states(ids, lengths)[-1].chunk(2, -1)
    real = torch.arange(ids.shape[1] - 1) < lengths[:, None]
    ahead = F.cross_entropy(model.head(f[:, :-1][real]), ids[:, 1:][real])
    back = F.cross_entropy(model.head(b[:, 1:][real]), ids[:, :-1][real])
    return torch.stack((ahead, back))


# %% wrong: last_pair -- the backward model is not asked for a text's last word
# expects: The prediction of the last word
def direction_losses(model, ids, lengths):
    ahead, back = model.states(ids, lengths)[-1].chunk(2, dim=-1)
    t = torch.arange(1, ids.shape[1])
    real, fewer = t < lengths[:, None], t < lengths[:, None] - 1
    return torch.stack(
        (
            F.cross_entropy(model.head(ahead[:, :-1][real]), ids[:, 1:][real]),
            F.cross_entropy(
                model.head(back[:, 1:][fewer]), ids[:, :-1][fewer]
            ),
        )
    )


# %% right: ignore_index -- ignored targets
def direction_losses(model, ids, lengths):
    f, b = model.states(ids, lengths)[-1].chunk(2, -1)
    real = torch.arange(1, ids.shape[1]) < lengths[:, None]
    out = []
    for h, y in ((f[:, :-1], ids[:, 1:]), (b[:, 1:], ids[:, :-1])):
        out.append(
            F.cross_entropy(
                model.head(h).transpose(1, 2), y.masked_fill(~real, -100)
            )
        )
    return torch.stack(out)


# %% right: loops -- prediction by prediction
def direction_losses(model, ids, lengths):
    h = model.states(ids, lengths)[-1]
    C = h.shape[-1] // 2
    f, b = (
        model.head(h[..., :C]).log_softmax(-1),
        model.head(h[..., C:]).log_softmax(-1),
    )
    total, n = torch.zeros(2), 0
    for i, length in enumerate(lengths.tolist()):
        for t in range(length - 1):
            total = total - torch.stack(
                (f[i, t, ids[i, t + 1]], b[i, t + 1, ids[i, t]])
            )
            n += 1
    return total / n


# %% right: one_cross_entropy -- both directions in one call
def direction_losses(model, ids, lengths):
    f, b = model.states(ids, lengths)[-1].chunk(2, -1)
    real = torch.arange(1, ids.shape[1]) < lengths[:, None]
    h, y = (
        torch.stack((f[:, :-1], b[:, 1:])),
        torch.stack((ids[:, 1:], ids[:, :-1])),
    )
    logits = model.head(h)
    each = F.cross_entropy(
        logits.flatten(0, 2), y.flatten(), reduction="none"
    ).view_as(y)
    return (each * real).sum((1, 2)) / real.sum()


# %% wrong: numbers -- the losses lose their gradient
# expects: training needs the gradient
def direction_losses(model, ids, lengths):
    f, b = model.states(ids, lengths)[-1].chunk(2, -1)
    real = torch.arange(1, ids.shape[1]) < lengths[:, None]
    ahead = F.cross_entropy(model.head(f[:, :-1][real]), ids[:, 1:][real])
    back = F.cross_entropy(model.head(b[:, 1:][real]), ids[:, :-1][real])
    return torch.tensor([ahead.item(), back.item()])


# %% wrong: ignores_eos -- the end is never asked for
# expects: The prediction of </s> counts, too
def direction_losses(model, ids, lengths):
    f, b = model.states(ids, lengths)[-1].chunk(2, -1)
    real = torch.arange(1, ids.shape[1]) < lengths[:, None]
    ahead = F.cross_entropy(
        model.head(f[:, :-1][real]), ids[:, 1:][real], ignore_index=EOS
    )
    back = F.cross_entropy(model.head(b[:, 1:][real]), ids[:, :-1][real])
    return torch.stack((ahead, back))


# %% wrong: marked_in_place -- writes -100 into the ids to leave the filling out
# expects: what you write into it stands in ids


def direction_losses(model, ids, lengths):
    forward, backward = model.states(ids, lengths)[-1].chunk(2, dim=-1)
    filling = torch.arange(1, ids.shape[1]) >= lengths[:, None]
    back = ids[:, :-1].masked_fill(filling, -100)
    ahead = ids[:, 1:]
    ahead[filling] = -100
    return torch.stack(
        [
            F.cross_entropy(
                model.head(forward[:, :-1]).transpose(1, 2), ahead
            ),
            F.cross_entropy(model.head(backward[:, 1:]).transpose(1, 2), back),
        ]
    )


# %% right: weighed -- all losses times a mask of floats


def direction_losses(model, ids, lengths):
    top = model.states(ids, lengths)[-1]
    C = top.shape[-1] // 2
    mask = (torch.arange(ids.shape[1] - 1)[None] + 1 < lengths[:, None]).to(
        top.dtype
    )
    out = []
    for states, targets in (
        (top[:, :-1, :C], ids[:, 1:]),
        (top[:, 1:, C:], ids[:, :-1]),
    ):
        log_p = model.head(states).log_softmax(-1)
        losses = -log_p.gather(-1, targets[..., None])[..., 0]
        out.append((losses * mask).sum() / mask.sum())
    return torch.stack(out)


# %% wrong: first_end -- takes what stands behind an id of 1 for filling
# expects: lengths says where a text ends


def direction_losses(model, ids, lengths):
    forward, backward = model.states(ids, lengths)[-1].chunk(2, dim=-1)
    real = ids[:, :-1] != EOS
    return torch.stack(
        [
            F.cross_entropy(
                model.head(forward[:, :-1][real]), ids[:, 1:][real]
            ),
            F.cross_entropy(
                model.head(backward[:, 1:][real]), ids[:, :-1][real]
            ),
        ]
    )


# %% wrong: no_head -- takes the states for logits
# expects: send them through model.head


def direction_losses(model, ids, lengths):
    f, b = model.states(ids, lengths)[-1].chunk(2, -1)
    real = torch.arange(1, ids.shape[1]) < lengths[:, None]
    ahead = F.cross_entropy(f[:, :-1][real], ids[:, 1:][real])
    back = F.cross_entropy(b[:, 1:][real], ids[:, :-1][real])
    return torch.stack((ahead, back))


# %% wrong: of_each_text -- the mean of each text, weighed by its predictions
# expects: two of them with one token
def direction_losses(model, ids, lengths):
    forward, backward = model.states(ids, lengths)[-1].chunk(2, dim=-1)
    totals = torch.zeros(2)
    for b, n in enumerate(lengths.tolist()):
        ahead = model.head(forward[b, : n - 1])
        back = model.head(backward[b, 1:n])
        means = (
            F.cross_entropy(ahead, ids[b, 1:n]),
            F.cross_entropy(back, ids[b, : n - 1]),
        )
        totals = totals + (n - 1) * torch.stack(means)
    return totals / (lengths - 1).sum()


# %% wrong: log_of_softmax -- the logarithm of a softmax
# expects: logits of up to 1,000
def direction_losses(model, ids, lengths):
    forward, backward = model.states(ids, lengths)[-1].chunk(2, dim=-1)
    real = torch.arange(1, ids.shape[1]) < lengths[:, None]
    losses = []
    for states, targets in (
        (forward[:, :-1], ids[:, 1:]),
        (backward[:, 1:], ids[:, :-1]),
    ):
        logs = model.head(states[real]).softmax(-1).log()
        losses.append(-logs.gather(1, targets[real][:, None]).mean())
    return torch.stack(losses)
