import torch


# %% wrong: no_mask -- the tokens of a prompt look ahead
# expects: The tokens of a prompt look ahead
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    x = model.token(ids) + model.position(torch.arange(start, start + T))
    look = torch.ones(T, start + T, dtype=torch.bool)
    for layer, cache in zip(model.layers, caches):
        k, v = cache.append(layer.k(x), layer.v(x))
        x = x + layer.out(attend(layer.q(x), k, v, look))
    return model.head(x)


# %% wrong: position_zero -- positions begin at 0 each time
# expects: Its position is 5
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    x = model.token(ids) + model.position(torch.arange(T))
    look = torch.arange(start + T) <= torch.arange(start, start + T)[:, None]
    for layer, cache in zip(model.layers, caches):
        k, v = cache.append(layer.k(x), layer.v(x))
        x = x + layer.out(attend(layer.q(x), k, v, look))
    return model.head(x)


# %% wrong: upper_corner -- the mask forgets the old tokens
# expects: one token behind 5 others
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    x = model.token(ids) + model.position(torch.arange(start, start + T))
    look = torch.ones(T, start + T, dtype=torch.bool).tril()
    for layer, cache in zip(model.layers, caches):
        k, v = cache.append(layer.k(x), layer.v(x))
        x = x + layer.out(attend(layer.q(x), k, v, look))
    return model.head(x)


# %% wrong: only_one -- several tokens behind a prompt look ahead
# expects: it sees the new tokens behind it
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    x = model.token(ids) + model.position(torch.arange(start, start + T))
    look = torch.ones(T, start + T, dtype=torch.bool)
    if start == 0:
        look = look.tril()
    for layer, cache in zip(model.layers, caches):
        k, v = cache.append(layer.k(x), layer.v(x))
        x = x + layer.out(attend(layer.q(x), k, v, look))
    return model.head(x)


# %% wrong: no_skip -- the sum with x is forgotten
# expects: is added to x
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    places = torch.arange(start, start + T)
    x = model.token(ids) + model.position(places)
    look = torch.arange(start + T) <= places[:, None]
    for layer, cache in zip(model.layers, caches):
        k, v = cache.append(layer.k(x), layer.v(x))
        x = layer.out(attend(layer.q(x), k, v, look))
    return model.head(x)


# %% wrong: one_cache -- both layers use the first cache
# expects: each of the two caches holds 5
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    places = torch.arange(start, start + T)
    x = model.token(ids) + model.position(places)
    cache = caches[0]
    for layer in model.layers:
        kept = cache.length
        if kept > start:
            k, v = layer.k(x), layer.v(x)
            look = torch.ones(T, T, dtype=torch.bool).tril()
        else:
            k, v = cache.append(layer.k(x), layer.v(x))
            look = torch.arange(start + T) <= places[:, None]
        x = x + layer.out(attend(layer.q(x), k, v, look))
    return model.head(x)


# %% wrong: last_only -- logits of the last token alone
# expects: for a prompt of 5 tokens, the result has the shape (2, 1, 11)
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    places = torch.arange(start, start + T)
    x = model.token(ids) + model.position(places)
    look = torch.arange(start + T) <= places[:, None]
    for layer, cache in zip(model.layers, caches):
        k, v = cache.append(layer.k(x), layer.v(x))
        x = x + layer.out(attend(layer.q(x), k, v, look))
    return model.head(x[:, -1:])


# %% wrong: global_model -- LM instead of the model that is passed
# expects: another model than LM
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    places = torch.arange(start, start + T)
    x = LM.token(ids) + LM.position(places)
    look = torch.arange(start + T)[None, :] <= places[:, None]
    for layer, cache in zip(LM.layers, caches):
        k, v = cache.append(layer.k(x), layer.v(x))
        x = x + layer.out(attend(layer.q(x), k, v, look))
    return LM.head(x)


# %% wrong: first_vectors -- keys and values of all layers from the token vectors
# expects: from what layer 0 has put out
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    x = model.token(ids) + model.position(torch.arange(start, start + T))
    look = torch.ones(T, start + T, dtype=torch.bool).tril(start)
    h = x
    for layer, cache in zip(model.layers, caches):
        k, v = cache.append(layer.k(x), layer.v(x))
        h = h + layer.out(attend(layer.q(h), k, v, look))
    return model.head(h)


# %% wrong: strict -- a token does not see itself
# expects: sees itself, too
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    places = torch.arange(start, start + T)
    x = model.token(ids) + model.position(places)
    look = torch.arange(start + T) < places[:, None]
    for layer, cache in zip(model.layers, caches):
        k, v = cache.append(layer.k(x), layer.v(x))
        x = x + layer.out(attend(layer.q(x), k, v, look))
    return model.head(x)


# %% wrong: no_out -- the output matrix is left out
# expects: through layer.out
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    places = torch.arange(start, start + T)
    x = model.token(ids) + model.position(places)
    look = torch.arange(start + T) <= places[:, None]
    for layer, cache in zip(model.layers, caches):
        k, v = cache.append(layer.k(x), layer.v(x))
        x = x + attend(layer.q(x), k, v, look)
    return model.head(x)


# %% wrong: swapped -- values are taken for keys
# expects: swapped
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    places = torch.arange(start, start + T)
    x = model.token(ids) + model.position(places)
    look = torch.arange(start + T) <= places[:, None]
    for layer, cache in zip(model.layers, caches):
        k, v = cache.append(layer.k(x), layer.v(x))
        x = x + layer.out(attend(layer.q(x), v, k, look))
    return model.head(x)


# %% wrong: no_positions -- the vectors of the positions are left out
# expects: positions are missing
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    places = torch.arange(start, start + T)
    x = model.token(ids)
    look = torch.arange(start + T) <= places[:, None]
    for layer, cache in zip(model.layers, caches):
        k, v = cache.append(layer.k(x), layer.v(x))
        x = x + layer.out(attend(layer.q(x), k, v, look))
    return model.head(x)


# %% right: tril -- the mask as a shifted triangle
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    x = model.token(ids) + model.position.weight[start : start + T]
    look = torch.ones(T, start + T).tril(diagonal=start).bool()
    for i in range(len(caches)):
        layer = model.layers[i]
        k, v = caches[i].append(layer.k(x), layer.v(x))
        x = x + layer.out(attend(layer.q(x), k, v, look))
    return model.head(x)


# %% right: one_by_one -- a loop over the new tokens
def read(model, caches, ids):
    rows = []
    for t in range(ids.shape[1]):
        at = caches[0].length
        x = model.token(ids[:, t : t + 1]) + model.position(torch.tensor([at]))
        look = torch.ones(1, at + 1, dtype=torch.bool)
        for layer, cache in zip(model.layers, caches):
            k, v = cache.append(layer.k(x), layer.v(x))
            x = x + layer.out(attend(layer.q(x), k, v, look))
        rows.append(model.head(x))
    return torch.cat(rows, dim=1)


# %% right: joined -- old places of the mask are all True
def read(model, caches, ids):
    n_old, n_new = caches[0].length, ids.size(1)
    old = torch.ones(n_new, n_old, dtype=torch.bool)
    new = torch.tensor([[s <= t for s in range(n_new)] for t in range(n_new)])
    x = model.token(ids) + model.position(torch.arange(n_new) + n_old)
    for layer, cache in zip(model.layers, caches):
        keys, values = cache.append(layer.k(x), layer.v(x))
        x = x + layer.out(
            attend(layer.q(x), keys, values, torch.hstack((old, new)))
        )
    return model.head(x)


# %% right: einsum -- attention of its own
def read(model, caches, ids):
    start, T = caches[0].length, ids.shape[1]
    x = model.token.weight[ids] + model.position.weight[start : start + T]
    hidden = torch.full((T, start + T), float("-inf"), dtype=x.dtype).triu(
        start + 1
    )
    for i in range(len(model.layers)):
        layer = model.layers[i]
        k, v = caches[i].append(layer.k(x), layer.v(x))
        s = (
            torch.einsum("btc,bsc->bts", layer.q(x), k) * x.shape[-1] ** -0.5
            + hidden
        )
        x = x + layer.out(torch.einsum("bts,bsc->btc", s.softmax(-1), v))
    return model.head(x)
