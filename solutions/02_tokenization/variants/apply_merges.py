# %% wrong: longest_match -- takes the longest token that fits
# expects: not the leftmost pair and not the longest token


def apply_merges(ids, ranks, made):
    spelled = {}
    for pair, rank in sorted(ranks.items(), key=lambda item: item[1]):
        left, right = (spelled.get(int(i), (int(i),)) for i in pair)
        spelled[made[rank]] = left + right
    tokens = {spelling: token for token, spelling in spelled.items()}
    ids, out, t = [int(i) for i in ids], [], 0
    while t < len(ids):
        for end in range(len(ids), t, -1):
            if tuple(ids[t:end]) in tokens or end == t + 1:
                out.append(tokens.get(tuple(ids[t:end]), ids[t]))
                t = end
                break
    return out


# %% wrong: leftmost -- merges the leftmost pair that has any rank
# expects: not the leftmost pair


def apply_merges(ids, ranks, made):
    ids = [int(i) for i in ids]
    while True:
        for t in range(len(ids) - 1):
            if (ids[t], ids[t + 1]) in ranks:
                ids[t : t + 2] = [made[ranks[ids[t], ids[t + 1]]]]
                break
        else:
            return ids


# %% wrong: one_round -- does not look at new pairs
# expects: go on until no pair is left


def apply_merges(ids, ranks, made):
    ids = [int(i) for i in ids]
    known = [pair for pair in pairwise(ids) if pair in ranks]
    if not known:
        return ids
    best = min(known, key=ranks.get)
    return merge(ids, best, made[ranks[best]])


# %% wrong: highest_rank -- the last learnt pair first
# expects: the pair with the lowest rank comes first


def apply_merges(ids, ranks, made):
    ids = [int(i) for i in ids]
    while True:
        known = [pair for pair in pairwise(ids) if pair in ranks]
        if not known:
            return ids
        best = max(known, key=ranks.get)
        ids = merge(ids, best, made[ranks[best]])


# %% wrong: ids_by_rank -- computes the ids instead of looking them up
# expects: made[rank] is the token


def apply_merges(ids, ranks, made):
    ids, first = [int(i) for i in ids], made[0] if made else 0
    while True:
        known = [pair for pair in pairwise(ids) if pair in ranks]
        if not known:
            return ids
        best = min(known, key=ranks.get)
        ids = merge(ids, best, first + ranks[best])


# %% wrong: in_place -- changes the list that it was given
# expects: you changed the ids


def apply_merges(ids, ranks, made):
    if not isinstance(ids, list):
        ids = [int(i) for i in ids]
    while True:
        known = [
            (ranks[pair], t)
            for t, pair in enumerate(pairwise(ids))
            if pair in ranks
        ]
        if not known:
            return ids
        rank, t = min(known)
        ids[t : t + 2] = [made[rank]]


# %% wrong: from_the_right -- equal pairs from the right
# expects: from left to right


def apply_merges(ids, ranks, made):
    ids = [int(i) for i in ids]
    while True:
        known = [
            (ranks[pair], -t)
            for t, pair in enumerate(pairwise(ids))
            if pair in ranks
        ]
        if not known:
            return ids
        rank, t = min(known)
        ids[-t : 2 - t] = [made[rank]]


# %% wrong: fails_on_nothing -- min of nothing
# expects: apply_merges([])


def apply_merges(ids, ranks, made):
    ids = [int(i) for i in ids]
    while True:
        best = min(
            pairwise(ids), key=lambda pair: ranks.get(pair, float("inf"))
        )
        if best not in ranks:
            return ids
        ids = merge(ids, best, made[ranks[best]])
        if len(ids) == 1:
            return ids


# %% wrong: by_pair -- merges in the order of their ids, not by rank
# expects: the pair with the lowest rank comes first


def apply_merges(ids, ranks, made):
    ids = [int(i) for i in ids]
    for pair in sorted(ranks, reverse=True):
        ids = merge(ids, pair, made[ranks[pair]])
    for pair in sorted(ranks, reverse=True):
        ids = merge(ids, pair, made[ranks[pair]])
    return ids


# %% wrong: recursion -- one recursion for each merge, the leftmost alone
# expects: a loop can take
from itertools import pairwise


def apply_merges(ids, ranks, made):
    found = [(ranks[p], t) for t, p in enumerate(pairwise(ids)) if p in ranks]
    if not found:
        return list(ids)
    rank, t = min(found)
    return apply_merges([*ids[:t], made[rank], *ids[t + 2 :]], ranks, made)


# %% wrong: order_of_dict -- the merges in the order of the dictionary
# expects: wherever it stands in ranks


def apply_merges(ids, ranks, made):
    ids = list(ids)
    for pair, rank in ranks.items():
        ids = merge(ids, pair, made[rank])
    return ids


# %% wrong: rank_zero -- `if not rank` takes rank 0 for none
# expects: 0 is a rank like any other
from itertools import pairwise


def apply_merges(ids, ranks, made):
    ids = list(ids)
    while len(ids) > 1:
        found = [(ranks[p], p) for p in pairwise(ids) if ranks.get(p)]
        if not found:
            break
        rank, best = min(found)
        ids = merge(ids, best, made[rank])
    return ids


# %% wrong: same_list -- gives a short word back as it is
# expects: the very list
from itertools import pairwise


def apply_merges(ids, ranks, made):
    while len(ids) > 1:
        best = min(pairwise(ids), key=lambda p: ranks.get(p, float("inf")))
        if best not in ranks:
            break
        ids = merge(ids, best, made[ranks[best]])
    return ids


# %% wrong: counts_first -- merges the pair that occurs most often in the word
# expects: lower rank comes first
from itertools import pairwise


def apply_merges(ids, ranks, made):
    from collections import Counter

    ids = list(ids)
    while True:
        pairs = Counter(p for p in pairwise(ids) if p in ranks)
        if not pairs:
            return ids
        best = min(pairs, key=lambda p: (-pairs[p], ranks[p]))
        ids = merge(ids, best, made[ranks[best]])


# %% wrong: tries_all_merges -- goes through every merge, in the order of the ranks
# expects: don't try each merge


def apply_merges(ids, ranks, made):
    ids = list(ids)
    for pair in sorted(ranks, key=ranks.get):
        ids = merge(ids, pair, made[ranks[pair]])
    return ids


# %% right: rounds_over_what_is_there -- the ranks that are in the word, sorted, the first is merged


def apply_merges(ids, ranks, made):
    ids = [int(i) for i in ids]
    while True:
        found = sorted(
            ranks[pair] for pair in set(pairwise(ids)) if pair in ranks
        )
        if not found:
            return ids
        (pair,) = {p for p in pairwise(ids) if ranks.get(p) == found[0]}
        ids = merge(ids, pair, made[found[0]])


# %% right: one_at_a_time -- the leftmost of the lowest rank, one at a time


def apply_merges(ids, ranks, made):
    ids = [int(i) for i in ids]
    while True:
        known = [
            (ranks[pair], t)
            for t, pair in enumerate(pairwise(ids))
            if pair in ranks
        ]
        if not known:
            return ids
        rank, t = min(known)
        ids[t : t + 2] = [made[rank]]


# %% right: by_recursion -- merges and calls itself


def apply_merges(ids, ranks, made):
    ids = [int(i) for i in ids]
    best = min(
        pairwise(ids),
        key=lambda pair: ranks.get(pair, len(ranks)),
        default=None,
    )
    if best not in ranks:
        return ids
    return apply_merges(merge(ids, best, made[ranks[best]]), ranks, made)


# %% wrong: ten_thousand -- takes 10,000 for 'no rank'
# expects: a rank may be as large
def apply_merges(ids, ranks, made):
    ids = list(ids)
    while len(ids) > 1:
        rank, best = min((ranks.get(p, 10_000), p) for p in pairwise(ids))
        if rank >= 10_000:
            break
        ids = merge(ids, best, made[rank])
    return ids


# %% wrong: remembers_words -- remembers the results by ids, whatever the ranks
# expects: a result of an earlier call is used
def apply_merges(ids, ranks, made, known={}):  # noqa: B006
    key = tuple(int(i) for i in ids)
    if key not in known:
        word = list(ids)
        while len(word) > 1:
            best = min(
                pairwise(word), key=lambda p: ranks.get(p, float("inf"))
            )
            if best not in ranks:
                break
            word = merge(word, best, made[ranks[best]])
        known[key] = word
    return list(known[key])


# %% wrong: stale_heap -- a heap whose entries are not checked against the tokens of now
# expects: two letters are lost
def apply_merges(ids, ranks, made):
    ids = list(ids)
    T = len(ids)
    nxt, prv, alive = list(range(1, T + 1)), list(range(-1, T - 1)), [True] * T
    heap = [
        (ranks[p], t, t + 1) for t, p in enumerate(pairwise(ids)) if p in ranks
    ]
    heapify(heap)
    while heap:
        rank, l, r = heappop(heap)  # noqa: E741
        if not (alive[l] and alive[r] and nxt[l] == r):
            continue
        ids[l] = made[rank]
        alive[r] = False
        nxt[l] = nxt[r]
        if nxt[l] < T:
            prv[nxt[l]] = l
            if (p := (ids[l], ids[nxt[l]])) in ranks:
                heappush(heap, (ranks[p], l, nxt[l]))
        if prv[l] >= 0 and (p := (ids[prv[l]], ids[l])) in ranks:
            heappush(heap, (ranks[p], prv[l], l))
    return [i for i, a in zip(ids, alive) if a]


# %% wrong: ten_thousand_exactly -- a pair without a rank comes before a rank above 10,000
# expects: a rank may be as large
def apply_merges(ids, ranks, made):
    ids = list(ids)
    while len(ids) > 1:
        rank, best = min((ranks.get(p, 10_000), p) for p in pairwise(ids))
        if rank == 10_000:
            break
        ids = merge(ids, best, made[rank])
    return ids


# %% wrong: infinity -- a rank of 10,000 stands for none
# expects: a rank may be as large as that


def apply_merges(ids, ranks, made):
    ids = list(ids)
    while len(ids) > 1:
        best = min(pairwise(ids), key=lambda pair: ranks.get(pair, 10_000))
        if ranks.get(best, 10_000) >= 10_000:
            break
        ids = merge(ids, best, made[ranks[best]])
    return ids


# %% wrong: rounds -- in each round all pairs that the word held at its beginning, by rank
# expects: for the lowest rank anew after each merge


def apply_merges(ids, ranks, made):
    ids = list(ids)
    while True:
        found = sorted(
            {pair for pair in pairwise(ids) if pair in ranks}, key=ranks.get
        )
        if not found:
            return ids
        for pair in found:
            ids = merge(ids, pair, made[ranks[pair]])


# %% right: one_at_a_time_too -- the leftmost pair of the lowest rank, one merge in each turn


def apply_merges(ids, ranks, made):
    word = list(ids)
    while True:
        places = [
            (ranks[word[t], word[t + 1]], t)
            for t in range(len(word) - 1)
            if (word[t], word[t + 1]) in ranks
        ]
        if not places:
            return word
        rank, t = min(places)
        word[t : t + 2] = [made[rank]]


# %% right: once_each -- each rank once, from the lowest on: a merge makes tokens that only later ones use


def apply_merges(ids, ranks, made):
    ids, last = list(ids), -1
    while True:
        found = [
            ranks[p] for p in pairwise(ids) if p in ranks and ranks[p] > last
        ]
        if not found:
            return ids
        last = min(found)
        pair = next(p for p in pairwise(ids) if ranks.get(p) == last)
        ids = merge(ids, pair, made[last])
