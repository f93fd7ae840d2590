# %% wrong: fresh_state -- each window from zeros
# expects: state of zeros
@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids, EOS])
    found = []
    with evaluating(net):
        for start in range(0, len(stream) - 1, window):
            piece = stream[start : start + window + 1]
            logits, _ = net(piece[None, :-1], net.initial_state(1))
            logits[..., BOS] = -torch.inf
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy() / np.log(2)


# %% wrong: no_end -- EOS is not predicted
# expects: EOS is one of them
@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids])
    state, found = net.initial_state(1), []
    with evaluating(net):
        for start in range(0, len(stream) - 1, window):
            piece = stream[start : start + window + 1]
            logits, state = net(piece[None, :-1], state)
            logits[..., BOS] = -torch.inf
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy() / np.log(2)


# %% wrong: nats -- natural logarithms
# expects: These are nats
@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids, EOS])
    state, found = net.initial_state(1), []
    with evaluating(net):
        for start in range(0, len(stream) - 1, window):
            piece = stream[start : start + window + 1]
            logits, state = net(piece[None, :-1], state)
            logits[..., BOS] = -torch.inf
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy()


# %% wrong: surprise -- the sign turned round
# expects: sign is wrong
@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids, EOS])
    state, found = net.initial_state(1), []
    with evaluating(net):
        for start in range(0, len(stream) - 1, window):
            piece = stream[start : start + window + 1]
            logits, state = net(piece[None, :-1], state)
            logits[..., BOS] = -torch.inf
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return -torch.cat(found).double().numpy() / np.log(2)


# %% wrong: bos_has_probability -- its logit stays
# expects: BOS has a probability
@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids, EOS])
    state, found = net.initial_state(1), []
    with evaluating(net):
        for start in range(0, len(stream) - 1, window):
            piece = stream[start : start + window + 1]
            logits, state = net(piece[None, :-1], state)
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy() / np.log(2)


# %% wrong: dropout_on -- in whatever mode it is
# expects: dropout is still on
@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids, EOS])
    state, found = net.initial_state(1), []
    for start in range(0, len(stream) - 1, window):
        piece = stream[start : start + window + 1]
        logits, state = net(piece[None, :-1], state)
        logits[..., BOS] = -torch.inf
        log_p = logits[0].log_softmax(dim=-1)
        found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy() / np.log(2)


# %% wrong: stays_in_evaluation -- does not switch back
# expects: now in evaluation mode
@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids, EOS])
    state, found = net.initial_state(1), []
    net.eval()
    for start in range(0, len(stream) - 1, window):
        piece = stream[start : start + window + 1]
        logits, state = net(piece[None, :-1], state)
        logits[..., BOS] = -torch.inf
        log_p = logits[0].log_softmax(dim=-1)
        found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy() / np.log(2)


# %% wrong: overlapping -- windows repeat a token
# expects: log2_probs
@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids, EOS])
    state, found = net.initial_state(1), []
    with evaluating(net):
        for start in range(0, len(stream), window):
            piece = stream[start : start + window]
            logits, state = net(piece[None, :-1], state)
            logits[..., BOS] = -torch.inf
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy() / np.log(2)


# %% wrong: rest_left_out -- only full windows
# expects: log2_probs
@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids, EOS])
    state, found = net.initial_state(1), [torch.zeros(0)]
    with evaluating(net):
        for start in range(0, len(stream) - window, window):
            piece = stream[start : start + window + 1]
            logits, state = net(piece[None, :-1], state)
            logits[..., BOS] = -torch.inf
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy() / np.log(2)


# %% wrong: single_precision -- an array of float32
# expects: array of float64
@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids, EOS])
    state, found = net.initial_state(1), []
    with evaluating(net):
        for start in range(0, len(stream) - 1, window):
            piece = stream[start : start + window + 1]
            logits, state = net(piece[None, :-1], state)
            logits[..., BOS] = -torch.inf
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).numpy() / np.float32(np.log(2))


# %% wrong: always_train -- leaves the network in training mode
# expects: now in training mode
@torch.no_grad()
def log2_probs(net, ids, window):
    net.eval()
    stream = torch.tensor([BOS, *ids, EOS])
    state, out = net.initial_state(1), []
    for s in range(0, len(stream) - 1, window):
        piece = stream[s : s + window + 1]
        z, state = net(piece[None, :-1], state)
        z[..., BOS] = -torch.inf
        out.append(z[0].log_softmax(-1).gather(1, piece[1:, None])[:, 0])
    net.train()
    return (torch.cat(out).double() / np.log(2)).numpy()


# %% wrong: rereads -- reads the text from its beginning for each window
# expects: read
@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids, EOS])
    out = []
    with evaluating(net):
        for s in range(0, len(stream) - 1, window):
            end = min(s + window, len(stream) - 1)
            z, _ = net(stream[None, :end], net.initial_state(1))
            z = z[0, s:end]
            z[..., BOS] = -torch.inf
            out.append(
                z.log_softmax(-1).gather(1, stream[s + 1 : end + 1, None])[
                    :, 0
                ]
            )
    return (torch.cat(out).double() / np.log(2)).numpy()


# %% wrong: bos_each_window -- BOS in front of each window
# expects: Each window begins with BOS
@torch.no_grad()
def log2_probs(net, ids, window):
    stream, state, found = [*ids, EOS], net.initial_state(1), []
    with evaluating(net):
        for start in range(0, len(stream), window):
            piece = torch.tensor([BOS, *stream[start : start + window]])
            logits, state = net(piece[None, :-1], state)
            logits[..., BOS] = -torch.inf
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy() / np.log(2)


# %% right: inputs_and_targets -- two rows that are split
@torch.no_grad()
def log2_probs(net, ids, window):
    given, asked = torch.tensor([BOS, *ids]), torch.tensor([*ids, EOS])
    state, scores = net.initial_state(1), []
    with evaluating(net):
        for x, y in zip(given.split(window), asked.split(window)):
            z, state = net(x[None], state)
            z = z[0].index_fill(1, torch.tensor([BOS]), -torch.inf)
            scores += [-F.cross_entropy(z, y, reduction="none")]
    return (torch.cat(scores) / np.log(2)).to(torch.float64).numpy()


# %% right: token_by_token -- slow, whatever the window
@torch.no_grad()
def log2_probs(net, ids, window):
    stream, state, scores = (
        [BOS, *map(int, ids), EOS],
        net.initial_state(1),
        [],
    )
    with evaluating(net):
        for t in range(len(stream) - 1):
            z, state = net(torch.tensor([[stream[t]]]), state)
            z[0, 0, BOS] = -torch.inf
            scores.append(
                z[0, 0].double().log_softmax(0)[stream[t + 1]].item()
            )
    return np.array(scores) / np.log(2)


# %% right: without_initial_state -- None stands for it
@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.from_numpy(
        np.concatenate([[BOS], ids, [EOS]]).astype(np.int64)
    )
    out, state, n = np.zeros(len(stream) - 1), None, len(stream) - 1
    with evaluating(net):
        for a in range(0, n, window):
            e = min(n, a + window)
            z, state = net(stream[None, a:e], state)
            z = z.double()
            z[:, :, BOS] = float("-inf")
            p = z.softmax(-1)[0, torch.arange(e - a), stream[a + 1 : e + 1]]
            out[a:e] = np.log2(p.numpy())
    return out


# %% right: one_by_one -- a token at a time whatever the window
@torch.no_grad()
def log2_probs(net, ids, window):
    state, last, out = net.initial_state(1), BOS, []
    with evaluating(net):
        for y in [*ids.tolist(), EOS]:
            z, state = net(torch.tensor([[last]]), state)
            z = z[0, 0].double()
            z[BOS] = -torch.inf
            out.append(float(torch.log2(torch.softmax(z, 0)[y])))
            last = y
    return np.array(out)


# %% wrong: exponentials -- the softmax as a quotient of exponentials
# expects: exp(3000) is infinite


@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *[int(i) for i in ids], EOS])
    state, found = net.initial_state(1), []
    with evaluating(net):
        for start in range(0, len(stream) - 1, window):
            piece = stream[start : start + window + 1]
            logits, state = net(piece[None, :-1], state)
            p = torch.exp(logits[0].double())
            p[:, BOS] = 0
            p = p / p.sum(1, keepdim=True)
            found.append(
                torch.log2(p[torch.arange(len(piece) - 1), piece[1:]])
            )
    return torch.cat(found).numpy()


# %% right: one_by_one_too -- one token in a call, whatever the window


@torch.no_grad()
def log2_probs(net, ids, window):
    out, token, state = [], BOS, net.initial_state(1)
    with evaluating(net):
        for target in [*np.asarray(ids).tolist(), EOS]:
            logits, state = net(torch.tensor([[token]]), state)
            row = logits[0, 0].double()
            row[BOS] = -torch.inf
            out.append(
                (row[target] - torch.logsumexp(row, 0)).item() / np.log(2)
            )
            token = target
    return np.array(out)


# %% wrong: gradients_stay_off -- switches gradients off, and never on again
# expects: are off after it
def log2_probs(net, ids, window):
    torch.set_grad_enabled(False)
    stream = torch.tensor([BOS, *ids, EOS])
    state, found = net.initial_state(1), []
    with evaluating(net):
        for start in range(0, len(stream) - 1, window):
            piece = stream[start : start + window + 1]
            logits, state = net(piece[None, :-1], state)
            logits[..., BOS] = -torch.inf
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy() / np.log(2)


# %% wrong: minus_1000 -- a number for minus infinity
# expects: a number such as -1000 is above all others


@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids, EOS])
    state, found = net.initial_state(1), []
    with evaluating(net):
        for start in range(0, len(stream) - 1, window):
            piece = stream[start : start + window + 1]
            logits, state = net(piece[None, :-1], state)
            logits[..., BOS] = -1000.0
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy() / np.log(2)


# %% wrong: windows_of_ids -- as many windows as the ids need, without EOS
# expects: count the windows up to T + 1


@torch.no_grad()
def log2_probs(net, ids, window):
    stream = torch.tensor([BOS, *ids, EOS])
    state, found = net.initial_state(1), []
    with evaluating(net):
        for start in range(0, len(ids), window):
            piece = stream[start : start + window + 1]
            logits, state = net(piece[None, :-1], state)
            logits[..., BOS] = -torch.inf
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy() / np.log(2)
