# %% wrong: sum_over_time -- forgets to divide by T
# expects: sum over time
def unrolled_loss(ids, h, weights):
    w, loss = weights, 0
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        loss = loss + F.cross_entropy(h @ w.W_hy.T + w.b_y, ids[:, t + 1])
    return loss, h


# %% wrong: bits -- base 2
# expects: These are bits
def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        losses.append(F.cross_entropy(h @ w.W_hy.T + w.b_y, ids[:, t + 1]))
    return torch.stack(losses).mean() / np.log(2), h


# %% wrong: zero_state -- ignores the h that comes in
# expects: state of zeros
def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    h = torch.zeros_like(h)
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        losses.append(F.cross_entropy(h @ w.W_hy.T + w.b_y, ids[:, t + 1]))
    return torch.stack(losses).mean(), h


# %% wrong: state_not_carried -- each step begins with the first state
# expects: carry the state on
def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(ids.shape[1] - 1):
        new = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        losses.append(F.cross_entropy(new @ w.W_hy.T + w.b_y, ids[:, t + 1]))
    return torch.stack(losses).mean(), new


# %% wrong: predicts_itself -- the target is the token that was read
# expects: token that was read
def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        losses.append(F.cross_entropy(h @ w.W_hy.T + w.b_y, ids[:, t]))
    return torch.stack(losses).mean(), h


# %% wrong: one_step_more -- the last token is read too
# expects: one step too many
def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(ids.shape[1]):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        if t + 1 < ids.shape[1]:
            losses.append(F.cross_entropy(h @ w.W_hy.T + w.b_y, ids[:, t + 1]))
    return torch.stack(losses).mean(), h


# %% wrong: unsafe_softmax -- the exponential overflows
# expects: large logits
def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        z = (h @ w.W_hy.T + w.b_y).exp()
        p = z / z.sum(1, keepdim=True)
        losses.append(-p.gather(1, ids[:, t + 1, None]).log().mean())
    return torch.stack(losses).mean(), h


# %% wrong: number -- cuts the gradient
# expects: must reach the weights
def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        losses.append(F.cross_entropy(h @ w.W_hy.T + w.b_y, ids[:, t + 1]))
    return torch.stack(losses).mean().detach(), h


# %% wrong: detached_steps -- the gradient ends at each step
# expects: ends at each step
def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h.detach(), w.W_xh, w.W_hh, w.b)
        losses.append(F.cross_entropy(h @ w.W_hy.T + w.b_y, ids[:, t + 1]))
    return torch.stack(losses).mean(), h


# %% wrong: only_the_loss -- the state is not returned
# expects: a loss and a state
def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        losses.append(F.cross_entropy(h @ w.W_hy.T + w.b_y, ids[:, t + 1]))
    return torch.stack(losses).mean()


# %% wrong: log_of_softmax -- log(softmax + tiny), wrong for logits of 1000
# expects: large logits
def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        p = torch.softmax(h @ w.W_hy.T + w.b_y, 1)
        losses.append(
            -torch.log(p[range(len(ids)), ids[:, t + 1]] + 1e-12).mean()
        )
    return torch.stack(losses).mean(), h


# %% wrong: from_numbers -- torch.tensor of Python numbers cuts the gradient
# expects: must reach the weights
def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        losses.append(
            F.cross_entropy(h @ w.W_hy.T + w.b_y, ids[:, t + 1]).item()
        )
    return torch.tensor(losses, dtype=h.dtype).mean(), h


# %% wrong: last_step -- the loss of the last step alone
# expects: last step alone
def unrolled_loss(ids, h, weights):
    w = weights
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        loss = F.cross_entropy(h @ w.W_hy.T + w.b_y, ids[:, t + 1])
    return loss, h


# %% wrong: reads_the_target -- the rows of the next tokens
# expects: its own target
def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(1, ids.shape[1]):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        losses.append(F.cross_entropy(h @ w.W_hy.T + w.b_y, ids[:, t]))
    return torch.stack(losses).mean(), h


# %% right: all_logits_at_once -- one cross-entropy for the whole window
def unrolled_loss(ids, h, weights):
    w, states = weights, []
    for x in w.table[ids[:, :-1]].unbind(1):
        h = rnn_cell(x, h, w.W_xh, w.W_hh, w.b)
        states.append(h)
    z = torch.stack(states, 1) @ w.W_hy.T + w.b_y
    return F.cross_entropy(z.flatten(0, 1), ids[:, 1:].flatten()), h


# %% right: log_softmax -- picks log-probabilities
def unrolled_loss(ids, h, weights):
    total, T = 0, ids.shape[1] - 1
    for t in range(T):
        x = weights.table[ids[:, t]]
        h = rnn_cell(x, h, weights.W_xh, weights.W_hh, weights.b)
        log_p = F.log_softmax(h @ weights.W_hy.T + weights.b_y, dim=-1)
        total = total - log_p[range(len(ids)), ids[:, t + 1]].mean()
    return total / T, h


# %% right: own_formula -- the cell written out, log of a sum by logsumexp
def unrolled_loss(ids, h, weights):
    w, kept = weights, []
    for t in range(ids.size(1) - 1):
        h = torch.tanh(w.table[ids[:, t]] @ w.W_xh.T + h @ w.W_hh.T + w.b)
        z = h @ w.W_hy.T + w.b_y
        kept.append(z.logsumexp(1) - z.gather(1, ids[:, t + 1 : t + 2])[:, 0])
    return torch.cat(kept).mean(), h


# %% wrong: state_detached -- cuts the state after each step, against memory
# expects: don't cut the state off in the loop


def unrolled_loss(ids, h, weights):
    losses = []
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(
            weights.table[ids[:, t]],
            h.detach(),
            weights.W_xh,
            weights.W_hh,
            weights.b,
        )
        losses.append(
            F.cross_entropy(h @ weights.W_hy.T + weights.b_y, ids[:, t + 1])
        )
    return torch.stack(losses).mean(), h


# %% right: all_logits -- all logits first, then one mean


def unrolled_loss(ids, h, weights):
    w, states = weights, []
    for step in F.embedding(ids[:, :-1], w.table).unbind(1):
        h = rnn_cell(step, h, w.W_xh, w.W_hh, w.b)
        states.append(h)
    logits = torch.stack(states, 1) @ w.W_hy.T + w.b_y
    log_p = logits - torch.logsumexp(logits, -1, keepdim=True)
    return -log_p.gather(-1, ids[:, 1:].unsqueeze(-1)).mean(), h


# %% wrong: numbers_only -- adds up Python numbers
# expects: must reach the weights


def unrolled_loss(ids, h, weights):
    total, T = 0.0, ids.shape[1] - 1
    for t in range(T):
        h = rnn_cell(
            weights.table[ids[:, t]], h, weights.W_xh, weights.W_hh, weights.b
        )
        z = h @ weights.W_hy.T + weights.b_y
        total += F.cross_entropy(z, ids[:, t + 1]).item()
    return torch.tensor(total / T, dtype=h.dtype), h


# %% wrong: log_of_softmax_too -- the logarithm of a softmax
# expects: with large logits


def unrolled_loss(ids, h, weights):
    found = []
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(
            weights.table[ids[:, t]], h, weights.W_xh, weights.W_hh, weights.b
        )
        p = torch.softmax(h @ weights.W_hy.T + weights.b_y, dim=1)
        found.append(-torch.log(p.gather(1, ids[:, t + 1, None])))
    return torch.cat(found, 1).mean(), h


# %% wrong: last_state_detached -- cuts the gradient of the state that it returns
# expects: gradients flow through the returned state


def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        logits = h @ w.W_hy.T + w.b_y
        losses.append(F.cross_entropy(logits, ids[:, t + 1]))
    return torch.stack(losses).mean(), h.detach()


# %% wrong: predicts_first -- makes the logits before it has read the token
# expects: call rnn_cell first


def unrolled_loss(ids, h, weights):
    w, losses = weights, []
    for t in range(ids.shape[1] - 1):
        logits = h @ w.W_hy.T + w.b_y
        losses.append(F.cross_entropy(logits, ids[:, t + 1]))
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
    return torch.stack(losses).mean(), h
