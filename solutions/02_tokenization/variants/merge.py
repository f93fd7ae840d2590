# %% wrong: every_occurrence -- overlapping occurrences are all merged
# expects: in [5, 5, 5] the middle 5 belongs to one merge only


def merge(ids, pair, token):
    merged, t = [], 0
    while t < len(ids):
        if t + 1 < len(ids) and (ids[t], ids[t + 1]) == pair:
            merged.append(token)
            t += (
                1
                if t + 2 < len(ids) and (ids[t + 1], ids[t + 2]) == pair
                else 2
            )
        else:
            merged.append(ids[t])
            t += 1
    return merged


# %% wrong: from_the_right -- walks from right to left
# expects: walk from left to right


def merge(ids, pair, token):
    merged, t = [], len(ids) - 1
    while t >= 0:
        if t > 0 and (ids[t - 1], ids[t]) == pair:
            merged.append(token)
            t -= 2
        else:
            merged.append(ids[t])
            t -= 1
    return merged[::-1]


# %% wrong: only_the_first -- replaces one occurrence
# expects: the pair occurs twice


def merge(ids, pair, token):
    ids = list(ids)
    for t, found in enumerate(pairwise(ids)):
        if found == pair:
            return [*ids[:t], token, *ids[t + 2 :]]
    return ids


# %% wrong: loses_the_last -- stops one id early
# expects: the last id, 3, is lost


def merge(ids, pair, token):
    merged, t = [], 0
    while t < len(ids) - 1:
        if (ids[t], ids[t + 1]) == pair:
            merged.append(token)
            t += 2
        else:
            merged.append(ids[t])
            t += 1
    return merged


# %% wrong: beyond_the_end -- looks beyond the last id
# expects: look beyond the last id


def merge(ids, pair, token):
    merged, t = [], 0
    while t < len(ids):
        if (ids[t], ids[t + 1]) == pair:
            merged.append(token)
            t += 2
        else:
            merged.append(ids[t])
            t += 1
    return merged


# %% wrong: in_place -- changes the list that it was given
# expects: you changed the list


def merge(ids, pair, token):
    t = 0
    while t < len(ids) - 1:
        if (ids[t], ids[t + 1]) == pair:
            ids[t : t + 2] = [token]
        t += 1
    return ids


# %% wrong: looks_again -- what was merged is looked at again
# expects: is not looked at again


def merge(ids, pair, token):
    merged = []
    for i in ids:
        if merged and (merged[-1], i) == pair:
            merged[-1] = token
        else:
            merged.append(int(i))
    return merged


# %% wrong: recursive -- recursion, one level for each id
# expects: a loop can take


def merge(ids, pair, token):
    if len(ids) < 2:
        return list(ids)
    if (ids[0], ids[1]) == tuple(pair):
        return [token, *merge(ids[2:], pair, token)]
    return [ids[0], *merge(ids[1:], pair, token)]


# %% right: by_stack -- a flag says that the last token is a merge


def merge(ids, pair, token):
    merged, fresh = [], False
    for i in ids:
        if merged and not fresh and (merged[-1], i) == tuple(pair):
            merged[-1], fresh = token, True
        else:
            merged.append(int(i))
            fresh = False
    return merged


# %% right: by_iterator -- one id is held back


def merge(ids, pair, token):
    merged, held = [], None
    for i in ids:
        if held is not None and held == pair[0] and i == pair[1]:
            merged.append(token)
            held = None
        else:
            if held is not None:
                merged.append(held)
            held = i
    return merged if held is None else [*merged, held]


# %% right: by_places -- finds the places first


def merge(ids, pair, token):
    ids = [int(i) for i in ids]
    starts, blocked = [], -1
    for t in range(len(ids) - 1):
        if t > blocked and ids[t] == pair[0] and ids[t + 1] == pair[1]:
            starts.append(t)
            blocked = t + 1
    merged, at = [], 0
    for t in starts:
        merged.extend(ids[at:t])
        merged.append(token)
        at = t + 2
    return merged + ids[at:]


# %% wrong: in_a_text -- replaces digits in a text of the ids
# expects: an id is a number, not its digits


def merge(ids, pair, token):
    text = " ".join(map(str, ids))
    text = text.replace(f"{pair[0]} {pair[1]}", str(token))
    return [int(i) for i in text.split()]


# %% wrong: identity -- compares with `is`
# expects: compare numbers with ==
def merge(ids, pair, token):
    ids = [int(i) for i in ids] if not isinstance(ids, list) else ids
    x, y = pair
    out, t = [], 0
    while t < len(ids):
        if t + 1 < len(ids) and ids[t] is x and ids[t + 1] is y:
            out.append(token)
            t += 2
        else:
            out.append(ids[t])
            t += 1
    return out


# %% wrong: calls_itself -- a call for each id
# expects: a loop can take a word of any length


def merge(ids, pair, token):
    ids = list(ids)
    if len(ids) < 2:
        return ids
    if (ids[0], ids[1]) == tuple(pair):
        return [token, *merge(ids[2:], pair, token)]
    return [ids[0], *merge(ids[1:], pair, token)]


# %% wrong: as_bytes -- writes the ids as bytes and lets bytes.replace do it
# expects: larger than any byte or character


def merge(ids, pair, token):
    return list(bytes(list(ids)).replace(bytes(pair), bytes([token])))


# %% right: waiting -- holds one id back until it knows the next


def merge(ids, pair, token):
    out, waiting = [], []
    for i in ids:
        if waiting and waiting[0] == pair[0] and i == pair[1]:
            out.append(token)
            waiting = []
        else:
            out.extend(waiting)
            waiting = [i]
    return out + waiting


# %% wrong: same_list -- gives the list back where it holds no such pair
# expects: the very list


def merge(ids, pair, token):
    if pair not in pairwise(ids):
        return ids if isinstance(ids, list) else list(ids)
    merged, t = [], 0
    while t < len(ids):
        found = tuple(ids[t : t + 2]) == pair
        merged.append(token if found else ids[t])
        t += 1 + found
    return merged
