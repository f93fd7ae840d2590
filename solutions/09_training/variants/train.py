import torch


# %% wrong: no_zero -- gradients of all steps add up
# expects: set the gradients to zero in each step
def train(run, batch):
    recipe, losses = run.recipe, []
    while run.step < recipe["n_steps"]:
        ids, targets = batch(run.step)
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            recipe["n_parts"],
        )
        clip_or_stop(
            loss, run.net.named_parameters(), recipe["clip"], run.step + 1
        )
        share = warmup_cosine(
            run.step, recipe["n_steps"], recipe["n_warmup"], recipe["floor"]
        )
        with torch.no_grad():
            for name, p in run.net.named_parameters():
                if p.grad is not None:
                    adamw_update(
                        p,
                        p.grad,
                        run.states[name],
                        recipe | {"lr": recipe["lr"] * share},
                    )
        run.step += 1
        losses.append(loss.item())
    return losses


# %% wrong: constant_rate -- the schedule is not used
# expects: The rate is the peak
def train(run, batch):
    recipe, losses = run.recipe, []
    while run.step < recipe["n_steps"]:
        ids, targets = batch(run.step)
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            recipe["n_parts"],
        )
        clip_or_stop(
            loss, run.net.named_parameters(), recipe["clip"], run.step + 1
        )
        with torch.no_grad():
            for name, p in run.net.named_parameters():
                if p.grad is not None:
                    adamw_update(p, p.grad, run.states[name], recipe)
        run.step += 1
        losses.append(loss.item())
    return losses


# %% wrong: for_loop -- starts at step 0 after a stop
# expects: takes no more
def train(run, batch):
    recipe, losses = run.recipe, []
    for step in range(recipe["n_steps"]):
        ids, targets = batch(step)
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            recipe["n_parts"],
        )
        clip_or_stop(
            loss, run.net.named_parameters(), recipe["clip"], step + 1
        )
        share = warmup_cosine(
            step, recipe["n_steps"], recipe["n_warmup"], recipe["floor"]
        )
        with torch.no_grad():
            for name, p in run.net.named_parameters():
                if p.grad is not None:
                    adamw_update(
                        p,
                        p.grad,
                        run.states[name],
                        recipe | {"lr": recipe["lr"] * share},
                    )
        run.step = step + 1
        losses.append(loss.item())
    return losses


# %% wrong: no_stop -- nobody looks at NaN
# expects: expected a FloatingPointError
def train(run, batch):
    recipe, losses = run.recipe, []
    while run.step < recipe["n_steps"]:
        ids, targets = batch(run.step)
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            recipe["n_parts"],
        )
        torch.nn.utils.clip_grad_norm_(run.net.parameters(), recipe["clip"])
        share = warmup_cosine(
            run.step, recipe["n_steps"], recipe["n_warmup"], recipe["floor"]
        )
        with torch.no_grad():
            for name, p in run.net.named_parameters():
                if p.grad is not None:
                    adamw_update(
                        p,
                        p.grad,
                        run.states[name],
                        recipe | {"lr": recipe["lr"] * share},
                    )
        run.step += 1
        losses.append(loss.item())
    return losses


# %% wrong: counts_from_zero -- the step in the message
# expects: counted from 1
def train(run, batch):
    recipe, losses = run.recipe, []
    while run.step < recipe["n_steps"]:
        ids, targets = batch(run.step)
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            recipe["n_parts"],
        )
        clip_or_stop(
            loss, run.net.named_parameters(), recipe["clip"], run.step
        )
        share = warmup_cosine(
            run.step, recipe["n_steps"], recipe["n_warmup"], recipe["floor"]
        )
        with torch.no_grad():
            for name, p in run.net.named_parameters():
                if p.grad is not None:
                    adamw_update(
                        p,
                        p.grad,
                        run.states[name],
                        recipe | {"lr": recipe["lr"] * share},
                    )
        run.step += 1
        losses.append(loss.item())
    return losses


# %% wrong: tensors -- the losses are tensors
# expects: loss.item()
def train(run, batch):
    recipe, losses = run.recipe, []
    while run.step < recipe["n_steps"]:
        ids, targets = batch(run.step)
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            recipe["n_parts"],
        )
        clip_or_stop(
            loss, run.net.named_parameters(), recipe["clip"], run.step + 1
        )
        share = warmup_cosine(
            run.step, recipe["n_steps"], recipe["n_warmup"], recipe["floor"]
        )
        with torch.no_grad():
            for name, p in run.net.named_parameters():
                if p.grad is not None:
                    adamw_update(
                        p,
                        p.grad,
                        run.states[name],
                        recipe | {"lr": recipe["lr"] * share},
                    )
        run.step += 1
        losses.append(loss)
    return losses


# %% wrong: one_part -- the batch is never cut into parts
# expects: 4 texts at a time
def train(run, batch):
    r, losses = run.recipe, []
    named = list(run.net.named_parameters())
    while run.step < r["n_steps"]:
        ids, targets = batch(run.step)
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y), ids, targets, 1
        )
        clip_or_stop(loss, named, r["clip"], run.step + 1)
        group = r | {
            "lr": r["lr"]
            * warmup_cosine(run.step, r["n_steps"], r["n_warmup"], r["floor"])
        }
        with torch.no_grad():
            for name, p in named:
                if p.grad is not None:
                    adamw_update(p, p.grad, run.states[name], group)
        run.step += 1
        losses.append(loss.item())
    return losses


# %% wrong: recipe_changed -- the rate is multiplied into the recipe itself
# expects: run.recipe was changed
def train(run, batch):
    r, losses = run.recipe, []
    named = list(run.net.named_parameters())
    peak = r["lr"]
    while run.step < r["n_steps"]:
        ids, targets = batch(run.step)
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            r["n_parts"],
        )
        clip_or_stop(loss, named, r["clip"], run.step + 1)
        r["lr"] = peak * warmup_cosine(
            run.step, r["n_steps"], r["n_warmup"], r["floor"]
        )
        with torch.no_grad():
            for name, p in named:
                if p.grad is not None:
                    adamw_update(p, p.grad, run.states[name], r)
        run.step += 1
        losses.append(loss.item())
    return losses


# %% wrong: first_batch -- batch(0) in every step
# expects: different ones
def train(run, batch):
    r, losses = run.recipe, []
    named = list(run.net.named_parameters())
    ids, targets = batch(0)
    while run.step < r["n_steps"]:
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            r["n_parts"],
        )
        clip_or_stop(loss, named, r["clip"], run.step + 1)
        group = r | {
            "lr": r["lr"]
            * warmup_cosine(run.step, r["n_steps"], r["n_warmup"], r["floor"])
        }
        with torch.no_grad():
            for name, p in named:
                if p.grad is not None:
                    adamw_update(p, p.grad, run.states[name], group)
        run.step += 1
        losses.append(loss.item())
    return losses


# %% wrong: next_share -- the share of the next step
# expects: that of the next step
def train(run, batch):
    r, losses = run.recipe, []
    named = list(run.net.named_parameters())
    while run.step < r["n_steps"]:
        ids, targets = batch(run.step)
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            r["n_parts"],
        )
        clip_or_stop(loss, named, r["clip"], run.step + 1)
        run.step += 1
        group = r | {
            "lr": r["lr"]
            * warmup_cosine(run.step, r["n_steps"], r["n_warmup"], r["floor"])
        }
        with torch.no_grad():
            for name, p in named:
                if p.grad is not None:
                    adamw_update(p, p.grad, run.states[name], group)
        losses.append(loss.item())
    return losses


# %% wrong: clip_fixed -- the limit is 1.0, whatever the recipe says
# expects: not clipped to `clip` of the recipe
def train(run, batch):
    r, losses = run.recipe, []
    named = list(run.net.named_parameters())
    while run.step < r["n_steps"]:
        ids, targets = batch(run.step)
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            r["n_parts"],
        )
        clip_or_stop(loss, named, 1.0, run.step + 1)
        group = r | {
            "lr": r["lr"]
            * warmup_cosine(run.step, r["n_steps"], r["n_warmup"], r["floor"])
        }
        with torch.no_grad():
            for name, p in named:
                if p.grad is not None:
                    adamw_update(p, p.grad, run.states[name], group)
        run.step += 1
        losses.append(loss.item())
    return losses


# %% wrong: no_decay_on_vectors -- the weights of norms are not decayed
# expects: Vectors are not decayed
def train(run, batch):
    r, losses = run.recipe, []
    named = list(run.net.named_parameters())
    while run.step < r["n_steps"]:
        ids, targets = batch(run.step)
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            r["n_parts"],
        )
        clip_or_stop(loss, named, r["clip"], run.step + 1)
        group = r | {
            "lr": r["lr"]
            * warmup_cosine(run.step, r["n_steps"], r["n_warmup"], r["floor"])
        }
        with torch.no_grad():
            for name, p in named:
                if p.grad is not None:
                    adamw_update(
                        p,
                        p.grad,
                        run.states[name],
                        group | ({"weight_decay": 0.0} if p.ndim < 2 else {}),
                    )
        run.step += 1
        losses.append(loss.item())
    return losses


# %% wrong: default_floor -- the floor of the recipe is not handed on
# expects: not that of the recipe
def train(run, batch):
    r, losses = run.recipe, []
    named = list(run.net.named_parameters())
    while run.step < r["n_steps"]:
        ids, targets = batch(run.step)
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            r["n_parts"],
        )
        clip_or_stop(loss, named, r["clip"], run.step + 1)
        group = r | {
            "lr": r["lr"]
            * warmup_cosine(run.step, r["n_steps"], r["n_warmup"])
        }
        with torch.no_grad():
            for name, p in named:
                if p.grad is not None:
                    adamw_update(p, p.grad, run.states[name], group)
        run.step += 1
        losses.append(loss.item())
    return losses


# %% wrong: zero_after -- gradients are set to zero after a step, not before
# expects: not after it
def train(run, batch):
    recipe, losses = run.recipe, []
    while run.step < recipe["n_steps"]:
        ids, targets = batch(run.step)
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            recipe["n_parts"],
        )
        named = list(run.net.named_parameters())
        clip_or_stop(loss, named, recipe["clip"], run.step + 1)
        share = warmup_cosine(
            run.step, recipe["n_steps"], recipe["n_warmup"], recipe["floor"]
        )
        group = recipe | {"lr": recipe["lr"] * share}
        with torch.no_grad():
            for name, p in named:
                if p.grad is not None:
                    adamw_update(p, p.grad, run.states[name], group)
        run.net.zero_grad()
        run.step += 1
        losses.append(loss.item())
    return losses


# %% right: helper -- one step as a function of its own
def one_step(run, batch):
    recipe, net = run.recipe, run.net
    for p in net.parameters():
        p.grad = None
    loss = accumulate(
        lambda x, y: cross_entropy(net(x)[0], y),
        *batch(run.step),
        recipe["n_parts"],
    )
    clip_or_stop(loss, net.named_parameters(), recipe["clip"], run.step + 1)
    group = dict(recipe)
    group["lr"] *= warmup_cosine(
        run.step, recipe["n_steps"], recipe["n_warmup"], recipe["floor"]
    )
    with torch.no_grad():
        for name, p in net.named_parameters():
            if p.grad is not None:
                adamw_update(p, p.grad, run.states[name], group)
    run.step = run.step + 1
    return float(loss)


def train(run, batch):
    return [
        one_step(run, batch) for _ in range(run.step, run.recipe["n_steps"])
    ]


# %% right: for_range -- from the step where the run is
def train(run, batch):
    r, found = run.recipe, []
    named = dict(run.net.named_parameters())
    for step in range(run.step, r["n_steps"]):
        run.net.zero_grad(set_to_none=True)
        ids, targets = batch(step)
        loss = accumulate(
            lambda a, b: cross_entropy(run.net(a)[0], b),
            ids,
            targets,
            r["n_parts"],
        )
        clip_or_stop(loss, named.items(), r["clip"], step + 1)
        rate = r["lr"] * warmup_cosine(
            step, r["n_steps"], r["n_warmup"], r["floor"]
        )
        settings = {
            "lr": rate,
            "betas": r["betas"],
            "eps": r["eps"],
            "weight_decay": r["weight_decay"],
        }
        with torch.no_grad():
            for name, p in named.items():
                if p.grad is None:
                    continue
                adamw_update(p, p.grad, run.states[name], settings)
        run.step = step + 1
        found.append(loss.item())
    return found


# %% right: nested -- functions inside, parameters with gradients collected
def train(run, batch):
    recipe = run.recipe
    losses = []

    @torch.no_grad()
    def move(share):
        group = {**recipe, "lr": share * recipe["lr"]}
        for name, p in [
            (n, p) for n, p in run.net.named_parameters() if p.grad is not None
        ]:
            adamw_update(p, p.grad, run.states[name], group)

    def costs(ids, targets):
        logits, _ = run.net(ids)
        return cross_entropy(logits, targets)

    while True:
        if run.step >= recipe["n_steps"]:
            return losses
        run.net.zero_grad()
        ids, targets = batch(run.step)
        loss = accumulate(costs, ids, targets, recipe["n_parts"])
        clip_or_stop(
            loss,
            list(run.net.named_parameters()),
            recipe["clip"],
            run.step + 1,
        )
        move(
            warmup_cosine(
                run.step,
                recipe["n_steps"],
                recipe["n_warmup"],
                recipe["floor"],
            )
        )
        run.step += 1
        losses.append(float(loss))


# %% wrong: recipe_left -- writes the rate into the recipe and leaves it there after an error
# expects: run.recipe is changed
def train(run, batch):
    r, losses, lr = run.recipe, [], run.recipe["lr"]
    while run.step < r["n_steps"]:
        ids, targets = batch(run.step)
        run.net.zero_grad()
        r["lr"] = lr * warmup_cosine(
            run.step, r["n_steps"], r["n_warmup"], r["floor"]
        )
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            r["n_parts"],
        )
        clip_or_stop(loss, run.net.named_parameters(), r["clip"], run.step + 1)
        with torch.no_grad():
            for name, p in run.net.named_parameters():
                if p.grad is not None:
                    adamw_update(p, p.grad, run.states[name], r)
        run.step += 1
        losses.append(loss.item())
    r["lr"] = lr
    return losses


# %% wrong: counted_early -- counts the step before the gradients are looked at
# expects: run.step is
def train(run, batch):
    r, losses = run.recipe, []
    for s in range(run.step, r["n_steps"]):
        ids, targets = batch(s)
        run.net.zero_grad()
        loss = accumulate(
            lambda x, y: cross_entropy(run.net(x)[0], y),
            ids,
            targets,
            r["n_parts"],
        )
        run.step = s + 1 if loss.isfinite() else s
        clip_or_stop(loss, run.net.named_parameters(), r["clip"], s + 1)
        group = r | {
            "lr": r["lr"]
            * warmup_cosine(s, r["n_steps"], r["n_warmup"], r["floor"])
        }
        with torch.no_grad():
            for name, p in run.net.named_parameters():
                if p.grad is not None:
                    adamw_update(p, p.grad, run.states[name], group)
        losses.append(loss.item())
    return losses
