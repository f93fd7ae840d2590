# %% wrong: counts_each_word_once -- the counts of the words are not used
# expects: haha occurs 3 times


def count_pairs(words, counts):
    return Counter(
        pair
        for word, n in zip(words, counts, strict=True)
        for pair in pairwise(word)
    )


# %% wrong: across_words -- pairs reach from one word into the next
# expects: (2, 2) stands in no word


def count_pairs(words, counts):
    joined = [
        i
        for word, n in zip(words, counts, strict=True)
        for _ in range(n)
        for i in word
    ]
    return Counter(pairwise(joined))


# %% wrong: without_overlaps -- an overlapping pair counts once
# expects: [5, 5, 5] holds (5, 5) twice


def count_pairs(words, counts):
    pairs = Counter()
    for word, n in zip(words, counts, strict=True):
        word, t = list(word), 0
        while t + 1 < len(word):
            pairs[word[t], word[t + 1]] += n
            t += (
                2
                if t + 2 < len(word) and word[t] == word[t + 1] == word[t + 2]
                else 1
            )
    return pairs


# %% wrong: a_set_of_pairs_per_word -- a pair counts once in each word
# expects: you counted it once


def count_pairs(words, counts):
    pairs = Counter()
    for word, n in zip(words, counts, strict=True):
        for pair in set(pairwise(word)):
            pairs[pair] += n
    return pairs


# %% wrong: needs_lengths -- a generator has no length
# expects: words may be a generator


def count_pairs(words, counts):
    if len(words) != len(counts):
        raise ValueError("as many words as counts")
    pairs = Counter()
    for word, n in zip(words, counts):
        for pair in pairwise(word):
            pairs[pair] += n
    return pairs


# %% wrong: zip_is_not_strict -- what is left over is dropped
# expects: raise a ValueError


def count_pairs(words, counts):
    pairs = Counter()
    for word, n in zip(words, counts):
        for pair in pairwise(word):
            pairs[pair] += n
    return pairs


# %% wrong: lists_of_text -- keys are texts
# expects: the keys are tuples


def count_pairs(words, counts):
    pairs = Counter()
    for word, n in zip(words, counts, strict=True):
        for x, y in pairwise(word):
            pairs[f"{x} {y}"] += n
    return pairs


# %% wrong: dict_by_word -- words as keys of a dict: repeated words collapse
# expects: listed twice
from collections import Counter
from itertools import pairwise


def count_pairs(words, counts):
    words, counts = [tuple(w) for w in words], list(counts)
    if len(words) != len(counts):
        raise ValueError("not as many")
    pairs = Counter()
    for word, n in dict(zip(words, counts)).items():
        for pair in pairwise(word):
            pairs[pair] += n
    return pairs


# %% right: dictionary -- a plain dictionary and indices


def count_pairs(words, counts):
    pairs = {}
    for word, n in zip(words, counts, strict=True):
        for t in range(len(word) - 1):
            pair = (word[t], word[t + 1])
            pairs[pair] = pairs.get(pair, 0) + n
    return Counter(pairs)


# %% right: defaultdict_and_slices -- a defaultdict, and the word against itself moved by one


def count_pairs(words, counts):
    pairs = defaultdict(int)
    for word, n in zip(words, counts, strict=True):
        left, right = word[:-1], word[1:]
        for x, y in zip(left, right, strict=True):
            pairs[int(x), int(y)] += int(n)
    return pairs


# %% right: counters_added -- a counter for each word


def count_pairs(words, counts):
    words, counts = list(words), list(counts)
    if len(words) != len(counts):
        raise ValueError(f"{len(words)} words, {len(counts)} counts")
    pairs = Counter()
    for word, n in zip(words, counts):
        pairs.update(
            {
                pair: times * n
                for pair, times in Counter(pairwise(word)).items()
            }
        )
    return pairs


# %% wrong: returned_error -- returns the ValueError
# expects: returned, not raised
def count_pairs(words, counts):
    words, counts = list(words), list(counts)
    if len(words) != len(counts):
        return ValueError("lengths differ")
    pairs = Counter()
    for word, n in zip(words, counts):
        for pair in pairwise(word):
            pairs[pair] += n
    return pairs


# %% wrong: kept_default -- a Counter as a default argument, which stays from call to call
# expects: the same call gives another result
def count_pairs(words, counts, pairs=Counter()):  # noqa: B006
    for word, n in zip(words, counts, strict=True):
        for pair in pairwise(word):
            pairs[pair] += n
    return pairs


# %% wrong: packed_keys -- counts x * 1000 + y and unpacks the keys at the end
# expects: don't pack two ids
def count_pairs(words, counts):
    packed = Counter()
    for word, n in zip(words, counts, strict=True):
        for x, y in pairwise(word):
            packed[int(x) * 1000 + int(y)] += int(n)
    return Counter({divmod(key, 1000): n for key, n in packed.items()})


# %% wrong: packed16 -- counts pairs packed into one number, 16 bits for each id
# expects: don't pack two ids into one number


def count_pairs(words, counts):
    packed = Counter()
    for word, n in zip(words, counts, strict=True):
        word = [int(i) for i in word]
        for x, y in zip(word, word[1:]):
            packed[(x << 16) + y] += n
    return Counter({(key >> 16, key & 0xFFFF): n for key, n in packed.items()})


# %% right: by_place -- lists, places and plain numbers


def count_pairs(words, counts):
    words, counts = list(words), list(counts)
    if len(words) != len(counts):
        raise ValueError("as many words as counts")
    found = {}
    for row in range(len(words)):
        for t in range(1, len(words[row])):
            key = int(words[row][t - 1]), int(words[row][t])
            found[key] = found.get(key, 0) + int(counts[row])
    return Counter(found)


# %% wrong: whole_words_first -- counts equal words once only, with the last count
# expects: a word that is listed twice


def count_pairs(words, counts):
    known = {tuple(word): n for word, n in zip(words, counts, strict=True)}
    pairs = Counter()
    for word, n in known.items():
        for pair in pairwise(word):
            pairs[pair] += n
    return pairs


# %% right: unique -- all pairs in one array, and np.unique


def count_pairs(words, counts):
    rows, times = [], []
    for word, n in zip(words, counts, strict=True):
        word = list(map(int, word))
        rows += zip(word[:-1], word[1:])
        times += [int(n)] * max(len(word) - 1, 0)
    total = Counter()
    if rows:
        found, place = np.unique(np.array(rows), axis=0, return_inverse=True)
        sums = np.zeros(len(found), np.int64)
        np.add.at(sums, place.ravel(), times)
        total.update(
            {tuple(pair.tolist()): int(n) for pair, n in zip(found, sums)}
        )
    return total


# %% wrong: last_pair -- ends one place too early
# expects: The last pair of each word is missing


def count_pairs(words, counts):
    pairs = Counter()
    for word, n in zip(words, counts, strict=True):
        for t in range(len(word) - 2):
            pairs[word[t], word[t + 1]] += n
    return pairs


# %% wrong: in_steps_of_two -- cuts each word into pieces of two
# expects: Each id is in one pair only


def count_pairs(words, counts):
    pairs = Counter()
    for word, n in zip(words, counts, strict=True):
        for t in range(0, len(word) - 1, 2):
            pairs[word[t], word[t + 1]] += n
    return pairs
