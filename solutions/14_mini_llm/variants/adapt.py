import torch

NAMES = ["qkv", "out", "up", "down"]


def _adapt(
    net,
    batch,
    n_steps,
    r,
    lr,
    seed,
    names=NAMES,
    alpha=2,
    shift=1,
    zero=True,
    merge=True,
    train=True,
    everything=False,
    decay=0.0,
    first=0,
):
    """The solution, with knobs for mistakes."""
    lora(net, names, r, alpha * r, torch.Generator().manual_seed(seed))
    if everything:
        net.requires_grad_(True)
    trained = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=lr, weight_decay=decay)
    losses = []
    for step in range(first, n_steps + first):
        rows = batch(step)
        loss = cross_entropy(
            net(rows[:, :-1])[0], rows[:, shift:] if shift else rows[:, :-1]
        )
        if zero:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if merge:
        merged(net)
    if train:
        net.requires_grad_(True)
    net.eval()
    return losses


# %% wrong: copies -- the ids themselves are the targets
# expects: the ids themselves were the targets
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    return _adapt(net, batch, n_steps, r, lr, seed, shift=0)


# %% wrong: all_weights -- all weights are trained
# expects: has changed
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    return _adapt(net, batch, n_steps, r, lr, seed, everything=True)


# %% wrong: not_merged -- the updates stay beside the layers
# expects: call merged(net)
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    return _adapt(net, batch, n_steps, r, lr, seed, merge=False)


# %% wrong: stays_frozen -- the weights stay frozen
# expects: is still frozen
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    return _adapt(net, batch, n_steps, r, lr, seed, train=False)


# %% wrong: gradients_add_up -- gradients are never set to zero
# expects: gradients add up
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    return _adapt(net, batch, n_steps, r, lr, seed, zero=False)


# %% wrong: own_seed -- the generator has a seed of its own
# expects: another seed gave the same losses
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    return _adapt(net, batch, n_steps, r, lr, 0)


# %% wrong: double_rank -- twice the rank
# expects: it has at most
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    return _adapt(net, batch, n_steps, 2 * r, lr, seed)


# %% wrong: from_one -- steps are counted from 1
# expects: expected batch(0) to batch(3)
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    return _adapt(net, batch, n_steps, r, lr, seed, first=1)


# %% wrong: attention_only -- only qkv and out are adapted
# expects: has not changed
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    return _adapt(net, batch, n_steps, r, lr, seed, names=["qkv", "out"])


# %% wrong: no_steps -- the rate is 0
# expects: has the rate 0
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    return _adapt(net, batch, n_steps, r, 0.0, seed)


# %% wrong: tensors -- losses are tensors
# expects: expected a list of floats
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    return [torch.tensor(x) for x in _adapt(net, batch, n_steps, r, lr, seed)]


# %% wrong: decay -- weight decay of AdamW's default
# expects: has the weight decay 0.01
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    lora(
        net,
        ["qkv", "out", "up", "down"],
        r,
        2 * r,
        torch.Generator().manual_seed(seed),
    )
    opt = torch.optim.AdamW(
        [p for p in net.parameters() if p.requires_grad], lr=lr
    )
    losses = []
    for step in range(n_steps):
        rows = batch(step)
        loss = cross_entropy(net(rows[:, :-1])[0], rows[:, 1:])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    merged(net)
    net.requires_grad_(True)
    net.eval()
    return losses


# %% wrong: alpha_r -- alpha is r
# expects: alpha is 2 * r
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    lora(
        net,
        ["qkv", "out", "up", "down"],
        r,
        r,
        torch.Generator().manual_seed(seed),
    )
    opt = torch.optim.AdamW(
        [p for p in net.parameters() if p.requires_grad],
        lr=lr,
        weight_decay=0.0,
    )
    losses = []
    for step in range(n_steps):
        rows = batch(step)
        loss = cross_entropy(net(rows[:, :-1])[0], rows[:, 1:])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    merged(net)
    net.requires_grad_(True)
    net.eval()
    return losses


# %% wrong: fixed_lr -- the rate is always 0.01
# expects: expected lr = 0.03
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    lora(
        net,
        ["qkv", "out", "up", "down"],
        r,
        2 * r,
        torch.Generator().manual_seed(seed),
    )
    opt = torch.optim.AdamW(
        [p for p in net.parameters() if p.requires_grad],
        lr=1e-2,
        weight_decay=0.0,
    )
    losses = []
    for step in range(n_steps):
        rows = batch(step)
        loss = cross_entropy(net(rows[:, :-1])[0], rows[:, 1:])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    merged(net)
    net.requires_grad_(True)
    net.eval()
    return losses


# %% wrong: sgd -- SGD
# expects: the optimizer is SGD, expected AdamW
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    lora(
        net,
        ["qkv", "out", "up", "down"],
        r,
        2 * r,
        torch.Generator().manual_seed(seed),
    )
    opt = torch.optim.SGD(
        [p for p in net.parameters() if p.requires_grad],
        lr=lr,
        weight_decay=0.0,
    )
    losses = []
    for step in range(n_steps):
        rows = batch(step)
        loss = cross_entropy(net(rows[:, :-1])[0], rows[:, 1:])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    merged(net)
    net.requires_grad_(True)
    net.eval()
    return losses


# %% right: grad_none -- gradients are set to None by hand
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    generator = torch.Generator()
    generator.manual_seed(seed)
    lora(
        net, ["qkv", "out", "up", "down"], r, alpha=2 * r, generator=generator
    )
    parameters = list(filter(lambda p: p.requires_grad, net.parameters()))
    adam = torch.optim.AdamW(parameters, lr, weight_decay=0)
    found = []
    for i in range(n_steps):
        rows = batch(i)
        logits, _ = net(rows[:, :-1])
        loss = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), rows[:, 1:].flatten()
        )
        loss.backward()
        adam.step()
        for p in parameters:
            p.grad = None
        found.append(float(loss.detach()))
    merged(net)
    for p in net.parameters():
        p.requires_grad = True
    return net.eval() and found


# %% right: adam -- Adam without decay
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    lora(net, NAMES, r, 2 * r, torch.Generator().manual_seed(seed))
    optimizer = torch.optim.Adam(
        [p for p in net.parameters() if p.requires_grad], lr=lr
    )
    losses = []
    for rows in map(batch, range(n_steps)):
        optimizer.zero_grad(set_to_none=True)
        log_p = net(rows[:, :-1])[0].log_softmax(-1)
        loss = -log_p.gather(-1, rows[:, 1:, None]).mean()
        loss.backward()
        optimizer.step()
        losses += [loss.item()]
    merged(net)
    net.train(False)
    net.requires_grad_()
    return losses


# %% right: knobs -- as the solution, with a helper
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    return _adapt(net, batch, n_steps, r, lr, seed)


# %% wrong: also_frozen -- the optimizer gets all parameters
# expects: frozen parameters: give it only what is trained
def adapt(net, batch, n_steps, r=4, lr=1e-2, seed=0):
    lora(
        net,
        ["qkv", "out", "up", "down"],
        r,
        2 * r,
        torch.Generator().manual_seed(seed),
    )
    optimizer = torch.optim.AdamW(net.parameters(), lr=lr, weight_decay=0.0)
    losses = []
    for step in range(n_steps):
        rows = batch(step)
        loss = cross_entropy(net(rows[:, :-1])[0], rows[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    merged(net)
    net.requires_grad_(True)
    net.eval()
    return losses
