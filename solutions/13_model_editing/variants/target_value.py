import math
from contextlib import ExitStack

import torch
from minillm.network import evaluating
from minillm.tasks import IGNORE
from torch.nn import functional as F


# %% wrong: only_d -- d is returned without v0
# expects: This is d: return v0 + d
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return d.detach()


# %% wrong: backward -- loss.backward() gives all weights a gradient
# expects: a weight has a gradient
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return v0 + d.detach()


# %% wrong: no_clamp -- d is never shortened
# expects: with clamp = 0.25, d should be at most
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                assert length >= 0
    return v0 + d.detach()


# %% wrong: no_decay -- the length is not in the loss
# expects: is decay
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return v0 + d.detach()


# %% wrong: rate -- the rate is lr itself
# expects: one step with lr = 0.1 should be 0.1 |v0| long
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr)
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return v0 + d.detach()


# %% wrong: everywhere -- d is added at all tokens
# expects: it belongs at the 4 places only
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            return x + d

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return v0 + d.detach()


# %% wrong: hook_stays -- the hook that adds d stays
# expects: a hook is still there
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack():
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        down.register_forward_hook(add)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return v0 + d.detach()


# %% wrong: tracks -- the result still tracks gradients
# expects: still tracks gradients
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return v0 + d


# %% wrong: first_row -- v0 is that of the first row
# expects: the result should be v0
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0][0]
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return v0 + d.detach()


# %% wrong: first_place -- all rows get d at the first row's place
# expects: target_value:
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[:, places[0]] = x[:, places[0]] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return v0 + d.detach()


# %% wrong: absolute_clamp -- the clamp is a length, not a share of |v0|
# expects: with clamp = 0.25, d should
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp:
                    d.mul_(clamp / length)
    return v0 + d.detach()


# %% wrong: uphill -- the sign of the gradient is reversed
# expects: the cross-entropy is
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(-loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return v0 + d.detach()


# %% wrong: eval_stays -- the network is left in evaluation mode
# expects: the network was in training mode and is not any more
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    net.eval()
    with ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return v0 + d.detach()


# %% right: spread -- d is spread by a mask, without a copy
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            spread = torch.zeros(x.shape[:2])
            spread[rows, places] = 1
            return x + spread[..., None] * d

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = F.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return v0 + d.detach()


# %% right: selected -- the asked logits are selected by hand
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows, seen = memory(net, layer), torch.arange(len(ids)), []
    with evaluating(net), ExitStack() as hooks:
        handle = down.register_forward_hook(
            lambda m, g, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        size = float(v0.norm())
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        optimizer = torch.optim.Adam([d], lr=lr * size / math.sqrt(len(v0)))
        for _ in range(n_steps):
            asked = targets != IGNORE
            log_p = net(ids)[0][asked].log_softmax(-1)
            loss = -log_p.gather(1, targets[asked, None]).mean()
            loss = loss + decay * d.square().sum() / size**2
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                length = float(d.norm())
                if length > clamp * size:
                    d.mul_(clamp * size / length)
    return v0 + d.detach()


# %% right: pre_hook -- the whole output is computed by hand, Adam too
def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    down, rows = memory(net, layer), torch.arange(len(ids))
    inputs = []
    with evaluating(net):
        handle = down.register_forward_pre_hook(
            lambda m, g: inputs.append(g[0])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = down(inputs[0]).detach()[rows, places].mean(0)
        d = torch.zeros(v0.shape)
        m, s = torch.zeros(v0.shape), torch.zeros(v0.shape)
        rate, most = lr * v0.norm() / len(v0) ** 0.5, clamp * v0.norm()
        for t in range(1, n_steps + 1):
            d.requires_grad_(True)

            def add(module, given, x, d=d):
                return x.index_put((rows, places), x[rows, places] + d)

            handle = down.register_forward_hook(add)
            logits = net(ids)[0]
            handle.remove()
            loss = F.cross_entropy(
                logits.transpose(1, 2), targets, ignore_index=IGNORE
            )
            loss = loss + decay * (d @ d) / (v0 @ v0)
            (g,) = torch.autograd.grad(loss, [d])
            with torch.no_grad():
                m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g * g
                step = (m / (1 - 0.9**t)) / (
                    (s / (1 - 0.999**t)).sqrt() + 1e-8
                )
                d = d.detach() - rate * step
                d = d * min(1.0, float(most / d.norm()))
    return (v0 + d).detach()
