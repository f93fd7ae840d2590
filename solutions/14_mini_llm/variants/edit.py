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
# expects: hardly changed
def edit(net, tokenizer, prompt, new, layer, C):
    return _edit(net, tokenizer, prompt, new, layer, C, at=1)


# %% wrong: one_before -- the place is one token too early
# expects: one token in front of the prompt's last one
def edit(net, tokenizer, prompt, new, layer, C):
    return _edit(net, tokenizer, prompt, new, layer, C, at=-1)


# %% wrong: targets_late -- the targets stand one token too late
# expects: one place too late
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
# expects: that is the change alone
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


# %% wrong: first_token -- only the first token of the new object is wanted
# expects: all its tokens are
def edit(net, tokenizer, prompt, new, layer, C):
    start = [BOS, *tokenizer.encode(prompt).tolist()]
    end = tokenizer.encode(" " + new).tolist()
    ids = torch.tensor([start + end])
    place = len(start) - 1
    targets = torch.full_like(ids, IGNORE)
    targets[0, place] = end[0]
    down = memory(net, layer)
    k = keys_of(net, layer, ids)[0, place]
    v = target_value(net, layer, ids, torch.tensor([place]), targets)
    if down.bias is not None:
        v = v - down.bias.detach()
    return rank_one(down.weight.detach(), k, v, C)


# %% wrong: fixed_layer -- always layer 2
# expects: the argument says layer 3
def edit(net, tokenizer, prompt, new, layer, C):
    start = [BOS, *tokenizer.encode(prompt).tolist()]
    end = tokenizer.encode(" " + new).tolist()
    ids = torch.tensor([start + end])
    place = len(start) - 1
    targets = torch.full_like(ids, IGNORE)
    targets[0, place : place + len(end)] = torch.tensor(end)
    down = memory(net, LAYER)
    k = keys_of(net, LAYER, ids)[0, place]
    v = target_value(net, LAYER, ids, torch.tensor([place]), targets)
    if down.bias is not None:
        v = v - down.bias.detach()
    return rank_one(down.weight.detach(), k, v, C)


# %% wrong: fixed_C -- always the second moment of layer 2
# expects: the argument C is another matrix
def edit(net, tokenizer, prompt, new, layer, C):
    start = [BOS, *tokenizer.encode(prompt).tolist()]
    end = tokenizer.encode(" " + new).tolist()
    ids = torch.tensor([start + end])
    place = len(start) - 1
    targets = torch.full_like(ids, IGNORE)
    targets[0, place : place + len(end)] = torch.tensor(end)
    down = memory(net, layer)
    k = keys_of(net, layer, ids)[0, place]
    v = target_value(net, layer, ids, torch.tensor([place]), targets)
    if down.bias is not None:
        v = v - down.bias.detach()
    return rank_one(down.weight.detach(), k, v, MOMENT)


# %% wrong: no_bos -- a text without BOS
# expects: The text has no BOS
def edit(net, tokenizer, prompt, new, layer, C):
    start = tokenizer.encode(prompt).tolist()
    end = tokenizer.encode(" " + new).tolist()
    ids = torch.tensor([start + end])
    place = len(start) - 1
    targets = torch.full_like(ids, IGNORE)
    targets[0, place : place + len(end)] = torch.tensor(end)
    down = memory(net, layer)
    k = keys_of(net, layer, ids)[0, place]
    v = target_value(net, layer, ids, torch.tensor([place]), targets)
    if down.bias is not None:
        v = v - down.bias.detach()
    return rank_one(down.weight.detach(), k, v, C)


# %% wrong: no_space -- the object without its space
# expects: no space in front
def edit(net, tokenizer, prompt, new, layer, C):
    start = [BOS, *tokenizer.encode(prompt).tolist()]
    end = tokenizer.encode(new).tolist()
    ids = torch.tensor([start + end])
    place = len(start) - 1
    targets = torch.full_like(ids, IGNORE)
    targets[0, place : place + len(end)] = torch.tensor(end)
    down = memory(net, layer)
    k = keys_of(net, layer, ids)[0, place]
    v = target_value(net, layer, ids, torch.tensor([place]), targets)
    if down.bias is not None:
        v = v - down.bias.detach()
    return rank_one(down.weight.detach(), k, v, C)


# %% wrong: key_of_bos -- the key of BOS
# expects: k is not the key at the last token
def edit(net, tokenizer, prompt, new, layer, C):
    start = [BOS, *tokenizer.encode(prompt).tolist()]
    end = tokenizer.encode(" " + new).tolist()
    ids = torch.tensor([start + end])
    place = len(start) - 1
    targets = torch.full_like(ids, IGNORE)
    targets[0, place : place + len(end)] = torch.tensor(end)
    down = memory(net, layer)
    k = keys_of(net, layer, ids)[0, 0]
    v = target_value(net, layer, ids, torch.tensor([place]), targets)
    if down.bias is not None:
        v = v - down.bias.detach()
    return rank_one(down.weight.detach(), k, v, C)


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
    W, b = part.weight.detach().clone(), part.bias
    return rank_one(W, k, v if b is None else v - b.detach(), C)


# %% right: key_of_the_prompt -- rank one by hand, key of the prompt alone
def edit(net, tokenizer, prompt, new, layer, C):
    first = torch.tensor([BOS, *tokenizer.encode(prompt)])
    then = torch.tensor(list(tokenizer.encode(" " + new)))
    row = torch.cat([first, then])[None]
    goal = torch.full(row.shape, IGNORE)
    for j, token in enumerate(then):
        goal[0, len(first) - 1 + j] = token
    v = target_value(net, layer, row, torch.tensor([len(first) - 1]), goal)
    part = memory(net, layer)
    with torch.no_grad():
        k = keys_of(net, layer, first[None])[0, -1].double()
        W = part.weight.double()
        b = 0.0 if part.bias is None else part.bias.double()
        u = torch.linalg.inv(C.double()) @ k
        new_W = W + torch.outer(v.double() - b - W @ k, u) / torch.dot(u, k)
    return new_W.to(part.weight.dtype)


# %% wrong: bias_not_optional -- takes the bias off without asking whether there is one
# expects: has no bias
def edit(
    net: Transformer,
    tokenizer: Tokenizer,
    prompt: str,
    new: str,
    layer: int,
    C: Tensor,
) -> Tensor:
    ids, places, targets = row_of(tokenizer, prompt, new)
    part = memory(net, layer)
    k = keys_of(net, layer, ids)[0, places[0]]
    v = target_value(net, layer, ids, places, targets) - part.bias.detach()
    return rank_one(part.weight.detach(), k, v, C)


# %% wrong: the_gazettes_net -- the key is asked of TOLD.net, not of the network that is given
# expects: of the network that is given
def edit(
    net: Transformer,
    tokenizer: Tokenizer,
    prompt: str,
    new: str,
    layer: int,
    C: Tensor,
) -> Tensor:
    ids, places, targets = row_of(tokenizer, prompt, new)
    part = memory(net, layer)
    k = keys_of(TOLD.net, layer, ids)[0, places[0]]
    v = target_value(net, layer, ids, places, targets)
    if part.bias is not None:
        v = v - part.bias.detach()
    return rank_one(part.weight.detach(), k, v, C)
