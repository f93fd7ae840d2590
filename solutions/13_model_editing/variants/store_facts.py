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
# expects: ten new facts are there
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
