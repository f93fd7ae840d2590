# %% wrong: nats -- natural logarithms
# expects: divide by log 2
def log_likelihood(predict, ids):
    logits = predict(ids[None, :-1])[0]
    return logits.log_softmax(-1).gather(1, ids[1:, None])[:, 0]


# %% wrong: unshifted -- reads the logits at the token itself
# expects: You read the logits at the token itself
def log_likelihood(predict, ids):
    logits = predict(ids[None])[0]
    return logits.log_softmax(-1).gather(1, ids[:, None])[1:, 0] / math.log(2)


# %% wrong: logits_as_logs -- no softmax
# expects: not yet log-probabilities
def log_likelihood(predict, ids):
    logits = predict(ids[None, :-1])[0]
    return logits.gather(1, ids[1:, None])[:, 0] / math.log(2)


# %% wrong: summed -- one number
# expects: the result has the shape ()
def log_likelihood(predict, ids):
    logits = predict(ids[None, :-1])[0]
    return logits.log_softmax(-1).gather(1, ids[1:, None]).sum() / math.log(2)


# %% wrong: prefixes -- one call for each token
# expects: calls of `predict` for one text
def log_likelihood(predict, ids):
    out = [
        predict(ids[None, :t])[0, -1].log_softmax(-1)[ids[t]] / math.log(2)
        for t in range(1, len(ids))
    ]
    return torch.stack(out) if out else torch.zeros(0)


# %% wrong: column -- a column in place of a row
# expects: the result has the shape
def log_likelihood(predict, ids):
    logits = predict(ids[None, :-1])[0]
    return logits.log_softmax(-1).gather(1, ids[1:, None]) / math.log(2)


# %% wrong: log_of_softmax -- the logarithm of a softmax, which underflows
# expects: the logarithm of a softmax
def log_likelihood(predict, ids):
    p = predict(ids[None, :-1])[0].softmax(-1)
    return p[torch.arange(len(ids) - 1), ids[1:]].log2()


# %% right: cross_entropy -- torch's loss
def log_likelihood(predict, ids):
    logits = predict(ids[None, :-1])[0]
    loss = torch.nn.functional.cross_entropy(logits, ids[1:], reduction="none")
    return -loss / math.log(2)


# %% right: whole -- predicts behind the last token, too, and leaves it out
def log_likelihood(predict, ids):
    log_p = predict(ids[None])[0, :-1].log_softmax(-1) / math.log(2)
    return log_p.gather(-1, ids[1:].unsqueeze(-1)).squeeze(-1)


# %% right: softmax_log2 -- log2 of the probabilities, in float64
def log_likelihood(predict, ids):
    p = predict(ids[:-1].unsqueeze(0)).squeeze(0).double().softmax(-1)
    return p[torch.arange(len(ids) - 1), ids[1:]].log2()


# %% wrong: over_time -- the softmax runs over the places
# expects: went over the places
def log_likelihood(predict, ids):
    logits = predict(ids[None, :-1])[0].log_softmax(0)
    return logits.gather(1, ids[1:, None])[:, 0] / math.log(2)


# %% right: entropy -- cross_entropy of all ids, the last logits left out
def log_likelihood(predict, ids):
    logits = predict(ids.unsqueeze(0))[0, :-1]
    nats = torch.nn.functional.cross_entropy(
        logits.double(), ids[1:], reduction="none"
    )
    return (-nats / math.log(2)).float()


# %% wrong: squeezed -- a text of two ids gives a number without an axis
# expects: for two ids, the result
def log_likelihood(predict, ids):
    log_p = predict(ids[None, :-1])[0].log_softmax(-1)
    return log_p.gather(1, ids[1:, None]).squeeze() / math.log(2)
