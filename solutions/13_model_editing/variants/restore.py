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


# %% wrong: mean_of_logits -- the softmax of the mean logits
# expects: softmax of the mean logits


def restore(net, ids, span, noise, cells, part=None):
    tokens = {}
    for layer, t in cells:
        tokens.setdefault(layer, []).append(t)

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    def healer(where):
        def f(module, given, x):
            x = x.clone()
            x[1:, where] = x[:1, where]
            return x

        return f

    with evaluating(net), torch.inference_mode(), ExitStack() as hooks:
        hooks.callback(net.embedding.register_forward_hook(corrupt).remove)
        for layer, where in tokens.items():
            module = (
                net.blocks[layer]
                if part is None
                else getattr(net.blocks[layer], part)
            )
            hooks.callback(module.register_forward_hook(healer(where)).remove)
        logits = net(ids.expand(1 + len(noise), -1))[0]
    return logits[1:, -1].mean(0).softmax(-1)


# %% wrong: stays_in_eval -- net.eval() is called and the mode is not put back
# expects: use evaluating(net)


def restore(net, ids, span, noise, cells, part=None):
    net.eval()
    tokens = {}
    for layer, t in cells:
        tokens.setdefault(layer, []).append(t)

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    def healer(where):
        def f(module, given, x):
            x = x.clone()
            x[1:, where] = x[:1, where]
            return x

        return f

    with torch.inference_mode(), ExitStack() as hooks:
        hooks.callback(net.embedding.register_forward_hook(corrupt).remove)
        for layer, where in tokens.items():
            module = (
                net.blocks[layer]
                if part is None
                else getattr(net.blocks[layer], part)
            )
            hooks.callback(module.register_forward_hook(healer(where)).remove)
        logits = net(ids.expand(1 + len(noise), -1))[0]
    return logits[1:, -1].softmax(-1).mean(0)


# %% wrong: clears_all_hooks -- at the end all hooks of the network are cleared, also those of others
# expects: remove only your own


def restore(net, ids, span, noise, cells, part=None):
    tokens = {}
    for layer, t in cells:
        tokens.setdefault(layer, []).append(t)

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    def healer(where):
        def f(module, given, x):
            x = x.clone()
            x[1:, where] = x[:1, where]
            return x

        return f

    try:
        with evaluating(net), torch.inference_mode():
            net.embedding.register_forward_hook(corrupt)
            for layer, where in tokens.items():
                module = (
                    net.blocks[layer]
                    if part is None
                    else getattr(net.blocks[layer], part)
                )
                module.register_forward_hook(healer(where))
            logits = net(ids.expand(1 + len(noise), -1))[0]
    finally:
        for module in net.modules():
            module._forward_hooks.clear()
    return logits[1:, -1].softmax(-1).mean(0)


# %% wrong: hooks_before_try -- an unknown layer leaves the hook of the embedding behind
# expects: after an error, a hook


def restore(net, ids, span, noise, cells, part=None):
    tokens = {}
    for layer, t in cells:
        tokens.setdefault(layer, []).append(t)

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    def healer(where):
        def f(module, given, x):
            x = x.clone()
            x[1:, where] = x[:1, where]
            return x

        return f

    handles = [net.embedding.register_forward_hook(corrupt)]
    for layer, where in tokens.items():
        module = (
            net.blocks[layer]
            if part is None
            else getattr(net.blocks[layer], part)
        )
        handles.append(module.register_forward_hook(healer(where)))
    try:
        with evaluating(net), torch.inference_mode():
            logits = net(ids.expand(1 + len(noise), -1))[0]
    finally:
        for h in handles:
            h.remove()
    return logits[1:, -1].softmax(-1).mean(0)


# %% wrong: pops_the_cells -- takes the cells out of the caller's list
# expects: the list of 3 cells


def restore(net, ids, span, noise, cells, part=None):
    cells = cells if isinstance(cells, list) else list(cells)
    tokens = {}
    while cells:
        layer, t = cells.pop()
        tokens.setdefault(layer, []).append(t)

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    def healer(where):
        def f(module, given, x):
            x = x.clone()
            x[1:, where] = x[:1, where]
            return x

        return f

    with evaluating(net), torch.inference_mode(), ExitStack() as hooks:
        hooks.callback(net.embedding.register_forward_hook(corrupt).remove)
        for layer, where in tokens.items():
            module = (
                net.blocks[layer]
                if part is None
                else getattr(net.blocks[layer], part)
            )
            hooks.callback(module.register_forward_hook(healer(where)).remove)
        logits = net(ids.expand(1 + len(noise), -1))[0]
    return logits[1:, -1].softmax(-1).mean(0)


# %% wrong: noise_replaces -- the embeddings of the subject are replaced with the noise, not added to
# expects: add it to them


def restore(net, ids, span, noise, cells, part=None):
    tokens = {}
    for layer, t in cells:
        tokens.setdefault(layer, []).append(t)

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] = noise
        return x

    def healer(where):
        def f(module, given, x):
            x = x.clone()
            x[1:, where] = x[:1, where]
            return x

        return f

    with evaluating(net), torch.inference_mode(), ExitStack() as hooks:
        hooks.callback(net.embedding.register_forward_hook(corrupt).remove)
        for layer, where in tokens.items():
            module = (
                net.blocks[layer]
                if part is None
                else getattr(net.blocks[layer], part)
            )
            hooks.callback(module.register_forward_hook(healer(where)).remove)
        logits = net(ids.expand(1 + len(noise), -1))[0]
    return logits[1:, -1].softmax(-1).mean(0)


# %% right: two_runs_2 -- a clean run of its own writes the states down, one hook a cell


def restore(net, ids, span, noise, cells, part=None):
    cells = sorted(set(cells))
    modules = [
        b
        if part is None
        else {"attention": b.attention, "feed_forward": b.feed_forward}[part]
        for b in net.blocks
    ]
    kept, handles = {}, []

    def keeper(layer):
        return lambda module, given, x: kept.__setitem__(layer, x[0].clone())

    def putter(layer, token):
        def f(module, given, x):
            y = x.clone()
            y[:, token] = kept[layer][token]
            return y

        return f

    def add(module, given, x):
        y = x.clone()
        y[:, slice(*span)] = y[:, slice(*span)] + noise
        return y

    with evaluating(net), torch.inference_mode():
        try:
            for layer in {layer for layer, _ in cells}:
                handles.append(
                    modules[layer].register_forward_hook(keeper(layer))
                )
            net(ids[None])
        finally:
            while handles:
                handles.pop().remove()
        try:
            handles.append(net.embedding.register_forward_hook(add))
            for layer, token in cells:
                handles.append(
                    modules[layer].register_forward_hook(putter(layer, token))
                )
            out = net(ids.repeat(len(noise), 1))[0]
        finally:
            while handles:
                handles.pop().remove()
    return out[:, -1].softmax(dim=-1).mean(dim=0)


# %% right: one_noise_at_a_time -- a batch of two rows for each noise


def restore(net, ids, span, noise, cells, part=None):
    cells = list(cells)
    total = 0
    for n in noise:

        def corrupt(module, given, x, n=n):
            return torch.cat(
                (
                    x[:1],
                    torch.cat(
                        (
                            x[1:, : span[0]],
                            x[1:, span[0] : span[1]] + n,
                            x[1:, span[1] :],
                        ),
                        1,
                    ),
                )
            )

        handles = []
        try:
            handles.append(net.embedding.register_forward_hook(corrupt))
            for layer, token in cells:
                block = net.blocks[layer]
                module = block if not part else getattr(block, part)

                def heal(module, given, x, token=token):
                    return torch.stack(
                        (
                            x[0],
                            torch.where(
                                torch.arange(x.shape[1])[:, None] == token,
                                x[0],
                                x[1],
                            ),
                        )
                    )

                handles.append(module.register_forward_hook(heal))
            with evaluating(net), torch.inference_mode():
                total = total + torch.softmax(
                    net(torch.stack((ids, ids)))[0][1, -1], -1
                )
        finally:
            for h in handles:
                h.remove()
    return total / len(noise)


# %% wrong: last_row_clean -- the noise goes to the first S rows
# expects: The noise is in the first S rows


def restore(net, ids, span, noise, cells, part=None):
    first, end = span
    tokens = {}
    for layer, t in cells:
        tokens.setdefault(layer, []).append(t)

    def corrupt(module, given, x):
        x = x.clone()
        x[:-1, first:end] += noise
        return x

    def healer(where):
        def f(module, given, x):
            x = x.clone()
            x[1:, where] = x[:1, where]
            return x

        return f

    with evaluating(net), torch.inference_mode(), ExitStack() as hooks:
        hooks.callback(net.embedding.register_forward_hook(corrupt).remove)
        for layer, where in tokens.items():
            module = net.blocks[layer]
            if part is not None:
                module = getattr(module, part)
            hooks.callback(module.register_forward_hook(healer(where)).remove)
        logits = net(ids.expand(1 + len(noise), -1))[0]
    return logits[1:, -1].softmax(-1).mean(0)


# %% wrong: all_tokens -- all tokens of a layer are restored
# expects: All tokens of the layer are restored


def restore(net, ids, span, noise, cells, part=None):
    first, end = span
    tokens = {}
    for layer, t in cells:
        tokens.setdefault(layer, []).append(t)

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, first:end] += noise
        return x

    def healer(where):
        def f(module, given, x):
            x = x.clone()
            x[1:] = x[:1]
            return x

        return f

    with evaluating(net), torch.inference_mode(), ExitStack() as hooks:
        hooks.callback(net.embedding.register_forward_hook(corrupt).remove)
        for layer, where in tokens.items():
            module = net.blocks[layer]
            if part is not None:
                module = getattr(module, part)
            hooks.callback(module.register_forward_hook(healer(where)).remove)
        logits = net(ids.expand(1 + len(noise), -1))[0]
    return logits[1:, -1].softmax(-1).mean(0)


# %% wrong: one_token_a_layer -- of each layer, the last token of the cells only
# expects: only the last of its tokens is restored


def restore(net, ids, span, noise, cells, part=None):
    first, end = span
    tokens = {}
    for layer, t in cells:
        tokens[layer] = [t]

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, first:end] += noise
        return x

    def healer(where):
        def f(module, given, x):
            x = x.clone()
            x[1:, where] = x[:1, where]
            return x

        return f

    with evaluating(net), torch.inference_mode(), ExitStack() as hooks:
        hooks.callback(net.embedding.register_forward_hook(corrupt).remove)
        for layer, where in tokens.items():
            module = net.blocks[layer]
            if part is not None:
                module = getattr(module, part)
            hooks.callback(module.register_forward_hook(healer(where)).remove)
        logits = net(ids.expand(1 + len(noise), -1))[0]
    return logits[1:, -1].softmax(-1).mean(0)


# %% wrong: behind_the_subject -- the probabilities behind the subject
# expects: These are the probabilities behind the subject


def restore(net, ids, span, noise, cells, part=None):
    first, end = span
    tokens = {}
    for layer, t in cells:
        tokens.setdefault(layer, []).append(t)

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, first:end] += noise
        return x

    def healer(where):
        def f(module, given, x):
            x = x.clone()
            x[1:, where] = x[:1, where]
            return x

        return f

    with evaluating(net), torch.inference_mode(), ExitStack() as hooks:
        hooks.callback(net.embedding.register_forward_hook(corrupt).remove)
        for layer, where in tokens.items():
            module = net.blocks[layer]
            if part is not None:
                module = getattr(module, part)
            hooks.callback(module.register_forward_hook(healer(where)).remove)
        logits = net(ids.expand(1 + len(noise), -1))[0]
    return logits[1:, end - 1].softmax(-1).mean(0)


# %% right: patched_forward -- the forward methods are exchanged for a while


def restore(net, ids, span, noise, cells, part=None):
    where = {}
    for layer, t in cells:
        where.setdefault(layer, set()).add(t)
    patched = []

    def patch(module, change):
        plain = module.forward

        def forward(*args, **options):
            return change(plain(*args, **options))

        module.forward = forward
        patched.append(module)

    def add(x):
        return torch.cat(
            (
                x[:1],
                torch.cat(
                    (
                        x[1:, : span[0]],
                        x[1:, span[0] : span[1]] + noise,
                        x[1:, span[1] :],
                    ),
                    1,
                ),
            )
        )

    try:
        patch(net.embedding, add)
        for layer, ts in where.items():
            module = (
                net.blocks[layer]
                if part is None
                else getattr(net.blocks[layer], part)
            )
            at = torch.tensor([t in ts for t in range(len(ids))])[:, None]
            patch(module, lambda x, at=at: torch.where(at, x[:1], x))
        with evaluating(net), torch.inference_mode():
            z = net(ids.repeat(len(noise) + 1, 1))[0][:, -1]
    finally:
        for module in patched:
            del module.forward
    return z.softmax(1)[1:].sum(0) / len(noise)


# %% wrong: removed_at_the_end -- the layers are looked up first, and no error of the run is caught
# expects: an error while the network runs
def restore(net, ids, span, noise, cells, part=None):
    where = [(net.blocks[layer], token) for layer, token in cells]
    handles = []

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, span[0] : span[1]] += noise
        return x

    handles.append(net.embedding.register_forward_hook(corrupt))
    for block, token in where:

        def heal(module, given, x, token=token):
            x = x.clone()
            x[1:, token] = x[0, token]
            return x

        target = block if part is None else getattr(block, part)
        handles.append(target.register_forward_hook(heal))
    with evaluating(net), torch.inference_mode():
        z = net(ids.repeat(1 + len(noise), 1))[0]
    for handle in handles:
        handle.remove()
    return z[1:, -1].softmax(-1).mean(0)


# %% wrong: late_tokens -- all layers restore the tokens of the last
# expects: of the last layer: a function made in a loop
def restore(net, ids, span, noise, cells, part=None):
    tokens = {}
    for layer, t in cells:
        tokens.setdefault(layer, []).append(t)
    first, end = span

    def corrupt(module, given, x):
        x = x.clone()
        x[1:, first:end] += noise
        return x

    with evaluating(net), torch.inference_mode(), ExitStack() as hooks:
        hooks.callback(net.embedding.register_forward_hook(corrupt).remove)

        def late(m, g, x):
            x = x.clone()
            x[1:, ts] = x[:1, ts]
            return x

        for layer in tokens:
            ts = tokens[layer]
            block = net.blocks[layer]
            module = block if part is None else getattr(block, part)
            hooks.callback(module.register_forward_hook(late).remove)
        logits = net(ids.expand(1 + len(noise), -1))[0]
        return logits[1:, -1].softmax(-1).mean(0)


# %% wrong: stays_training -- the network runs in the mode that it has
# expects: the network ran in training mode
def restore(
    net: Transformer,
    ids: Tensor,
    span: tuple[int, int],
    noise: Tensor,
    cells: Iterable[tuple[int, int]],
    part: str | None = None,
) -> Tensor:
    tokens: dict[int, list[int]] = {}
    for layer, token in cells:
        tokens.setdefault(layer, []).append(token)
    first, end = span

    def corrupt(module: nn.Module, given: Any, x: Tensor) -> Tensor:
        x = x.clone()
        x[1:, first:end] += noise  # row 0 stays clean
        return x

    def healer(where: list[int]) -> Any:
        def heal(module: nn.Module, given: Any, x: Tensor) -> Tensor:
            x = x.clone()
            x[1:, where] = x[:1, where]
            return x

        return heal

    with torch.inference_mode(), ExitStack() as hooks:
        handle = net.embedding.register_forward_hook(corrupt)
        hooks.callback(handle.remove)
        for layer, where in tokens.items():
            block = net.blocks[layer]
            target = block if part is None else getattr(block, part)
            handle = target.register_forward_hook(healer(where))
            hooks.callback(handle.remove)
        logits = net(ids.expand(1 + len(noise), -1))[0]
    return logits[1:, -1].softmax(-1).mean(0)
