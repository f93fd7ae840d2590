# %% wrong: recounts -- counts everything before each merge
# expects: visit only the words that hold the pair


def learn_merges(words, counts, n_merges, first):
    words, merges = [list(word) for word in words], []
    while len(merges) < n_merges:
        pairs = count_pairs(words, counts)
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        words = [merge(word, best, first + len(merges)) for word in words]
        merges.append(best)
    return merges


# %% wrong: scans_all_words -- keeps the counts, but looks into every word for the pair
# expects: visit only the words that hold the pair


def learn_merges(words, counts, n_merges, first):
    words, merges = [list(word) for word in words], []
    pairs = count_pairs(words, counts)
    while len(merges) < n_merges and +pairs:
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        for row, word in enumerate(words):
            if any(
                word[t] == best[0] and word[t + 1] == best[1]
                for t in range(len(word) - 1)
            ):
                for old in pairwise(word):
                    pairs[old] -= counts[row]
                words[row] = merge(word, best, first + len(merges))
                for new in pairwise(words[row]):
                    pairs[new] += counts[row]
        merges.append(best)
    return merges


# %% wrong: first_seen -- ties go to the pair that was seen first
# expects: the one with the smaller ids comes first


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    merges = []
    pairs = Counter(dict(reversed(list(pairs.items()))))
    while len(merges) < n_merges and +pairs:
        best = max(reversed(pairs), key=lambda pair: pairs[pair])
        for pair, n in merge_in_words(
            merged, counts, where, best, first + len(merges)
        ).items():
            pairs[pair] += n
            if pairs[pair] <= 0:
                del pairs[pair]
        merges.append(best)
    return merges


# %% wrong: larger_ids -- ties go to the larger ids
# expects: smaller ids comes first


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    merges = []
    while len(merges) < n_merges and +pairs:
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        for pair, n in merge_in_words(
            merged, counts, where, best, first + len(merges)
        ).items():
            pairs[pair] += n
            if pairs[pair] <= 0:
                del pairs[pair]
        merges.append(best)
    return merges


# %% wrong: old_counts -- the most frequent pairs of the text as it was
# expects: by its old count


def learn_merges(words, counts, n_merges, first):
    pairs = count_pairs([list(word) for word in words], counts)
    return sorted(pairs, key=lambda pair: (-pairs[pair], pair))[:n_merges]


# %% wrong: stale_entries -- takes whatever is on top of the heap
# expects: bring the counts up to date


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapify(heap)
    merges = []
    while len(merges) < n_merges and heap:
        _, best = heappop(heap)
        if best not in where:
            continue
        change = merge_in_words(
            merged, counts, where, best, first + len(merges)
        )
        for pair, n in change.items():
            pairs[pair] += n
            if n > 0:
                heappush(heap, (-pairs[pair], pair))
        merges.append(best)
    return merges


# %% wrong: no_end -- fails where no pair is left
# expects: stop when no pair is left


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    merges = []
    for i in range(n_merges):
        best = min(
            (p for p in pairs if pairs[p] > 0), key=lambda p: (-pairs[p], p)
        )
        for pair, n in merge_in_words(
            merged, counts, where, best, first + i
        ).items():
            pairs[pair] += n
        merges.append(best)
    return merges


# %% wrong: changes_the_words -- works on the lists that it was given
# expects: copy each of them first


def learn_merges(words, counts, n_merges, first):
    merged = [word if isinstance(word, list) else list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    merges = []
    while len(merges) < n_merges and +pairs:
        best = min(+pairs, key=lambda pair: (-pairs[pair], pair))
        before = list(merged)
        for pair, n in merge_in_words(
            merged, counts, where, best, first + len(merges)
        ).items():
            pairs[pair] += n
        for old, new in zip(before, merged):
            if old is not new:
                old[:] = new
        merges.append(best)
    return merges


# %% wrong: tokens_instead_of_pairs -- returns the new ids
# expects: returns the merged pairs, as tuples


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    made = []
    while len(made) < n_merges and +pairs:
        best = min(+pairs, key=lambda pair: (-pairs[pair], pair))
        for pair, n in merge_in_words(
            merged, counts, where, best, first + len(made)
        ).items():
            pairs[pair] += n
        made.append(first + len(made))
    return made


# %% wrong: rarest -- the rarest pair first
# expects: the most frequent pair comes first


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    merges = []
    while len(merges) < n_merges and +pairs:
        best = min(+pairs, key=lambda pair: (pairs[pair], pair))
        for pair, n in merge_in_words(
            merged, counts, where, best, first + len(merges)
        ).items():
            pairs[pair] += n
        merges.append(best)
    return merges


# %% wrong: first_off_by_one -- the first new id is first + 1
# expects: merge 0 makes the id first
from heapq import heapify, heappush


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapify(heap)
    merges = []
    while len(merges) < n_merges and (best := most_frequent(heap, pairs)):
        merges.append(best)
        change = merge_in_words(
            merged, counts, where, best, first + len(merges)
        )
        for pair, n in change.items():
            if n:
                pairs[pair] += n
                heappush(heap, (-pairs[pair], pair))
    return merges


# %% wrong: only_up -- pushes an entry only where a count went up
# expects: goes down from 5 to 3
from heapq import heapify, heappush


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapify(heap)
    merges = []
    while len(merges) < n_merges and (best := most_frequent(heap, pairs)):
        change = merge_in_words(
            merged, counts, where, best, first + len(merges)
        )
        for pair, n in change.items():
            pairs[pair] += n
            if n > 0:
                heappush(heap, (-pairs[pair], pair))
        merges.append(best)
    return merges


# %% wrong: stale_though_alive -- takes stale counts from the heap
# expects: use no old count
from heapq import heapify, heappush


def learn_merges(words, counts, n_merges, first):
    from heapq import heappop

    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapify(heap)
    merges = []
    while len(merges) < n_merges and heap:
        n, best = heappop(heap)
        if best in merges or pairs[best] <= 0:
            continue
        change = merge_in_words(
            merged, counts, where, best, first + len(merges)
        )
        for pair, n in change.items():
            if n:
                pairs[pair] += n
                heappush(heap, (-pairs[pair], pair))
        merges.append(best)
    return merges


# %% wrong: stops_at_one -- stops where the best pair occurs once
# expects: occurs once
from heapq import heapify, heappush


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapify(heap)
    merges = []
    while len(merges) < n_merges:
        best = most_frequent(heap, pairs)
        if best is None or pairs[best] < 2:
            break
        change = merge_in_words(
            merged, counts, where, best, first + len(merges)
        )
        for pair, n in change.items():
            if n:
                pairs[pair] += n
                heappush(heap, (-pairs[pair], pair))
        merges.append(best)
    return merges


# %% wrong: first_256 -- new ids always from 256
# expects: makes the id first
from heapq import heapify, heappush


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapify(heap)
    merges = []
    while len(merges) < n_merges and (best := most_frequent(heap, pairs)):
        change = merge_in_words(merged, counts, where, best, 256 + len(merges))
        for pair, n in change.items():
            if n:
                pairs[pair] += n
                heappush(heap, (-pairs[pair], pair))
        merges.append(best)
    return merges


# %% right: min_over_all_pairs -- no heap: the smallest of all pairs


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    merges = []
    while len(merges) < n_merges:
        present = [(-n, pair) for pair, n in pairs.items() if n > 0]
        if not present:
            break
        best = min(present)[1]
        for pair, n in merge_in_words(
            merged, counts, where, best, first + len(merges)
        ).items():
            pairs[pair] += n
        merges.append(best)
    return merges


# %% right: own_heap -- a heap of one's own, without most_frequent


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    heap = []
    for pair in pairs:
        heappush(heap, (-pairs[pair], pair))
    merges = []
    while heap and len(merges) < n_merges:
        n, pair = heappop(heap)
        if -n != pairs[pair] or n == 0:
            continue
        token = first + len(merges)
        merges.append(pair)
        for key, difference in merge_in_words(
            merged, counts, where, pair, token
        ).items():
            pairs[key] += difference
            if difference and pairs[key] > 0:
                heappush(heap, (-pairs[key], key))
    return merges


# %% right: max_of_items -- max over the items, the ids turned around


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    where = places(merged)
    pairs = dict(count_pairs(merged, counts))
    merges = []
    for token in range(first, first + n_merges):
        if not any(pairs.values()):
            break
        best, _ = max(
            pairs.items(), key=lambda item: (item[1], -item[0][0], -item[0][1])
        )
        change = merge_in_words(merged, counts, where, best, token)
        for pair, n in change.items():
            pairs[pair] = pairs.get(pair, 0) + n
        merges.append(best)
    return merges


# %% wrong: recursive -- a call for each merge
# expects: use a loop
def learn_merges(words, counts, n_merges, first):
    words = [list(w) for w in words]
    pairs, where = count_pairs(words, counts), places(words)
    heap = [(-n, p) for p, n in pairs.items()]
    heapify(heap)

    def go(left, token):
        best = most_frequent(heap, pairs) if left else None
        if best is None:
            return []
        for p, n in merge_in_words(words, counts, where, best, token).items():
            if n:
                pairs[p] += n
                heappush(heap, (-pairs[p], p))
        return [best, *go(left - 1, token + 1)]

    return go(n_merges, first)


# %% wrong: packed_ties -- breaks ties by x * 1000 + y
# expects: as tuples (1, 5000000) is smaller
def learn_merges(words, counts, n_merges, first):
    words = [list(w) for w in words]
    pairs, where = count_pairs(words, counts), places(words)
    merges = []
    while len(merges) < n_merges:
        best = max(
            pairs,
            key=lambda p: (pairs[p], -(p[0] * 1000 + p[1])),
            default=None,
        )
        if best is None or pairs[best] == 0:
            break
        for p, n in merge_in_words(
            words, counts, where, best, first + len(merges)
        ).items():
            pairs[p] += n
            if not pairs[p]:
                del pairs[p]
        merges.append(best)
    return merges


# %% wrong: zero_counts_merged -- merges pairs of words that occur 0 times
# expects: does not occur
def learn_merges(words, counts, n_merges, first):
    words = [list(w) for w in words]
    pairs, where = count_pairs(words, counts), places(words)
    merges = []
    while len(merges) < n_merges and pairs:
        best = min(pairs, key=lambda p: (-pairs[p], p))
        change = merge_in_words(
            words, counts, where, best, first + len(merges)
        )
        touched = set(change) | {best}
        for p in touched:
            pairs[p] += change[p]
            if pairs[p] <= 0 and not any(
                p in set(pairwise(words[row])) for row in where[p]
            ):
                del pairs[p]
        merges.append(best)
    return merges


# %% wrong: next_free_id -- numbers new tokens from the largest id plus 1
# expects: the toy with first=50
def learn_merges(words, counts, n_merges, first):
    words = [list(w) for w in words]
    first = max((max(w) for w in words if w), default=first - 1) + 1
    pairs, where = count_pairs(words, counts), places(words)
    heap = [(-n, p) for p, n in pairs.items()]
    heapify(heap)
    merges = []
    while len(merges) < n_merges:
        best = most_frequent(heap, pairs)
        if best is None:
            break
        for p, n in merge_in_words(
            words, counts, where, best, first + len(merges)
        ).items():
            if n:
                pairs[p] += n
                heappush(heap, (-pairs[p], p))
        merges.append(best)
    return merges


# %% wrong: up_to_n_merges -- range(first, n_merges) makes fewer merges
# expects: two merges are asked for and possible
def learn_merges(words, counts, n_merges, first):
    words = [list(word) for word in words]
    pairs, where, merges = count_pairs(words, counts), places(words), []
    for token in range(first, n_merges):
        best = min(pairs, key=lambda p: (-pairs[p], p), default=None)
        if best is None or not pairs[best]:
            break
        pairs.update(merge_in_words(words, counts, where, best, token))
        merges.append(best)
    return merges


# %% wrong: recounts_plain_numbers -- counts everything before each merge, with ids made plain
# expects: lines of Python more
def learn_merges(words, counts, n_merges, first):
    words, merges = [[int(i) for i in word] for word in words], []
    while len(merges) < n_merges:
        pairs = count_pairs(words, counts)
        best = min(pairs, key=lambda p: (-pairs[p], p), default=None)
        if best is None or not pairs[best]:
            break
        words = [merge(word, best, first + len(merges)) for word in words]
        merges.append(best)
    return merges


# %% right: plain_numbers -- makes plain numbers of the ids first
def learn_merges(words, counts, n_merges, first):
    words = [[int(i) for i in word] for word in words]
    pairs, where, merges = count_pairs(words, counts), places(words), []
    heap = [(-n, *pair) for pair, n in pairs.items()]
    heapify(heap)
    while heap and len(merges) < n_merges:
        n, *ids = heappop(heap)
        best = tuple(ids)
        if n == 0 or pairs[best] != -n:
            continue
        change = merge_in_words(
            words, counts, where, best, first + len(merges)
        )
        pairs.update(change)
        for pair in change:
            heappush(heap, (-pairs[pair], *pair))
        merges.append(best)
    return merges


# %% wrong: ties_as_text -- of equally frequent pairs the first as text comes first
# expects: not as text


def learn_merges(words, counts, n_merges, first):
    words = [list(word) for word in words]
    pairs, where = count_pairs(words, counts), places(words)
    heap = [((-n, str(pair)), pair) for pair, n in pairs.items()]
    heapify(heap)
    merges = []
    while heap and len(merges) < n_merges:
        entry, best = heappop(heap)
        n = pairs[best]
        if not n or entry != (-n, str(best)):
            continue
        change = merge_in_words(
            words, counts, where, best, first + len(merges)
        )
        for pair, d in change.items():
            if d:
                pairs[pair] += d
                n = pairs[pair]
                heappush(heap, ((-n, str(pair)), pair))
        merges.append(best)
    return merges


# %% wrong: single_counts -- compares the counts as float32
# expects: not as float32


def learn_merges(words, counts, n_merges, first):
    words = [list(word) for word in words]
    pairs, where = count_pairs(words, counts), places(words)
    heap = [(-float(np.float32(n)), pair) for pair, n in pairs.items()]
    heapify(heap)
    merges = []
    while heap and len(merges) < n_merges:
        entry, best = heappop(heap)
        n = pairs[best]
        if not n or entry != -float(np.float32(n)):
            continue
        change = merge_in_words(
            words, counts, where, best, first + len(merges)
        )
        for pair, d in change.items():
            if d:
                pairs[pair] += d
                n = pairs[pair]
                heappush(heap, (-float(np.float32(n)), pair))
        merges.append(best)
    return merges


# %% right: max_of_pairs -- the largest of all counts each time, and a shallow copy of the words


def learn_merges(words, counts, n_merges, first):
    words = list(words)
    pairs, where = count_pairs(words, counts), places(words)
    merges = []
    for token in range(first, first + n_merges):
        if not pairs or max(pairs.values()) <= 0:
            break
        top = max(pairs.values())
        best = min(pair for pair, n in pairs.items() if n == top)
        for pair, n in merge_in_words(
            words, counts, where, best, token
        ).items():
            pairs[pair] += n
            if not pairs[pair]:
                del pairs[pair]
        merges.append(best)
    return merges


# %% wrong: packed_ties_too -- breaks ties by the pair packed into one number, 20 bits for an id
# expects: not packed into one number


def learn_merges(words, counts, n_merges, first):
    words = [list(word) for word in words]
    pairs, where = count_pairs(words, counts), places(words)
    heap = [(-n, (a << 20) + b, (a, b)) for (a, b), n in pairs.items()]
    heapify(heap)
    merges = []
    while heap and len(merges) < n_merges:
        n, _, best = heappop(heap)
        if not n or pairs[best] != -n:
            continue
        change = merge_in_words(
            words, counts, where, best, first + len(merges)
        )
        for (a, b), d in change.items():
            if d:
                pairs[a, b] += d
                heappush(heap, (-pairs[a, b], (a << 20) + b, (a, b)))
        merges.append(best)
    return merges


# %% wrong: appends -- appends to the heap
# expects: only heappush and heappop keep it in order


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapify(heap)
    merges = []
    while len(merges) < n_merges and (best := most_frequent(heap, pairs)):
        token = first + len(merges)
        change = merge_in_words(merged, counts, where, best, token)
        for pair, n in change.items():
            if n:
                pairs[pair] += n
                heap.append((-pairs[pair], pair))
        merges.append(best)
    return merges


# %% wrong: one_token -- each merge makes the same id
# expects: merge 1 the id 11


def learn_merges(words, counts, n_merges, first):
    merged = [list(word) for word in words]
    pairs, where = count_pairs(merged, counts), places(merged)
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapify(heap)
    merges = []
    while len(merges) < n_merges and (best := most_frequent(heap, pairs)):
        change = merge_in_words(merged, counts, where, best, first)
        for pair, n in change.items():
            if n:
                pairs[pair] += n
                heappush(heap, (-pairs[pair], pair))
        merges.append(best)
    return merges
