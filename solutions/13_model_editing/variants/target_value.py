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
# expects: with clamp = 0.25, after each step d should be at most
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
# expects: put it into the loss
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
# expects: it belongs at the 3 places only
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
# expects: The limit is clamp itself
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


# %% wrong: the_same_value_everywhere -- the output at the places is set to v0 + d instead of d being added
# expects: add d to what is there


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    rows = torch.arange(len(ids))
    module = memory(net, layer)
    seen = []
    with evaluating(net), ExitStack() as hooks:
        handle = module.register_forward_hook(
            lambda m, given, x: seen.append(x[rows, places])
        )
        hooks.callback(handle.remove)
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        norm = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(m, given, x):
            x = x.clone()
            x[rows, places] = v0 + d
            return x

        adam = torch.optim.Adam([d], lr=lr * float(norm) / math.sqrt(len(v0)))
        hooks.callback(module.register_forward_hook(add).remove)
        for _ in range(n_steps):
            loss = F.cross_entropy(
                net(ids)[0].flatten(0, 1),
                targets.flatten(),
                ignore_index=IGNORE,
            )
            loss = loss + decay * d.square().sum() / norm**2
            (d.grad,) = torch.autograd.grad(loss, [d])
            adam.step()
            with torch.no_grad():
                d.mul_((clamp * norm / d.norm()).clamp(max=1))
    return (v0 + d).detach()


# %% wrong: clamped_at_the_end -- d is shortened once, after the last step
# expects: not only in the end


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    rows = torch.arange(len(ids))
    module = memory(net, layer)
    seen = []
    with evaluating(net), ExitStack() as hooks:
        handle = module.register_forward_hook(
            lambda m, given, x: seen.append(x[rows, places])
        )
        hooks.callback(handle.remove)
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        norm = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(m, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        adam = torch.optim.Adam([d], lr=lr * float(norm) / math.sqrt(len(v0)))
        hooks.callback(module.register_forward_hook(add).remove)
        for _ in range(n_steps):
            loss = F.cross_entropy(
                net(ids)[0].flatten(0, 1),
                targets.flatten(),
                ignore_index=IGNORE,
            )
            loss = loss + decay * d.square().sum() / norm**2
            (d.grad,) = torch.autograd.grad(loss, [d])
            adam.step()
        with torch.no_grad():
            d.mul_((clamp * norm / d.norm()).clamp(max=1))
    return (v0 + d).detach()


# %% wrong: adam_weight_decay -- the decay is given to Adam as weight_decay
# expects: Adam's weight_decay


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    rows = torch.arange(len(ids))
    module = memory(net, layer)
    seen = []
    with evaluating(net), ExitStack() as hooks:
        handle = module.register_forward_hook(
            lambda m, given, x: seen.append(x[rows, places])
        )
        hooks.callback(handle.remove)
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        norm = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(m, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        adam = torch.optim.Adam(
            [d], lr=lr * float(norm) / math.sqrt(len(v0)), weight_decay=decay
        )
        hooks.callback(module.register_forward_hook(add).remove)
        for _ in range(n_steps):
            loss = F.cross_entropy(
                net(ids)[0].flatten(0, 1),
                targets.flatten(),
                ignore_index=IGNORE,
            )
            (d.grad,) = torch.autograd.grad(loss, [d])
            adam.step()
            with torch.no_grad():
                d.mul_((clamp * norm / d.norm()).clamp(max=1))
    return (v0 + d).detach()


# %% wrong: decay_not_squared -- decay times |d| / |v0|
# expects: square it


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    rows = torch.arange(len(ids))
    module = memory(net, layer)
    seen = []
    with evaluating(net), ExitStack() as hooks:
        handle = module.register_forward_hook(
            lambda m, given, x: seen.append(x[rows, places])
        )
        hooks.callback(handle.remove)
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        norm = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(m, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        adam = torch.optim.Adam([d], lr=lr * float(norm) / math.sqrt(len(v0)))
        hooks.callback(module.register_forward_hook(add).remove)
        for _ in range(n_steps):
            loss = F.cross_entropy(
                net(ids)[0].flatten(0, 1),
                targets.flatten(),
                ignore_index=IGNORE,
            )
            loss = loss + decay * d.norm() / norm
            (d.grad,) = torch.autograd.grad(loss, [d])
            adam.step()
            with torch.no_grad():
                d.mul_((clamp * norm / d.norm()).clamp(max=1))
    return (v0 + d).detach()


# %% wrong: frozen_for_good -- the weights are frozen and stay so
# expects: requires_grad of a weight


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    for p in net.parameters():
        p.requires_grad_(False)
    rows = torch.arange(len(ids))
    module = memory(net, layer)
    seen = []
    with evaluating(net), ExitStack() as hooks:
        handle = module.register_forward_hook(
            lambda m, given, x: seen.append(x[rows, places])
        )
        hooks.callback(handle.remove)
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        norm = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(m, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        adam = torch.optim.Adam([d], lr=lr * float(norm) / math.sqrt(len(v0)))
        hooks.callback(module.register_forward_hook(add).remove)
        for _ in range(n_steps):
            loss = F.cross_entropy(
                net(ids)[0].flatten(0, 1),
                targets.flatten(),
                ignore_index=IGNORE,
            )
            loss = loss + decay * d.square().sum() / norm**2
            adam.zero_grad()
            loss.backward()
            adam.step()
            with torch.no_grad():
                d.mul_((clamp * norm / d.norm()).clamp(max=1))
    return (v0 + d).detach()


# %% wrong: a_d_for_each_row -- each text gets its own d, and their mean is returned
# expects: the same in all rows


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    rows = torch.arange(len(ids))
    module = memory(net, layer)
    seen = []
    with evaluating(net), ExitStack() as hooks:
        handle = module.register_forward_hook(
            lambda m, given, x: seen.append(x[rows, places])
        )
        hooks.callback(handle.remove)
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        norm = v0.norm()
        d = torch.zeros_like(seen[0], requires_grad=True)

        def add(m, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        adam = torch.optim.Adam([d], lr=lr * float(norm) / math.sqrt(len(v0)))
        hooks.callback(module.register_forward_hook(add).remove)
        for _ in range(n_steps):
            loss = F.cross_entropy(
                net(ids)[0].flatten(0, 1),
                targets.flatten(),
                ignore_index=IGNORE,
            )
            loss = loss + decay * d.square().sum(1).mean() / norm**2
            (d.grad,) = torch.autograd.grad(loss, [d])
            adam.step()
            with torch.no_grad():
                d.mul_(
                    (clamp * norm / d.norm(dim=1, keepdim=True)).clamp(max=1)
                )
    return (v0 + d.mean(0)).detach()


# %% wrong: mean_of_row_means -- the loss is the mean of the rows' losses, so a row with few targets weighs more
# expects: take the mean over all targets


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    rows = torch.arange(len(ids))
    module = memory(net, layer)
    seen = []
    with evaluating(net), ExitStack() as hooks:
        handle = module.register_forward_hook(
            lambda m, given, x: seen.append(x[rows, places])
        )
        hooks.callback(handle.remove)
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        norm = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(m, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        adam = torch.optim.Adam([d], lr=lr * float(norm) / math.sqrt(len(v0)))
        hooks.callback(module.register_forward_hook(add).remove)
        for _ in range(n_steps):
            logits = net(ids)[0]
            loss = sum(
                F.cross_entropy(z, y, ignore_index=IGNORE)
                for z, y in zip(logits, targets)
            ) / len(ids)
            loss = loss + decay * d.square().sum() / norm**2
            (d.grad,) = torch.autograd.grad(loss, [d])
            adam.step()
            with torch.no_grad():
                d.mul_((clamp * norm / d.norm()).clamp(max=1))
    return (v0 + d).detach()


# %% wrong: no_finally -- an error leaves the hook behind
# expects: Remove the hooks whatever happens


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    rows = torch.arange(len(ids))
    module = memory(net, layer)
    seen = []
    with evaluating(net):
        handle = module.register_forward_hook(
            lambda m, given, x: seen.append(x[rows, places])
        )
        with torch.no_grad():
            net(ids)
        handle.remove()
        v0 = seen[0].mean(0)
        norm = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(m, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        adam = torch.optim.Adam([d], lr=lr * float(norm) / math.sqrt(len(v0)))
        handle = module.register_forward_hook(add)
        for _ in range(n_steps):
            loss = F.cross_entropy(
                net(ids)[0].flatten(0, 1),
                targets.flatten(),
                ignore_index=IGNORE,
            )
            loss = loss + decay * d.square().sum() / norm**2
            (d.grad,) = torch.autograd.grad(loss, [d])
            adam.step()
            with torch.no_grad():
                d.mul_((clamp * norm / d.norm()).clamp(max=1))
        handle.remove()
    return (v0 + d).detach()


# %% right: adam_by_hand -- Adam written out, hooks at the feed-forward layer, lists of rows


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    module = net.blocks[layer].feed_forward
    where = torch.zeros(ids.shape, dtype=torch.bool)
    for b, t in enumerate(places.tolist()):
        where[b, t] = True
    seen = []
    handles = []
    try:
        with evaluating(net):
            handles.append(
                module.register_forward_hook(
                    lambda m, given, x: seen.append(x.detach()[where])
                )
            )
            net(ids)
            handles.pop().remove()
            v0 = seen[0].mean(dim=0)
            size = float(v0.norm())
            d = torch.zeros(len(v0))
            m, s = torch.zeros(len(v0)), torch.zeros(len(v0))
            for step in range(1, n_steps + 1):
                x = d.clone().requires_grad_()
                handles.append(
                    module.register_forward_hook(
                        lambda _, given, y, x=x: y + where[..., None] * x
                    )
                )
                log_p = net(ids)[0].log_softmax(-1)
                handles.pop().remove()
                real = targets != IGNORE
                loss = (
                    -log_p[real].gather(1, targets[real][:, None]).mean()
                    + decay * (x @ x) / size**2
                )
                (g,) = torch.autograd.grad(loss, x)
                m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g * g
                rate = lr * size / len(v0) ** 0.5
                d = d - rate * (m / (1 - 0.9**step)) / (
                    (s / (1 - 0.999**step)).sqrt() + 1e-8
                )
                if d.norm() > clamp * size:
                    d = d * (clamp * size / d.norm())
    finally:
        for h in handles:
            h.remove()
    return v0 + d


# %% right: frozen_for_a_while -- the weights are frozen during the search, and thawed in the end


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    rows = range(len(ids))
    flags = [p.requires_grad for p in net.parameters()]
    seen, box = [], []

    def hook(module, given, x):
        if not box:
            seen.append(
                torch.stack([x[b, places[b]] for b in rows]).mean(0).detach()
            )
            return None
        out = x.clone()
        for b in rows:
            out[b, places[b]] = x[b, places[b]] + box[0]
        return out

    handle = memory(net, layer).register_forward_hook(hook)
    try:
        for p in net.parameters():
            p.requires_grad_(False)
        with evaluating(net):
            net(ids)
            v0 = seen[0]
            limit = clamp * v0.norm()
            d = torch.nn.Parameter(torch.zeros(v0.shape))
            box.append(d)
            adam = torch.optim.Adam(
                [d], lr=float(lr * v0.norm()) / math.sqrt(v0.numel())
            )
            for _ in range(n_steps):
                adam.zero_grad()
                loss = F.cross_entropy(
                    net(ids)[0].transpose(1, 2), targets, ignore_index=IGNORE
                )
                (
                    loss + decay * (d.norm() / v0.norm()) ** 2
                    if d.any()
                    else loss
                ).backward()
                adam.step()
                if d.norm() > limit:
                    d.data *= limit / d.norm()
    finally:
        handle.remove()
        for p, flag in zip(net.parameters(), flags):
            p.requires_grad_(flag)
    return (v0 + d).detach()


# %% wrong: fresh_adam -- a new Adam in every step
# expects: make it once, before the loop


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    rows = torch.arange(len(ids))
    module = memory(net, layer)
    seen = []

    def look(m, given, x):
        seen.append(x[rows, places].detach())

    with evaluating(net):
        handle = module.register_forward_hook(look)
        try:
            with torch.no_grad():
                net(ids)
        finally:
            handle.remove()
        v0 = seen[0].mean(0)
        norm = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(m, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        adam = torch.optim.Adam([d], lr=lr * float(norm) / math.sqrt(len(v0)))
        handle = module.register_forward_hook(add)
        try:
            for _ in range(n_steps):
                adam = torch.optim.Adam(
                    [d], lr=lr * float(norm) / math.sqrt(len(v0))
                )
                logits = net(ids)[0]
                loss = F.cross_entropy(
                    logits.flatten(0, 1),
                    targets.flatten(),
                    ignore_index=IGNORE,
                )
                loss = loss + decay * d.square().sum() / norm**2
                (d.grad,) = torch.autograd.grad(loss, [d])
                adam.step()
                with torch.no_grad():
                    d.mul_((clamp * norm / d.norm()).clamp(max=1))
        finally:
            handle.remove()
    return (v0 + d).detach()


# %% wrong: clamps_v -- v0 + d is shortened, not d
# expects: v0 + d is shortened to that


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    rows = torch.arange(len(ids))
    module = memory(net, layer)
    seen = []

    def look(m, given, x):
        seen.append(x[rows, places].detach())

    with evaluating(net):
        handle = module.register_forward_hook(look)
        try:
            with torch.no_grad():
                net(ids)
        finally:
            handle.remove()
        v0 = seen[0].mean(0)
        norm = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(m, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        adam = torch.optim.Adam([d], lr=lr * float(norm) / math.sqrt(len(v0)))
        handle = module.register_forward_hook(add)
        try:
            for _ in range(n_steps):
                logits = net(ids)[0]
                loss = F.cross_entropy(
                    logits.flatten(0, 1),
                    targets.flatten(),
                    ignore_index=IGNORE,
                )
                loss = loss + decay * d.square().sum() / norm**2
                (d.grad,) = torch.autograd.grad(loss, [d])
                adam.step()
                with torch.no_grad():
                    d.copy_(
                        (v0 + d)
                        * (clamp * norm / (v0 + d).norm()).clamp(max=1)
                        - v0
                    )
        finally:
            handle.remove()
    return (v0 + d).detach()


# %% wrong: first_target -- only the first target of each row counts
# expects: Only the first target of each row counts


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    rows = torch.arange(len(ids))
    module = memory(net, layer)
    seen = []

    def look(m, given, x):
        seen.append(x[rows, places].detach())

    with evaluating(net):
        handle = module.register_forward_hook(look)
        try:
            with torch.no_grad():
                net(ids)
        finally:
            handle.remove()
        v0 = seen[0].mean(0)
        norm = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(m, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        adam = torch.optim.Adam([d], lr=lr * float(norm) / math.sqrt(len(v0)))
        handle = module.register_forward_hook(add)
        try:
            for _ in range(n_steps):
                logits = net(ids)[0]
                at = (targets != IGNORE).int().argmax(1)
                loss = F.cross_entropy(logits[rows, at], targets[rows, at])
                loss = loss + decay * d.square().sum() / norm**2
                (d.grad,) = torch.autograd.grad(loss, [d])
                adam.step()
                with torch.no_grad():
                    d.mul_((clamp * norm / d.norm()).clamp(max=1))
        finally:
            handle.remove()
    return (v0 + d).detach()


# %% wrong: shifted -- the logits are read one place further on
# expects: are compared with the target at t


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    rows = torch.arange(len(ids))
    module = memory(net, layer)
    seen = []

    def look(m, given, x):
        seen.append(x[rows, places].detach())

    with evaluating(net):
        handle = module.register_forward_hook(look)
        try:
            with torch.no_grad():
                net(ids)
        finally:
            handle.remove()
        v0 = seen[0].mean(0)
        norm = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(m, given, x):
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        adam = torch.optim.Adam([d], lr=lr * float(norm) / math.sqrt(len(v0)))
        handle = module.register_forward_hook(add)
        try:
            for _ in range(n_steps):
                logits = net(ids)[0]
                loss = F.cross_entropy(
                    logits[:, 1:].flatten(0, 1),
                    targets[:, :-1].flatten(),
                    ignore_index=IGNORE,
                )
                loss = loss + decay * d.square().sum() / norm**2
                (d.grad,) = torch.autograd.grad(loss, [d])
                adam.step()
                with torch.no_grad():
                    d.mul_((clamp * norm / d.norm()).clamp(max=1))
        finally:
            handle.remove()
    return (v0 + d).detach()


# %% right: one_hook -- one hook for all, v0 is noted in the first step


def target_value(
    net, layer, ids, places, targets, n_steps=25, lr=0.2, decay=0.02, clamp=4.0
):
    B = torch.arange(ids.shape[0])
    box = {}

    def hook(module, given, x):
        here = x[B, places]
        if "v0" not in box:
            box["v0"] = here.detach().mean(dim=0)
            box["d"] = torch.zeros_like(box["v0"]).requires_grad_(True)
        return x.index_put((B, places), here + box["d"])

    handle = memory(net, layer).register_forward_hook(hook)
    try:
        with evaluating(net):
            optimizer = None
            for _ in range(max(1, n_steps)):
                z = net(ids)[0]
                v0, d = box["v0"], box["d"]
                size = torch.linalg.vector_norm(v0)
                if n_steps == 0:
                    break
                if optimizer is None:
                    optimizer = torch.optim.Adam(
                        [d], lr=float(lr * size / v0.numel() ** 0.5)
                    )
                loss = F.cross_entropy(
                    z.permute(0, 2, 1), targets, ignore_index=IGNORE
                )
                loss = loss + decay * (d @ d) / (v0 @ v0)
                d.grad = torch.autograd.grad(loss, [d])[0]
                optimizer.step()
                with torch.no_grad():
                    if d.norm() > clamp * size:
                        d *= clamp * size / d.norm()
    finally:
        handle.remove()
    return box["v0"] + box["d"].detach()


# %% wrong: stays_training -- the network runs in the mode that it has
# expects: the network ran in training mode
def target_value(
    net: Transformer,
    layer: int,
    ids: Tensor,
    places: Tensor,
    targets: Tensor,
    n_steps: int = 25,
    lr: float = 0.2,
    decay: float = 0.02,
    clamp: float = 4.0,
) -> Tensor:
    down = memory(net, layer)
    rows = torch.arange(len(ids))
    found: list[Tensor] = []

    def look(module: nn.Module, given: Any, x: Tensor) -> None:
        found.append(x[rows, places])

    with ExitStack() as hooks:
        with torch.no_grad():
            handle = down.register_forward_hook(look)
            net(ids)
            handle.remove()
        v0 = found[0].mean(0)
        size = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module: nn.Module, given: Any, x: Tensor) -> Tensor:
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        rate = lr * float(size) / len(v0) ** 0.5
        optimizer = torch.optim.Adam([d], lr=rate)
        for _ in range(n_steps):
            logits = net(ids)[0].flatten(0, 1)
            loss = F.cross_entropy(
                logits, targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            # Not backward(): that would leave gradients in all weights.
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                d.mul_((clamp * size / d.norm()).clamp(max=1))
    return v0 + d.detach()
