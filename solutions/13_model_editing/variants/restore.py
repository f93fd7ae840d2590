from contextlib import ExitStack

import torch
from minillm.network import evaluating


# %% wrong: next_layer -- the layer behind is restored
# expects: restore:
def restore(net, ids, span, noise, cells, part=None):
    handles = []

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    try:
        handles.append(net.embedding.register_forward_hook(corrupt))
        for layer, token in cells:
            if layer + 1 >= len(net.blocks):
                continue

            def heal(module, given, x, token=token):
                x = x.clone()
                x[1:, token] = x[0, token]
                return x

            block = net.blocks[layer + 1]
            target = block if part is None else getattr(block, part)
            handles.append(target.register_forward_hook(heal))
        with evaluating(net), torch.inference_mode():
            z = net(ids.repeat(1 + len(noise), 1))[0]
    finally:
        for handle in handles:
            handle.remove()
    return z[1:, -1].softmax(-1).mean(0)


# %% wrong: clean_counts -- the clean row is in the mean
# expects: The clean row is in the mean
def restore(net, ids, span, noise, cells, part=None):
    handles = []

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    try:
        handles.append(net.embedding.register_forward_hook(corrupt))
        for layer, token in cells:

            def heal(module, given, x, token=token):
                x = x.clone()
                x[1:, token] = x[0, token]
                return x

            block = net.blocks[layer]
            target = block if part is None else getattr(block, part)
            handles.append(target.register_forward_hook(heal))
        with evaluating(net), torch.inference_mode():
            z = net(ids.repeat(1 + len(noise), 1))[0]
    finally:
        for handle in handles:
            handle.remove()
    return z[:, -1].softmax(-1).mean(0)


# %% wrong: all_behind -- noise at all tokens from the subject on
# expects: restore: the corrupted run
def restore(net, ids, span, noise, cells, part=None):
    handles = []

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] :] += noise[:, :1]
        return x

    try:
        handles.append(net.embedding.register_forward_hook(corrupt))
        for layer, token in cells:

            def heal(module, given, x, token=token):
                x = x.clone()
                x[1:, token] = x[0, token]
                return x

            block = net.blocks[layer]
            target = block if part is None else getattr(block, part)
            handles.append(target.register_forward_hook(heal))
        with evaluating(net), torch.inference_mode():
            z = net(ids.repeat(1 + len(noise), 1))[0]
    finally:
        for handle in handles:
            handle.remove()
    return z[1:, -1].softmax(-1).mean(0)


# %% wrong: late_binding -- every hook sees the last cell of the loop
# expects: restore:
def restore(net, ids, span, noise, cells, part=None):
    handles = []

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    try:
        handles.append(net.embedding.register_forward_hook(corrupt))
        for layer, token in cells:

            def heal(module, given, x):
                x = x.clone()
                x[1:, token] = x[0, token]  # noqa: B023
                return x

            block = net.blocks[layer]
            target = block if part is None else getattr(block, part)
            handles.append(target.register_forward_hook(heal))
        with evaluating(net), torch.inference_mode():
            z = net(ids.repeat(1 + len(noise), 1))[0]
    finally:
        for handle in handles:
            handle.remove()
    return z[1:, -1].softmax(-1).mean(0)


# %% wrong: hooks_stay -- the hooks are never removed
# expects: a hook is still there
def restore(net, ids, span, noise, cells, part=None):
    def corrupt(module, given, x):
        if len(x) != 1 + len(noise):
            return x
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    net.embedding.register_forward_hook(corrupt)
    handles = []
    for layer, token in cells:

        def heal(module, given, x, token=token):
            x = x.clone()
            x[1:, token] = x[0, token]
            return x

        block = net.blocks[layer]
        target = block if part is None else getattr(block, part)
        handles.append(target.register_forward_hook(heal))
    with evaluating(net), torch.inference_mode():
        z = net(ids.repeat(1 + len(noise), 1))[0]
    for handle in handles:
        handle.remove()
    return z[1:, -1].softmax(-1).mean(0)


# %% wrong: after_error -- hooks stay after an error
# expects: after an error, a hook is still there
def restore(net, ids, span, noise, cells, part=None):
    handles = []

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    handles.append(net.embedding.register_forward_hook(corrupt))
    for layer, token in cells:

        def heal(module, given, x, token=token):
            x = x.clone()
            x[1:, token] = x[0, token]
            return x

        block = net.blocks[layer]
        target = block if part is None else getattr(block, part)
        handles.append(target.register_forward_hook(heal))
    with evaluating(net), torch.inference_mode():
        z = net(ids.repeat(1 + len(noise), 1))[0]
    for handle in handles:
        handle.remove()
    return z[1:, -1].softmax(-1).mean(0)


# %% wrong: no_part -- the part is not looked at
# expects: part 'attention'
def restore(net, ids, span, noise, cells, part=None):
    handles = []

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    try:
        handles.append(net.embedding.register_forward_hook(corrupt))
        for layer, token in cells:

            def heal(module, given, x, token=token):
                x = x.clone()
                x[1:, token] = x[0, token]
                return x

            handles.append(net.blocks[layer].register_forward_hook(heal))
        with evaluating(net), torch.inference_mode():
            z = net(ids.repeat(1 + len(noise), 1))[0]
    finally:
        for handle in handles:
            handle.remove()
    return z[1:, -1].softmax(-1).mean(0)


# %% wrong: eval_stays -- the network is left in evaluation mode
# expects: the network was in training mode and is not any more
def restore(net, ids, span, noise, cells, part=None):
    handles = []

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    net.eval()
    try:
        handles.append(net.embedding.register_forward_hook(corrupt))
        for layer, token in cells:

            def heal(module, given, x, token=token):
                x = x.clone()
                x[1:, token] = x[0, token]
                return x

            block = net.blocks[layer]
            target = block if part is None else getattr(block, part)
            handles.append(target.register_forward_hook(heal))
        with torch.inference_mode():
            z = net(ids.repeat(1 + len(noise), 1))[0]
    finally:
        for handle in handles:
            handle.remove()
    return z[1:, -1].softmax(-1).mean(0)


# %% wrong: summed -- the sum over the rows
# expects: restore:
def restore(net, ids, span, noise, cells, part=None):
    handles = []

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    try:
        handles.append(net.embedding.register_forward_hook(corrupt))
        for layer, token in cells:

            def heal(module, given, x, token=token):
                x = x.clone()
                x[1:, token] = x[0, token]
                return x

            block = net.blocks[layer]
            target = block if part is None else getattr(block, part)
            handles.append(target.register_forward_hook(heal))
        with evaluating(net), torch.inference_mode():
            z = net(ids.repeat(1 + len(noise), 1))[0]
    finally:
        for handle in handles:
            handle.remove()
    return z[1:, -1].softmax(-1).sum(0)


# %% right: one_hook_each -- one hook for each cell
def restore(net, ids, span, noise, cells, part=None):
    handles = []

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    try:
        handles.append(net.embedding.register_forward_hook(corrupt))
        for layer, token in cells:

            def heal(module, given, x, token=token):
                x = x.clone()
                x[1:, token] = x[0, token]
                return x

            block = net.blocks[layer]
            target = block if part is None else getattr(block, part)
            handles.append(target.register_forward_hook(heal))
        with evaluating(net), torch.inference_mode():
            z = net(ids.repeat(1 + len(noise), 1))[0]
    finally:
        for handle in handles:
            handle.remove()
    return z[1:, -1].softmax(-1).mean(0)


# %% right: two_runs -- the clean states are kept from a run of their own
def restore(net, ids, span, noise, cells, part=None):
    cells = list(cells)
    kept = {}

    def module_of(layer):
        return (
            net.blocks[layer]
            if part is None
            else getattr(net.blocks[layer], part)
        )

    with evaluating(net), torch.inference_mode(), ExitStack() as stack:
        for layer in {layer for layer, _ in cells}:
            handle = module_of(layer).register_forward_hook(
                lambda module, given, x, layer=layer: kept.__setitem__(
                    layer, x[0].clone()
                )
            )
            stack.callback(handle.remove)
        net(ids[None])
    rows = []
    with evaluating(net), torch.inference_mode(), ExitStack() as stack:
        for one in noise:

            def corrupt(module, given, x, one=one):
                x = x.clone()
                x[0, span[0] : span[1]] += one
                return x

            with ExitStack() as inner:
                inner.callback(
                    net.embedding.register_forward_hook(corrupt).remove
                )
                for layer, token in cells:

                    def heal(module, given, x, layer=layer, token=token):
                        x = x.clone()
                        x[0, token] = kept[layer][token]
                        return x

                    inner.callback(
                        module_of(layer).register_forward_hook(heal).remove
                    )
                rows.append(net(ids[None])[0][0, -1].softmax(-1))
    return torch.stack(rows).mean(0)


# %% right: mask -- torch.where with a mask of the restored tokens
def restore(net, ids, span, noise, cells, part=None):
    masks_ = {}
    for layer, token in cells:
        masks_.setdefault(layer, torch.zeros(len(ids), dtype=torch.bool))[
            token
        ] = True
    S, T = len(noise), len(ids)

    def corrupt(module, given, x):
        added = torch.zeros(x.shape)
        added[1:, span[0] : span[1]] = noise
        return x + added

    def healer(mask):
        return lambda module, given, x: torch.where(
            mask[None, :, None], x[:1], x
        )

    with evaluating(net), torch.no_grad(), ExitStack() as stack:
        stack.callback(net.embedding.register_forward_hook(corrupt).remove)
        for layer, mask in masks_.items():
            target = net.blocks[layer]
            target = target if part is None else getattr(target, part)
            stack.callback(target.register_forward_hook(healer(mask)).remove)
        z, _ = net(ids.expand(S + 1, T))
    return z[1:, -1].softmax(-1).mean(0)
