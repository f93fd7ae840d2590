import torch


# %% wrong: whole_again -- the whole text is read for each token
# expects: not the whole text again
def write(net, prompt, n, choose):
    ids = prompt
    with torch.no_grad():
        for _ in range(n):
            logits, _ = net(ids, net.initial_state(1))
            ids = torch.cat((ids, choose(logits[:, -1], ids)[:, None]), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% wrong: no_state -- the state is thrown away
# expects: does each step see all tokens before it
def write(net, prompt, n, choose):
    ids = new = prompt
    with torch.no_grad():
        for _ in range(n):
            logits, _ = net(new, net.initial_state(1))
            new = choose(logits[:, -1], ids)[:, None]
            ids = torch.cat((ids, new), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% wrong: prompt_too -- the prompt is in the result
# expects: expected a list of 40 ints
def write(net, prompt, n, choose):
    ids, new, state = prompt, prompt, net.initial_state(1)
    with torch.no_grad():
        for _ in range(n):
            logits, state = net(new, state)
            new = choose(logits[:, -1], ids)[:, None]
            ids = torch.cat((ids, new), dim=1)
    return ids[0].tolist()


# %% wrong: last_only -- choose gets the new token alone
# expects: gets all ids so far
def write(net, prompt, n, choose):
    ids, new, state = prompt, prompt, net.initial_state(1)
    with torch.no_grad():
        for _ in range(n):
            logits, state = net(new, state)
            new = choose(logits[:, -1], new)[:, None]
            ids = torch.cat((ids, new), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% wrong: own_choice -- always the likeliest token
# expects: write: `choose` gets all ids
def write(net, prompt, n, choose):
    ids, new, state = prompt, prompt, net.initial_state(1)
    with torch.no_grad():
        for _ in range(n):
            logits, state = net(new, state)
            new = logits[:, -1].argmax(-1)[:, None]
            ids = torch.cat((ids, new), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% wrong: first_row -- the logits of the first token
# expects: new token 0 should be
def write(net, prompt, n, choose):
    ids, new, state = prompt, prompt, net.initial_state(1)
    with torch.no_grad():
        for _ in range(n):
            logits, state = net(new, state)
            new = choose(logits[:, 0], ids)[:, None]
            ids = torch.cat((ids, new), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% wrong: gradients -- no torch.no_grad()
# expects: do both inside torch.no_grad()
def write(net, prompt, n, choose):
    state, new, ids = net.initial_state(1), prompt, prompt
    for _ in range(n):
        logits, state = net(new, state)
        new = choose(logits[:, -1], ids)[:, None]
        ids = torch.cat((ids, new), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% wrong: switched_off -- gradients are switched off for good
# expects: stay switched off
def write(net, prompt, n, choose):
    torch.set_grad_enabled(False)
    state, new, ids = net.initial_state(1), prompt, prompt
    for _ in range(n):
        logits, state = net(new, state)
        new = choose(logits[:, -1], ids)[:, None]
        ids = torch.cat((ids, new), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% wrong: at_least_one -- the first token is chosen before the loop
# expects: for n = 0
def write(net, prompt, n, choose):
    with torch.no_grad():
        logits, state = net(prompt, net.initial_state(1))
        new = choose(logits[:, -1], prompt)[:, None]
        ids = torch.cat((prompt, new), dim=1)
        for _ in range(n - 1):
            logits, state = net(new, state)
            new = choose(logits[:, -1], ids)[:, None]
            ids = torch.cat((ids, new), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% wrong: stops_at_mark -- stops at the mark of the beginning
# expects: eight tokens that
def write(net, prompt, n, choose):
    state, new, ids = net.initial_state(1), prompt, prompt
    with torch.no_grad():
        for _ in range(n):
            logits, state = net(new, state)
            new = choose(logits[:, -1], ids)[:, None]
            if int(new) == BOS:
                break
            ids = torch.cat((ids, new), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% wrong: twice -- the last token of the prompt is read twice
# expects: was one read twice
def write(net, prompt, n, choose):
    ids, state = prompt, net.initial_state(1)
    with torch.no_grad():
        logits, state = net(prompt, state)
        for _ in range(n):
            logits, state = net(ids[:, -1:], state)
            new = choose(logits[:, -1], ids)[:, None]
            ids = torch.cat((ids, new), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% wrong: other_network -- the model of the notebook in the place of net
# expects: has read nothing
def write(net, prompt, n, choose):
    ids, new, state = prompt, prompt, MODEL.net.initial_state(1)
    with torch.no_grad():
        for _ in range(n):
            logits, state = MODEL.net(new, state)
            new = choose(logits[:, -1], ids)[:, None]
            ids = torch.cat((ids, new), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% wrong: all_logits -- choose gets the logits of all tokens that were read
# expects: logits behind the last token
def write(net, prompt, n, choose):
    ids, new, state = prompt, prompt, net.initial_state(1)
    with torch.no_grad():
        for _ in range(n):
            logits, state = net(new, state)
            new = choose(logits[0], ids)[-1:][:, None]
            ids = torch.cat((ids, new), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% wrong: choice_outside -- choose is called with gradients switched on
# expects: or while `choose` is called
def write(net, prompt, n, choose):
    ids, new, state = prompt, prompt, net.initial_state(1)
    for _ in range(n):
        with torch.no_grad():
            logits, state = net(new, state)
        new = choose(logits[:, -1], ids)[:, None]
        ids = torch.cat((ids, new), dim=1)
    return ids[0, prompt.shape[1] :].tolist()


# %% right: prompt_first -- the prompt before the loop
def write(net, prompt, n, choose):
    with torch.no_grad():
        logits, state = net(prompt, net.initial_state(1))
        ids, written = prompt.clone(), []
        for t in range(n):
            token = choose(logits[:, -1], ids)
            written.append(int(token))
            ids = torch.cat((ids, token.view(1, 1)), dim=1)
            if t < n - 1:
                logits, state = net(token.view(1, 1), state)
    return written


# %% right: one_by_one -- the prompt token by token
def write(net, prompt, n, choose):
    ids, state = prompt.tolist()[0], net.initial_state(1)
    with torch.no_grad():
        for i in ids:
            logits, state = net(torch.tensor([[i]]), state)
        for t in range(n):
            if t:
                logits, state = net(torch.tensor([[ids[-1]]]), state)
            ids.append(choose(logits[0, -1:], torch.tensor([ids])).item())
    return ids[prompt.shape[1] :]


# %% right: inference_mode -- stronger than no_grad
def write(net, prompt, n, choose):
    state, queue, said = net.initial_state(1), prompt, []
    with torch.inference_mode():
        while len(said) < n:
            logits, state = net(queue, state)
            text = torch.cat(
                (prompt, torch.tensor([said], dtype=torch.long)), 1
            )
            queue = choose(logits[:, -1, :], text).reshape(1, 1)
            said.append(queue.item())
    return said


# %% right: list_of_ids -- a list, made a tensor for each choice
def write(net, prompt, n, choose):
    ids, out = prompt[0].tolist(), []
    state, new = net.initial_state(1), prompt
    with torch.inference_mode():
        while len(out) < n:
            logits, state = net(new, state)
            chosen = choose(logits[:, -1, :], torch.tensor([ids + out]))
            out.append(chosen.item())
            new = chosen.reshape(1, 1)
    return out


# %% wrong: set_grad -- switches gradients on at the end
# expects: switched gradients on
def write(net, prompt, n, choose):
    state, new, ids = net.initial_state(1), prompt, prompt
    torch.set_grad_enabled(False)
    for _ in range(n):
        logits, state = net(new, state)
        new = choose(logits[:, -1], ids)[:, None]
        ids = torch.cat((ids, new), dim=1)
    torch.set_grad_enabled(True)
    return ids[0, prompt.shape[1] :].tolist()
