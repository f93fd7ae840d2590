import torch


def _write(
    net,
    ids,
    n,
    u,
    half=2,
    newest=True,
    keep_eos=False,
    copy=True,
    refuse=True,
    where=-1,
    shift=0,
):
    """The solution, with knobs for mistakes."""
    if refuse and (not len(ids) or len(u) < n):
        raise ValueError("no ids or too few numbers")
    context, new = net.context, []
    seen = list(ids) if copy else ids
    last = context // half
    unread = list(seen) if len(seen) <= context else list(seen[-last:])
    state, n_read = net.initial_state(1), 0
    with torch.no_grad():
        for i in range(n):
            logits, state = net(torch.tensor([unread]), state)
            n_read += len(unread)
            token = choose(
                logits[0, where],
                float(u[i + shift if i + shift < len(u) else i]),
            )
            if token == EOS:
                if keep_eos:
                    new.append(token)
                break
            new.append(token)
            seen.append(token)
            unread = [token]
            if n_read == context:
                state, n_read = net.initial_state(1), 0
                unread = (
                    list(seen[-last:])
                    if newest
                    else list(seen[-last - 1 : -1])
                )
    return new


# %% wrong: no_cache -- the whole text is read for each token
# expects: give it the new token and the state
def continue_text(net, ids, n, u):
    if not len(ids) or len(u) < n:
        raise ValueError("no ids")
    seen, half, context = list(ids), net.context // 2, net.context
    window = list(seen) if len(seen) <= context else seen[-half:]
    with torch.no_grad():
        for number in u[:n]:
            token = choose(
                net(torch.tensor([window]), net.initial_state(1))[0][0, -1],
                float(number),
            )
            if token == EOS:
                break
            seen.append(token)
            window = (
                [*window, token] if len(window) < context else seen[-half:]
            )
    return seen[len(ids) :]


# %% wrong: slides -- the last context is read anew for each token
# expects: anew for each token: read the last half
def continue_text(net, ids, n, u):
    if not len(ids) or len(u) < n:
        raise ValueError("no ids")
    seen, context = list(ids), net.context
    unread, state, n_read = (
        list(seen[-context:])
        if len(seen) <= context
        else seen[-(context // 2) :],
        net.initial_state(1),
        0,
    )
    with torch.no_grad():
        for number in u[:n]:
            logits, state = net(torch.tensor([unread]), state)
            n_read += len(unread)
            token = choose(logits[0, -1], float(number))
            if token == EOS:
                break
            seen.append(token)
            unread = [token]
            if n_read == context:
                state, n_read, unread = (
                    net.initial_state(1),
                    0,
                    seen[-context:],
                )
    return seen[len(ids) :]


# %% wrong: without_newest -- the newest token is not among those that are read again
# expects: the newest id is missing
def continue_text(net, ids, n, u):
    return _write(net, ids, n, u, newest=False)


# %% wrong: a_quarter -- a quarter of the context is read again
# expects: a quarter of the context is read again
def continue_text(net, ids, n, u):
    return _write(net, ids, n, u, half=4)


# %% wrong: no_limit -- the context is not looked at
# expects: continue_text
def continue_text(net, ids, n, u):
    if not len(ids) or len(u) < n:
        raise ValueError("no ids")
    new, unread, state = [], list(ids), net.initial_state(1)
    with torch.no_grad():
        for number in u[:n]:
            logits, state = net(torch.tensor([unread]), state)
            token = choose(logits[0, -1], float(number))
            if token == EOS:
                break
            new.append(token)
            unread = [token]
    return new


# %% wrong: with_eos -- the end is returned
# expects: the text ends before EOS
def continue_text(net, ids, n, u):
    return _write(net, ids, n, u, keep_eos=True)


# %% wrong: goes_on -- the end does not stop it
# expects: the text ends before EOS
def continue_text(net, ids, n, u):
    if not len(ids) or len(u) < n:
        raise ValueError("no ids")
    seen, context = list(ids), net.context
    unread, state, n_read = (
        list(seen) if len(seen) <= context else seen[-(context // 2) :],
        net.initial_state(1),
        0,
    )
    with torch.no_grad():
        for number in u[:n]:
            logits, state = net(torch.tensor([unread]), state)
            n_read += len(unread)
            token = choose(logits[0, -1], float(number))
            seen.append(token)
            unread = [token]
            if n_read == context:
                state, n_read, unread = (
                    net.initial_state(1),
                    0,
                    seen[-(context // 2) :],
                )
    return seen[len(ids) :]


# %% wrong: first_logits -- the logits behind the first token
# expects: on the logits behind the last id
def continue_text(net, ids, n, u):
    return _write(net, ids, n, u, where=0)


# %% wrong: next_number -- number i + 1 decides on token i
# expects: number i + 1 decides
def continue_text(net, ids, n, u):
    return _write(net, ids, n, u, shift=1)


# %% wrong: changes_ids -- the given list grows
# expects: the given ids were changed
def continue_text(net, ids, n, u):
    return _write(
        net, ids if isinstance(ids, list) else list(ids), n, u, copy=False
    )


# %% wrong: whole_text -- the given ids come back, too
# expects: return the new ids alone
def continue_text(net, ids, n, u):
    return [*ids, *_write(net, ids, n, u)]


# %% wrong: remembers -- the state of the last call is used again
# expects: the second call remembers the first
MEMORY = {}


def continue_text(net, ids, n, u):
    if not len(ids) or len(u) < n:
        raise ValueError("no ids")
    seen, context, key = list(ids), net.context, id(net)
    old, n_read = MEMORY.get(key, (None, 0))
    if old is None or n_read + len(ids) + n > context:
        old, n_read = net.initial_state(1), 0
    state, unread = (
        old,
        list(seen) if len(seen) <= context else seen[-(context // 2) :],
    )
    with torch.no_grad():
        for number in u[:n]:
            logits, state = net(torch.tensor([unread]), state)
            n_read += len(unread)
            token = choose(logits[0, -1], float(number))
            if token == EOS:
                break
            seen.append(token)
            unread = [token]
            if n_read == context:
                state, n_read, unread = (
                    net.initial_state(1),
                    0,
                    seen[-(context // 2) :],
                )
    MEMORY[key] = (state, n_read)
    return seen[len(ids) :]


# %% wrong: gradients_off -- gradients are switched off for good
# expects: gradients are off for everybody now
def continue_text(net, ids, n, u):
    torch.set_grad_enabled(False)
    return _write(net, ids, n, u)


# %% wrong: nothing_refused -- no ids, too few numbers
# expects: a ValueError, got
def continue_text(net, ids, n, u):
    if not len(ids):
        return []
    return _write(net, ids, min(n, len(u)), u, refuse=False)


# %% wrong: full_means_longer -- a text of exactly the context is cut, too
# expects: they fit
@torch.no_grad()
def continue_text(net, ids, n, u):
    if len(ids) == 0 or len(u) < n:
        raise ValueError("no ids or too few numbers")
    half = net.context // 2
    seen, new = list(ids), []
    unread = seen if len(seen) < net.context else seen[-half:]
    state, n_read = net.initial_state(1), 0
    for i in range(n):
        logits, state = net(torch.tensor([unread]), state)
        n_read += len(unread)
        t = choose(logits[0, -1], float(u[i]))
        if t == EOS:
            break
        seen.append(t)
        new.append(t)
        unread = [t]
        if n_read == net.context:
            state, n_read, unread = net.initial_state(1), 0, seen[-half:]
    return new


# %% wrong: last_context -- of a longer text it reads the last context
# expects: the last context was read
@torch.no_grad()
def continue_text(net, ids, n, u):
    if len(ids) == 0 or len(u) < n:
        raise ValueError("no ids or too few numbers")
    half = net.context // 2
    seen, new = list(ids), []
    unread = seen if len(seen) <= net.context else seen[-net.context :]
    state, n_read = net.initial_state(1), 0
    for i in range(n):
        logits, state = net(torch.tensor([unread]), state)
        n_read += len(unread)
        t = choose(logits[0, -1], float(u[i]))
        if t == EOS:
            break
        seen.append(t)
        new.append(t)
        unread = [t]
        if n_read == net.context:
            state, n_read, unread = net.initial_state(1), 0, seen[-half:]
    return new


# %% wrong: numbers_equal_n -- refuses more numbers than n
# expects: 5 numbers for n = 2
@torch.no_grad()
def continue_text(net, ids, n, u):
    if len(ids) == 0 or len(u) != n:
        raise ValueError("no ids or too few numbers")
    half = net.context // 2
    seen, new = list(ids), []
    unread = seen if len(seen) <= net.context else seen[-half:]
    state, n_read = net.initial_state(1), 0
    for i in range(n):
        logits, state = net(torch.tensor([unread]), state)
        n_read += len(unread)
        t = choose(logits[0, -1], float(u[i]))
        if t == EOS:
            break
        seen.append(t)
        new.append(t)
        unread = [t]
        if n_read == net.context:
            state, n_read, unread = net.initial_state(1), 0, seen[-half:]
    return new


# %% wrong: half_up -- half of an odd context is rounded up
# expects: rounded up
@torch.no_grad()
def continue_text(net, ids, n, u):
    if len(ids) == 0 or len(u) < n:
        raise ValueError("no ids or too few numbers")
    half = (net.context + 1) // 2
    seen, new = list(ids), []
    unread = seen if len(seen) <= net.context else seen[-half:]
    state, n_read = net.initial_state(1), 0
    for i in range(n):
        logits, state = net(torch.tensor([unread]), state)
        n_read += len(unread)
        t = choose(logits[0, -1], float(u[i]))
        if t == EOS:
            break
        seen.append(t)
        new.append(t)
        unread = [t]
        if n_read == net.context:
            state, n_read, unread = net.initial_state(1), 0, seen[-half:]
    return new


# %% wrong: too_early -- begins anew one token early
# expects: one id too early
@torch.no_grad()
def continue_text(net, ids, n, u):
    if len(ids) == 0 or len(u) < n:
        raise ValueError("no ids or too few numbers")
    half = net.context // 2
    seen, new = list(ids), []
    unread = seen if len(seen) <= net.context else seen[-half:]
    state, n_read = net.initial_state(1), 0
    for i in range(n):
        logits, state = net(torch.tensor([unread]), state)
        n_read += len(unread)
        t = choose(logits[0, -1], float(u[i]))
        if t == EOS:
            break
        seen.append(t)
        new.append(t)
        unread = [t]
        if n_read == net.context - 1:
            state, n_read, unread = net.initial_state(1), 0, seen[-half:]
    return new


# %% wrong: new_half -- begins anew with the last half of the new ids
# expects: given ones among them
@torch.no_grad()
def continue_text(net, ids, n, u):
    if len(ids) == 0 or len(u) < n:
        raise ValueError("no ids or too few numbers")
    half = net.context // 2
    seen, new = list(ids), []
    unread = seen if len(seen) <= net.context else seen[-half:]
    state, n_read = net.initial_state(1), 0
    for i in range(n):
        logits, state = net(torch.tensor([unread]), state)
        n_read += len(unread)
        t = choose(logits[0, -1], float(u[i]))
        if t == EOS:
            break
        seen.append(t)
        new.append(t)
        unread = [t]
        if n_read == net.context:
            state, n_read, unread = net.initial_state(1), 0, new[-half:]
    return new


# %% right: length_of_all -- the number of read ids is computed
def continue_text(net, ids, n, u):
    if len(ids) == 0:
        raise ValueError("nothing to continue")
    if len(u) < n:
        raise ValueError(f"{len(u)} numbers for {n} tokens")
    half, text = net.context // 2, [int(i) for i in ids]
    begin = 0 if len(text) <= net.context else len(text) - half
    done, state = begin, net.initial_state(1)
    with torch.no_grad():
        for t in range(n):
            if done - begin == net.context:
                begin = done = len(text) - half
                state = net.initial_state(1)
            logits, state = net(torch.tensor([text[done:]]), state)
            done = len(text)
            token = choose(logits[0, -1], u[t])
            if token == EOS:
                break
            text.append(token)
    return text[len(ids) :]


# %% right: inner_function -- reading in a function of its own
def continue_text(net, ids, n, u):
    if not list(ids) or n > len(u):
        raise ValueError("too little")

    def begin(row):
        return net(torch.tensor([row]), net.initial_state(1)), len(row)

    seen, context = list(ids), net.context
    with torch.inference_mode():
        if n == 0:
            return []
        (logits, state), length = begin(
            seen if len(seen) <= context else seen[-(context // 2) :]
        )
        for i in range(n):
            token = choose(logits[0, -1].clone(), float(u[i]))
            if token == EOS:
                return seen[len(ids) :]
            seen.append(token)
            if i == n - 1:
                break
            if length == context:
                (logits, state), length = begin(seen[-(context // 2) :])
            else:
                logits, state = net(torch.tensor([[token]]), state)
                length += 1
    return seen[len(ids) :]


# %% right: knobs -- as the solution, with a helper
def continue_text(net, ids, n, u):
    return _write(net, ids, n, u)


# %% right: one_by_one -- the given ids are read one after the other
@torch.no_grad()
def continue_text(net, ids, n, u):
    if len(ids) == 0 or len(u) < n:
        raise ValueError("no ids or too few numbers")
    half = net.context // 2
    seen, new = list(ids), []
    unread = seen if len(seen) <= net.context else seen[-half:]
    state, n_read = net.initial_state(1), 0
    for i in range(n):
        for one in unread:
            logits, state = net(torch.tensor([[one]]), state)
        n_read += len(unread)
        t = choose(logits[0, -1], float(u[i]))
        if t == EOS:
            break
        seen.append(t)
        new.append(t)
        unread = [t]
        if n_read == net.context:
            state, n_read, unread = net.initial_state(1), 0, seen[-half:]
    return new


# %% wrong: list_ids -- the ids are copied with a method that only lists have
# expects: the same ids as a tuple
@torch.no_grad()
def continue_text(net, ids, n, u):
    if not len(ids) or len(u) < n:
        raise ValueError("too few")
    context = net.context
    seen, new = ids.copy(), []
    unread = seen if len(seen) <= context else seen[-(context // 2) :]
    state, n_read = net.initial_state(1), 0
    for number in u[:n]:
        logits, state = net(torch.tensor([unread]), state)
        n_read += len(unread)
        token = choose(logits[0, -1], float(number))
        if token == EOS:
            break
        new.append(token)
        seen.append(token)
        unread = [token]
        if n_read == context:
            state, n_read = net.initial_state(1), 0
            unread = seen[-(context // 2) :]
    return new
