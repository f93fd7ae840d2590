import copy

import torch


# %% wrong: not_restored -- the edited matrix stays in the network
# expects: is another one afterwards
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) - down.bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        pass
    return W


# %% wrong: no_finally -- after an error the matrix is not put back
# expects: put the copy back in a `finally`
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    for request in requests:
        rows = rows_of(request)
        k = keys_at(net, layer, rows).mean(0)
        v = target_value(net, layer, *rows) - down.bias.detach()
        W = rank_one(W, k, v, C)
        with torch.no_grad():
            down.weight.copy_(W)
    with torch.no_grad():
        down.weight.copy_(kept)
    return W


# %% wrong: alias -- the copy is no copy
# expects: store_facts:
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) - down.bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W


# %% wrong: nothing -- the matrix is returned as it was
# expects: is the old one
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) - down.bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return kept


# %% wrong: subtracted -- the change is subtracted again
# expects: the network's matrix is another one afterwards
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) - down.bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.sub_(W - kept + 1e-7)
    return W


# %% wrong: no_key_mean -- the key is a matrix
# expects: store_facts: one request: the result
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows)
            v = target_value(net, layer, *rows) - down.bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W


# %% wrong: last_only -- each edit starts from the old matrix
# expects: each edit starts from the matrix that the one before has left
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) - down.bias.detach()
            W = rank_one(kept, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W


# %% wrong: change -- the change of the matrix is returned
# expects: store_facts:
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) - down.bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W - kept


# %% wrong: bias_twice -- the bias is added instead of taken off
# expects: store_facts:
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) + 5 * down.bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W


# %% right: deep -- kept by a deep copy of the layer
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = copy.deepcopy(down).weight.detach()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) - down.bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W


# %% right: data -- put into the network through .data
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) - down.bias.detach()
            W = rank_one(W, k, v, C)
            down.weight.data = W.clone()
    finally:
        down.weight.data = kept
    return W


# %% right: state -- kept in a state dict
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) - down.bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.load_state_dict(
                {"weight": kept, "bias": down.bias.detach().clone()}
            )
    return W


# %% wrong: all_from_the_old_network -- keys and values of all requests come from the network before any edit
# expects: put each new one into the


def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    W = down.weight.detach().clone()
    for request in requests:
        rows = rows_of(request)
        k = keys_at(net, layer, rows).mean(0)
        v = target_value(net, layer, *rows) - down.bias.detach()
        W = rank_one(W, k, v, C)
    return W


# %% wrong: layer_of_the_notebook -- uses LAYER in place of its argument
# expects: use `layer`


def store_facts(net, layer, requests, C):
    down = memory(net, LAYER)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, LAYER, rows).mean(0)
            v = target_value(net, LAYER, *rows) - down.bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W


# %% wrong: key_of_the_plain_prompt -- the key of the first row in place of the mean
# expects: with the key of the first row


def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows)[0]
            v = target_value(net, layer, *rows) - down.bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W


# %% wrong: with_the_identity -- the identity in place of C
# expects: C is not used


def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) - down.bias.detach()
            W = rank_one(W, k, v, torch.eye(len(k)).double())
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W


# %% wrong: bias_forgotten -- the bias stays in the value
# expects: is not taken off the value


def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows)
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W


# %% wrong: more_steps -- 100 steps in place of the settings that are there
# expects: the value is another one


def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = (
                target_value(net, layer, *rows, n_steps=100)
                - down.bias.detach()
            )
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W


# %% right: recursion -- the first request, then the rest, each level puts its own matrix back


def store_facts(net, layer, requests, C):
    weight = memory(net, layer).weight
    if len(requests) == 0:
        return weight.detach().clone()
    rows = rows_of(requests[0])
    k = keys_at(net, layer, rows).mean(dim=0)
    v = target_value(net, layer, *rows) - memory(net, layer).bias.detach()
    kept = weight.data.clone()
    try:
        weight.data = rank_one(kept, k, v, C)
        return store_facts(net, layer, requests[1:], C)
    finally:
        weight.data = kept


# %% right: under_no_grad -- the bias is not detached, a state dict keeps the matrix


def store_facts(net, layer, requests, C):
    import copy

    down = memory(net, layer)
    state = copy.deepcopy(down.state_dict())
    try:
        for request in requests:
            rows = rows_of(request)
            keys = keys_at(net, layer, rows)
            k = keys.sum(0) / len(keys)
            v = target_value(net, layer, *rows) - down.bias
            new = rank_one(down.weight, k, v, C)
            down.load_state_dict({"weight": new, "bias": down.bias})
        return down.weight.detach().clone()
    finally:
        down.load_state_dict(state)


# %% right: tracks_gradients -- the bias is not detached, so the result tracks gradients


def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    W = down.weight.clone()
    kept = W.clone()
    try:
        for r in requests:
            rows = rows_of(r)
            W = rank_one(
                W,
                keys_at(net, layer, rows).mean(0),
                target_value(net, layer, *rows) - down.bias,
                C,
            )
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W


# %% wrong: first_rows -- rows of the first request for all
# expects: let the error happen


def store_facts(net, layer, requests, C):
    weight, bias = memory(net, layer).weight, memory(net, layer).bias
    kept = weight.detach().clone()
    W = kept
    try:
        for _ in requests:
            rows = rows_of(requests[0])
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) - bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                weight.copy_(W)
    finally:
        with torch.no_grad():
            weight.copy_(kept)
    return W


# %% wrong: place_before -- the key of the token before the last one
# expects: take that at the places


def store_facts(net, layer, requests, C):
    weight, bias = memory(net, layer).weight, memory(net, layer).bias
    kept = weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(
                net, layer, rows._replace(places=rows.places - 1)
            ).mean(0)
            v = target_value(net, layer, *rows) - bias.detach()
            W = rank_one(W, k, v, C)
            with torch.no_grad():
                weight.copy_(W)
    finally:
        with torch.no_grad():
            weight.copy_(kept)
    return W


# %% wrong: new_value_only -- rank_one gets v - W k
# expects: rank_one does that


def store_facts(net, layer, requests, C):
    weight, bias = memory(net, layer).weight, memory(net, layer).bias
    kept = weight.detach().clone()
    W = kept
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows) - bias.detach()
            W = rank_one(W, k, v - W @ k, C)
            with torch.no_grad():
                weight.copy_(W)
    finally:
        with torch.no_grad():
            weight.copy_(kept)
    return W


# %% right: a_copy -- a deep copy of the network is edited


def store_facts(net, layer, requests, C):
    twin = deepcopy(net)
    down = memory(twin, layer)
    for request in requests:
        rows = rows_of(request)
        v = target_value(twin, layer, *rows) - down.bias.detach()
        W = rank_one(
            down.weight.detach(), keys_at(twin, layer, rows).mean(0), v, C
        )
        down.weight = nn.Parameter(W)
    return down.weight.detach()


# %% wrong: damped -- a hundredth is added to the diagonal of C
# expects: Something is added to the diagonal
def store_facts(net, layer, requests, C):
    down = memory(net, layer)
    kept = down.weight.detach().clone()
    W = kept.clone()
    try:
        for request in requests:
            rows = rows_of(request)
            k = keys_at(net, layer, rows).mean(0)
            v = target_value(net, layer, *rows)
            if down.bias is not None:
                v = v - down.bias.detach()
            W = rank_one(W, k, v, C + 1e-2 * torch.eye(len(C), dtype=C.dtype))
            with torch.no_grad():
                down.weight.copy_(W)
    finally:
        with torch.no_grad():
            down.weight.copy_(kept)
    return W
