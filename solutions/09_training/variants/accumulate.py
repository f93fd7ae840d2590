# %% wrong: mean_of_means -- every part weighs the same
# expects: mean of the means
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    total = torch.zeros(())
    for x, y in zip(ids.chunk(n_parts), targets.chunk(n_parts)):
        loss = loss_of(x, y) / n_parts
        loss.backward()
        total = total + loss.detach()
    return total


# %% wrong: sum_of_means -- nothing is divided
# expects: sum of the means
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    total = torch.zeros(())
    for x, y in zip(ids.chunk(n_parts), targets.chunk(n_parts)):
        loss = loss_of(x, y)
        loss.backward()
        total = total + loss.detach()
    return total


# %% wrong: divided_twice -- by the targets and by the parts
# expects: number of parts on top
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    n, total = (targets != IGNORE).sum().clamp(min=1), torch.zeros(())
    for x, y in zip(ids.chunk(n_parts), targets.chunk(n_parts)):
        loss = loss_of(x, y) * (y != IGNORE).sum() / n / n_parts
        loss.backward()
        total = total + loss.detach()
    return total


# %% wrong: all_positions -- divides by ignored ones too
# expects: not by all 6
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    total = torch.zeros(())
    for x, y in zip(ids.chunk(n_parts), targets.chunk(n_parts)):
        loss = loss_of(x, y) * (y != IGNORE).sum() / targets.numel()
        loss.backward()
        total = total + loss.detach()
    return total


# %% wrong: right_loss_wrong_gradient -- weighs the loss after backward
# expects: the loss is right, and its gradient is not
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    n, total = (targets != IGNORE).sum().clamp(min=1), torch.zeros(())
    for x, y in zip(ids.chunk(n_parts), targets.chunk(n_parts)):
        loss = loss_of(x, y)
        loss.backward()
        total = total + loss.detach() * (y != IGNORE).sum() / n
    return total


# %% wrong: backward_at_the_end -- keeps all graphs
# expects: all graphs are in memory at once
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    n, total = (targets != IGNORE).sum().clamp(min=1), torch.zeros(())
    for x, y in zip(ids.chunk(n_parts), targets.chunk(n_parts)):
        total = total + loss_of(x, y) * (y != IGNORE).sum() / n
    total.backward()
    return total.detach()


# %% wrong: whole_batch -- does not cut anything
# expects: loss_of is to be called 4 times
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    loss = loss_of(ids, targets)
    loss.backward()
    return loss.detach()


# %% wrong: with_a_graph -- returns the sum of losses with their graph
# expects: has a graph
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    n, total = (targets != IGNORE).sum().clamp(min=1), torch.zeros(())
    for x, y in zip(ids.chunk(n_parts), targets.chunk(n_parts)):
        loss = loss_of(x, y) * (y != IGNORE).sum() / n
        loss.backward()
        total = total + loss
    return total


# %% wrong: accepts_all_parts -- chunk makes fewer parts
# expects: expected a ValueError
def accumulate(loss_of, ids, targets, n_parts):
    n, total = (targets != IGNORE).sum().clamp(min=1), torch.zeros(())
    for x, y in zip(
        ids.chunk(max(1, n_parts)), targets.chunk(max(1, n_parts))
    ):
        loss = loss_of(x, y) * (y != IGNORE).sum() / n
        loss.backward()
        total = total + loss.detach()
    return total


# %% wrong: nan_of_nothing -- 0 / 0 where nothing counts
# expects: where nothing counts
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    n, total = (targets != IGNORE).sum(), torch.zeros(())
    for x, y in zip(ids.chunk(n_parts), targets.chunk(n_parts)):
        loss = loss_of(x, y) * (y != IGNORE).sum() / n
        loss.backward()
        total = total + loss.detach()
    return total


# %% wrong: strided -- every n-th text makes a part
# expects: not the texts in their order
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    n, total = (targets != IGNORE).sum().clamp(min=1), torch.zeros(())
    for k in range(n_parts):
        x, y = ids[k::n_parts], targets[k::n_parts]
        loss = loss_of(x, y) * (y != IGNORE).sum() / n
        loss.backward()
        total = total + loss.detach()
    return total


# %% wrong: no_backward -- computes the loss alone
# expects: no gradient arrived
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    n, total = (targets != IGNORE).sum().clamp(min=1), torch.zeros(())
    for x, y in zip(ids.chunk(n_parts), targets.chunk(n_parts)):
        total = total + loss_of(x, y).detach() * (y != IGNORE).sum() / n
    return total


# %% wrong: retained -- retain_graph keeps what a part has stored
# expects: unless retain_graph is set
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError("does not fit")
    n, size = max(1, int((targets != IGNORE).sum())), len(ids) // n_parts
    losses = []
    for x, y in zip(ids.split(size), targets.split(size)):
        loss = loss_of(x, y) * ((y != IGNORE).sum() / n)
        loss.backward(retain_graph=True)
        losses.append(loss)
    return sum(losses).detach()


# %% wrong: late_error -- the error comes after the parts have been worked through
# expects: look at n_parts first
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1:
        raise ValueError("does not fit")
    n, size = (
        max(1, int((targets != IGNORE).sum())),
        max(1, len(ids) // n_parts),
    )
    total, done = torch.zeros(()), 0
    for x, y in zip(ids.split(size), targets.split(size)):
        loss = loss_of(x, y) * ((y != IGNORE).sum() / n)
        loss.backward()
        total, done = total + loss.detach(), done + 1
    if done != n_parts or len(ids) % n_parts:
        raise ValueError("does not fit")
    return total


# %% wrong: above_zero -- targets above 0 are counted
# expects: 0 is an id like all others
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError("does not fit")
    n, size = max(1, int((targets > 0).sum())), len(ids) // n_parts
    total = torch.zeros(())
    for x, y in zip(ids.split(size), targets.split(size)):
        loss = loss_of(x, y) * ((y > 0).sum() / n)
        loss.backward()
        total = total + loss.detach()
    return total


# %% wrong: at_least_n_parts -- the number of targets is at least that of the parts
# expects: with a single target
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError("does not fit")
    n, size = max(n_parts, int((targets != IGNORE).sum())), len(ids) // n_parts
    total = torch.zeros(())
    for x, y in zip(ids.split(size), targets.split(size)):
        loss = loss_of(x, y) * ((y != IGNORE).sum() / n)
        loss.backward()
        total = total + loss.detach()
    return total


# %% wrong: last_part -- returns the loss of the last part
# expects: the last part alone
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    size = len(ids) // n_parts
    n = (targets != IGNORE).sum().clamp(min=1)
    for x, y in zip(ids.split(size), targets.split(size)):
        loss = loss_of(x, y) * (y != IGNORE).sum() / n
        loss.backward()
    return loss.detach()


# %% wrong: stops_early -- stops at a part without targets
# expects: the first of which has no target
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts:
        raise ValueError
    size, total = len(ids) // n_parts, torch.zeros(())
    n = (targets != IGNORE).sum().clamp(min=1)
    for x, y in zip(ids.split(size), targets.split(size)):
        if not (y != IGNORE).any():
            break
        loss = loss_of(x, y) * (y != IGNORE).sum() / n
        loss.backward()
        total = total + loss.detach()
    return total


# %% right: rows -- slices, sums of Python numbers
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts < 1 or len(ids) % n_parts != 0:
        raise ValueError(f"{len(ids)} texts, {n_parts} parts")
    size, n = len(ids) // n_parts, int((targets != IGNORE).sum()) or 1
    losses = []
    for start in range(0, len(ids), size):
        rows = slice(start, start + size)
        loss = loss_of(ids[rows], targets[rows]) * (
            int((targets[rows] != IGNORE).sum()) / n
        )
        loss.backward()
        losses.append(loss.detach())
    return torch.stack(losses).sum()


# %% right: weighted_gradient -- gives backward the weight
def accumulate(loss_of, ids, targets, n_parts):
    if n_parts <= 0 or len(ids) % n_parts:
        raise ValueError("parts")
    counts = [(y != IGNORE).sum() for y in targets.chunk(n_parts)]
    n = sum(counts).clamp(min=1)
    total = 0
    for x, y, count in zip(ids.chunk(n_parts), targets.chunk(n_parts), counts):
        loss = loss_of(x, y)
        loss.backward(gradient=(count / n).to(loss.dtype))
        total = total + loss.detach() * count / n
    return total


# %% right: skips_empty_parts -- view, and a part without targets times 0
def accumulate(loss_of, ids, targets, n_parts):
    B, T = ids.shape
    if not (1 <= n_parts <= B and B % n_parts == 0):
        raise ValueError(f"{n_parts} parts of {B}")
    n = max(1, (targets != IGNORE).sum().item())
    total = None
    for x, y in zip(
        ids.reshape(n_parts, -1, T), targets.reshape(n_parts, -1, T)
    ):
        share = (y != IGNORE).sum().item() / n
        part = share * loss_of(x, y)
        part.backward()
        total = part.detach() if total is None else total + part.detach()
    return total
