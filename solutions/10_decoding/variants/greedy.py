import torch


# %% wrong: last_of_equals -- of equal logits the largest id
# expects: of equal logits take the smallest id
def greedy(logits):
    check_logits(logits)
    V = logits.shape[-1]
    return V - 1 - logits.flip(-1).argmax(dim=-1)


# %% wrong: unchecked -- check_logits is not called
# expects: call check_logits
def greedy(logits):
    return logits.argmax(dim=-1)


# %% wrong: whole_batch -- one id for the whole batch
# expects: for 3 rows of 4 logits
def greedy(logits):
    check_logits(logits)
    return logits.argmax()


# %% wrong: values -- the largest logit and not its id
# expects: holds float32, not whole numbers
def greedy(logits):
    check_logits(logits)
    return logits.amax(dim=-1)


# %% wrong: column -- (B, 1) instead of (B,)
# expects: has the shape (3, 1), not (3,)
def greedy(logits):
    check_logits(logits)
    return logits.argmax(dim=-1, keepdim=True)


# %% wrong: one_best_for_all -- the largest number of the whole batch is checked
# expects: one such row among nine
def greedy(logits):
    if not logits.max().isfinite():
        raise ValueError("no best logit")
    return logits.argmax(dim=-1)


# %% wrong: of_softmax -- float32 probabilities are compared
# expects: differ in the tenth digit
def greedy(logits):
    check_logits(logits)
    return logits.float().softmax(-1).argmax(-1)


# %% right: loop -- a Python loop over rows
def greedy(logits):
    check_logits(logits)
    ids = []
    for row in logits.tolist():
        ids.append(row.index(max(row)))
    return torch.tensor(ids)


# %% right: max -- torch.max with an axis
def greedy(logits):
    check_logits(logits)
    best = logits == logits.amax(dim=-1, keepdim=True)
    return best.int().argmax(dim=-1)


# %% right: sort -- a stable sort from the top
def greedy(logits):
    check_logits(logits)
    return logits.sort(dim=-1, descending=True, stable=True).indices[:, 0]


# %% wrong: topk -- topk, which does not promise the smallest id
# expects: smallest id
def greedy(logits):
    check_logits(logits)
    return logits.topk(1).indices[:, 0]
