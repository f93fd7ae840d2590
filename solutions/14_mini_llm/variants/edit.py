import torch


def _edit(
    net,
    tokenizer,
    prompt,
    new,
    layer,
    C,
    at=0,
    bias=True,
    space=" ",
    asked=0,
    key_layer=0,
    write=None,
):
    """The solution, with knobs for mistakes."""
    start = [BOS, *tokenizer.encode(prompt).tolist()]
    end = tokenizer.encode(space + new).tolist()
    ids, place = torch.tensor([start + end]), len(start) - 1 + at
    targets = torch.full_like(ids, IGNORE)
    targets[0, len(start) - 1 + asked : len(start) - 1 + asked + len(end)] = (
        torch.tensor(end)
    )
    k = keys_of(net, layer + key_layer, ids)[0, place]
    v = target_value(net, layer, ids, torch.tensor([place]), targets)
    down = memory(net, layer)
    if bias and down.bias is not None:
        v = v - down.bias.detach()
    return (write or rank_one)(down.weight.detach(), k, v, C)


# %% wrong: with_bias -- the value still has the bias in it
# expects: take it off first
def edit(net, tokenizer, prompt, new, layer, C):
    return _edit(net, tokenizer, prompt, new, layer, C, bias=False)


# %% wrong: without_C -- all keys count alike
# expects: C was not used
def edit(net, tokenizer, prompt, new, layer, C):
    return _edit(
        net, tokenizer, prompt, new, layer, torch.eye(len(C), dtype=C.dtype)
    )


# %% wrong: first_object_token -- the place is the new object's first token
# expects: edit
def edit(net, tokenizer, prompt, new, layer, C):
    return _edit(net, tokenizer, prompt, new, layer, C, at=1)


# %% wrong: one_before -- the place is one token too early
# expects: at the last token of the prompt
def edit(net, tokenizer, prompt, new, layer, C):
    return _edit(net, tokenizer, prompt, new, layer, C, at=-1)


# %% wrong: targets_late -- the targets stand one token too late
# expects: edit
def edit(net, tokenizer, prompt, new, layer, C):
    return _edit(net, tokenizer, prompt, new, layer, C, asked=1)


# %% wrong: other_layer -- the key of the layer before
# expects: at the last token of the prompt
def edit(net, tokenizer, prompt, new, layer, C):
    return _edit(net, tokenizer, prompt, new, layer, C, key_layer=-1)


# %% wrong: in_place -- the network is changed
# expects: of the network was changed
def edit(net, tokenizer, prompt, new, layer, C):
    W = _edit(net, tokenizer, prompt, new, layer, C)
    with torch.no_grad():
        memory(net, layer).weight.copy_(W)
    return W


# %% wrong: turned -- the change is transposed
# expects: has the shape
def edit(net, tokenizer, prompt, new, layer, C):
    return _edit(net, tokenizer, prompt, new, layer, C).T


# %% wrong: change_only -- the change is returned, not the matrix
# expects: edit
def edit(net, tokenizer, prompt, new, layer, C):
    return (
        _edit(net, tokenizer, prompt, new, layer, C)
        - memory(net, layer).weight.detach()
    )


# %% wrong: half_way -- half of the change
# expects: it is off by
def edit(net, tokenizer, prompt, new, layer, C):
    W = memory(net, layer).weight.detach()
    return W + (_edit(net, tokenizer, prompt, new, layer, C) - W) / 2


# %% right: formula -- the formula of the rank-one change by hand
def edit(net, tokenizer, prompt, new, layer, C):
    def write(W, k, v, C):
        u = torch.linalg.solve(C.double(), k.double())
        gap = v.double() - W.double() @ k.double()
        return (
            W.double() + gap[:, None] * u[None] / (u * k.double()).sum()
        ).float()

    return _edit(net, tokenizer, prompt, new, layer, C, write=write)


# %% right: inverse -- by the inverse of C
def edit(net, tokenizer, prompt, new, layer, C):
    def write(W, k, v, C):
        u = torch.linalg.inv(C.double()) @ k.double()
        return W + (
            torch.outer(v.double() - W.double() @ k.double(), u)
            / (u @ k.double())
        ).to(W.dtype)

    return _edit(net, tokenizer, prompt, new, layer, C, write=write)


# %% right: cat -- texts by torch.cat
def edit(net, tokenizer, prompt, new, layer, C):
    start = torch.cat(
        (torch.tensor([BOS]), torch.from_numpy(tokenizer.encode(prompt)))
    )
    end = torch.from_numpy(tokenizer.encode(" " + new))
    text = torch.cat((start, end))[None]
    place = start.numel() - 1
    targets = torch.tensor([[IGNORE] * place + end.tolist() + [IGNORE]])
    with torch.no_grad():
        k = keys_of(net, layer, text)[0, place].clone()
    v = target_value(net, layer, text, torch.tensor([place]), targets)
    part = memory(net, layer)
    W, b = part.weight.detach().clone(), part.bias.detach()
    return rank_one(W, k, v - b, C)
