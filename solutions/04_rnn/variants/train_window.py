# %% wrong: no_detach -- the state keeps its gradient
# expects: sends a gradient into window 1
def train_window(net, rows, state):
    logits, state = net(rows[:, :-1], state)
    loss = F.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
    )
    loss.backward(retain_graph=True)
    return loss.item(), state


# %% wrong: zeros -- begins each window anew
# expects: carry its values
def train_window(net, rows, state):
    logits, _ = net(rows[:, :-1], state)
    loss = F.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
    )
    loss.backward()
    return loss.item(), net.initial_state(len(rows))


# %% wrong: state_ignored -- the network starts from nothing
# expects: doesn't know window 1
def train_window(net, rows, state):
    logits, state = net(rows[:, :-1])
    loss = F.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
    )
    loss.backward()
    return loss.item(), detach(state)


# %% wrong: only_h -- c keeps its gradient
# expects: h and c
def train_window(net, rows, state):
    logits, state = net(rows[:, :-1], state)
    loss = F.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
    )
    loss.backward(retain_graph=True)
    if isinstance(state[0], tuple):
        return loss.item(), tuple((h.detach(), c) for h, c in state)
    return loss.item(), detach(state)


# %% wrong: bos_counts -- all targets
# expects: BOS count here
def train_window(net, rows, state):
    logits, state = net(rows[:, :-1], state)
    loss = F.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())
    loss.backward()
    return loss.item(), detach(state)


# %% wrong: divided_by_all -- BOS in the number
# expects: number of targets that count
def train_window(net, rows, state):
    logits, state = net(rows[:, :-1], state)
    targets = rows[:, 1:].flatten()
    loss = F.cross_entropy(
        logits.flatten(0, 1), targets, ignore_index=BOS, reduction="sum"
    )
    loss = loss / targets.numel()
    loss.backward()
    return loss.item(), detach(state)


# %% wrong: no_backward -- computes the loss only
# expects: backward() is missing
def train_window(net, rows, state):
    logits, state = net(rows[:, :-1], state)
    loss = F.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
    )
    return loss.item(), detach(state)


# %% wrong: zeroes_gradients -- somebody else's job
# expects: adds its gradient to the first
def train_window(net, rows, state):
    net.zero_grad()
    logits, state = net(rows[:, :-1], state)
    loss = F.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
    )
    loss.backward()
    return loss.item(), detach(state)


# %% wrong: last_token_read -- the state has read the last column, too
# expects: not the one behind the window
def train_window(net, rows, state):
    logits, state = net(rows, state)
    logits = logits[:, :-1]
    loss = F.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
    )
    loss.backward()
    return loss.item(), detach(state)


# %% wrong: a_tensor -- the loss keeps its graph
# expects: a Python number
def train_window(net, rows, state):
    logits, state = net(rows[:, :-1], state)
    loss = F.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
    )
    loss.backward()
    return loss, detach(state)


# %% wrong: mean_of_means -- mean of each text's mean, not of all targets
# expects: mean of the texts' means
def train_window(net, rows, state):
    z, state = net(rows[:, :-1], state)
    cost = -z.log_softmax(-1).gather(2, rows[:, 1:, None])[..., 0]
    counts = rows[:, 1:] != BOS
    loss = ((cost * counts).sum(1) / counts.sum(1)).mean()
    loss.backward()
    return loss.item(), detach(state)


# %% wrong: marks_rows -- writes -100 into the given rows
# expects: train_window
def train_window(net, rows, state):
    z, state = net(rows[:, :-1], state)
    targets = rows[:, 1:]
    targets[targets == BOS] = -100
    loss = F.cross_entropy(z.flatten(0, 1), targets.flatten())
    loss.backward()
    return loss.item(), detach(state)


# %% wrong: evaluation -- without dropout
# expects: Dropout was off
def train_window(net, rows, state):
    with evaluating(net):
        logits, state = net(rows[:, :-1], state)
        loss = F.cross_entropy(
            logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
        )
        loss.backward()
    return loss.item(), detach(state)


# %% wrong: bos_inputs -- leaves out the steps that read BOS
# expects: leave out those whose target is BOS
def train_window(net, rows, state):
    logits, state = net(rows[:, :-1], state)
    use = rows[:, :-1] != BOS
    loss = F.cross_entropy(logits[use], rows[:, 1:][use])
    loss.backward()
    return loss.item(), detach(state)


# %% right: by_hand -- log-probabilities that are picked
def train_window(net, rows, state):
    logits, state = net(rows[:, :-1], state)
    log_p = logits.log_softmax(-1).gather(2, rows[:, 1:, None])[..., 0]
    loss = -log_p[rows[:, 1:] != BOS].mean()
    loss.backward()
    return float(loss), detach(state)


# %% right: transposed -- cross_entropy with the classes second
def train_window(net, rows, state):
    given, asked = rows[:, :-1], rows[:, 1:]
    logits, behind = net(given, detach(state))
    loss = F.cross_entropy(logits.transpose(1, 2), asked, ignore_index=BOS)
    loss.backward()
    return loss.item(), detach(behind)


# %% right: own_detach -- a recursive function for the state
def train_window(net, rows, state):
    def cut(s):
        return (
            s.detach()
            if isinstance(s, Tensor)
            else tuple(cut(part) for part in s)
        )

    logits, state = net(rows[:, :-1], state)
    kept = rows[:, 1:] != BOS
    loss = F.cross_entropy(logits[kept], rows[:, 1:][kept])
    loss.backward()
    return loss.item(), cut(state)


# %% right: masked -- by logsumexp and a mask, own detach
def train_window(net, rows, state):
    def cut(s):
        if isinstance(s, Tensor):
            return s.detach().clone()
        return None if s is None else tuple(cut(part) for part in s)

    z, state = net(rows[:, :-1], cut(state))
    y = rows[:, 1:]
    keep = y.ne(BOS)
    z, y = z[keep], y[keep]
    loss = (
        torch.logsumexp(z, 1) - z[torch.arange(len(y)), y]
    ).sum() / keep.sum()
    loss.backward()
    return float(loss), cut(state)


# %% wrong: training_on -- switches the network to training first
# expects: leave it in the mode that it has


def train_window(net, rows, state):
    net.train()
    logits, state = net(rows[:, :-1], state)
    loss = F.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
    )
    loss.backward()
    return loss.item(), detach(state)


# %% right: picked -- log_softmax, and the targets that count by a mask


def train_window(net, rows, state):
    targets = rows[:, 1:]
    logits, after = net(rows[:, :-1], state)
    log_p = torch.log_softmax(logits, 2)
    surprise = -torch.gather(log_p, 2, targets[:, :, None]).squeeze(2)
    loss = surprise[targets != BOS].mean()
    loss.backward()

    def cut(s):
        return (
            s.detach()
            if torch.is_tensor(s)
            else tuple(cut(part) for part in s)
        )

    return float(loss), cut(after)


# %% wrong: clipped_inside -- clips the gradients, which somebody else does
# expects: Clip nothing here


def train_window(net, rows, state):
    logits, state = net(rows[:, :-1], state)
    loss = F.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
    )
    loss.backward()
    nn.utils.clip_grad_value_(net.parameters(), 1.0)
    return loss.item(), detach(state)


# %% wrong: for_an_lstm -- makes pairs of all states, as an LSTM has them
# expects: keeps its form


def train_window(net, rows, state):
    logits, state = net(rows[:, :-1], state)
    loss = F.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
    )
    loss.backward()
    return loss.item(), tuple(tuple(p.detach() for p in s) for s in state)
