import torch


# %% wrong: global_seed -- the generator is not passed on
# expects: pass `generator` to the draw
def draw(logits, generator):
    check_logits(logits)
    return torch.multinomial(logits.float().softmax(dim=-1), 1)[:, 0]


# %% wrong: one_for_all -- one random number for all rows
# expects: all 20,000 rows got the same id
def draw(logits, generator):
    check_logits(logits)
    edges = logits.float().softmax(dim=-1).cumsum(-1)
    u = torch.rand(1, generator=generator)
    return (edges < u).sum(dim=-1).clamp(max=logits.shape[-1] - 1)


# %% wrong: uniform -- every token alike
# expects: came out equally likely
def draw(logits, generator):
    check_logits(logits)
    return torch.randint(logits.shape[-1], (len(logits),), generator=generator)


# %% wrong: unchecked -- check_logits is not called
# expects: call check_logits
def draw(logits, generator):
    p = logits.float().softmax(dim=-1).nan_to_num(0.5)
    return torch.multinomial(p, 1, generator=generator)[:, 0]


# %% wrong: best -- greedy, no draw
# expects: all 20,000 rows got the same id
def draw(logits, generator):
    check_logits(logits)
    return logits.argmax(dim=-1)


# %% wrong: fixed_generator -- a new generator with seed 0 each time
# expects: two generators with different seeds gave the same ids
def draw(logits, generator):
    check_logits(logits)
    own = torch.Generator().manual_seed(0)
    return torch.multinomial(logits.float().softmax(-1), 1, generator=own)[
        :, 0
    ]


# %% wrong: overflow -- exp without subtracting the largest logit
# expects: draw: 20,000 rows
def draw(logits, generator):
    check_logits(logits)
    return torch.multinomial(logits.float().exp(), 1, generator=generator)[
        :, 0
    ]


# %% wrong: seeds_again -- the global generator gets the seed of the generator, which stays where it was
# expects: then moves on
def draw(logits, generator):
    check_logits(logits)
    torch.manual_seed(generator.initial_seed())
    return torch.multinomial(logits.float().softmax(-1), 1)[:, 0]


# %% wrong: over_texts -- the softmax goes over the texts
# expects: over the last axis
def draw(logits, generator):
    check_logits(logits)
    return torch.multinomial(
        logits.float().softmax(0), 1, generator=generator
    )[:, 0]


# %% wrong: shared_number -- one random number for all rows, moved on from row to row
# expects: The rows share their random numbers
def draw(logits, generator):
    check_logits(logits)
    p = logits.double().softmax(-1)
    u = torch.rand(1, generator=generator, dtype=torch.float64)
    u = (u + torch.arange(len(p)) * 0.6180339887498949) % 1
    ids = (p.cumsum(-1) < u[:, None]).sum(-1)
    return ids.clamp(max=p.shape[1] - 1)


# %% right: gumbel -- the largest of logits plus Gumbel noise
def draw(logits, generator):
    check_logits(logits)
    u = torch.rand(logits.shape, generator=generator, dtype=torch.float64)
    return (logits.double() - (-u.log()).log()).argmax(dim=-1)


# %% right: inverse -- a uniform number per row in the cumulative sum
def draw(logits, generator):
    check_logits(logits)
    p = logits.double().softmax(dim=-1)
    edges = p.cumsum(-1)
    u = torch.rand(len(p), 1, generator=generator, dtype=torch.float64)
    ids = (edges <= u * edges[:, -1:]).sum(dim=-1)
    return ids.clamp(max=p.shape[1] - 1)


# %% right: double -- probabilities in float64
def draw(logits, generator):
    check_logits(logits)
    p = torch.softmax(logits.double(), -1)
    return torch.multinomial(p, num_samples=1, generator=generator).squeeze(1)


# %% right: rows -- row by row, in float64
def draw(logits, generator):
    check_logits(logits)
    ids = []
    for row in logits:
        p = torch.softmax(row.double(), 0)
        ids.append(torch.multinomial(p, 1, generator=generator).item())
    return torch.tensor(ids)


# %% right: own_dtype -- the softmax stays in the dtype of the logits
def draw(logits, generator):
    check_logits(logits)
    return torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0]
