# %% wrong: without_the_words_count -- a pair changes by one for each occurrence
# expects: multiply by the count of the word


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in where.pop(pair):
        for old in pairwise(words[row]):
            change[old] -= 1
        words[row] = merge(words[row], pair, token)
        for new in pairwise(words[row]):
            change[new] += 1
            where[new].add(row)
    change[pair] = {(4, 4): -3}.get(pair, change[pair])
    return change


# %% wrong: counts_merges -- the merged pair goes down by the merges, not by its occurrences
# expects: count neighbours, not merges


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in where.pop(pair):
        n = counts[row]
        old = words[row]
        words[row] = merge(old, pair, token)
        for new in pairwise(old):
            change[new] -= n
        for new in pairwise(words[row]):
            change[new] += n
            where[new].add(row)
        overlapping = sum(p == pair for p in pairwise(old))
        change[pair] += n * (overlapping - (len(old) - len(words[row])))
    return change


# %% wrong: forgets_where -- new pairs are not noted
# expects: add the row to where


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in where.pop(pair):
        n = counts[row]
        for old in pairwise(words[row]):
            change[old] -= n
        words[row] = merge(words[row], pair, token)
        for new in pairwise(words[row]):
            change[new] += n
    return change


# %% wrong: all_rows -- every row is noted for each new pair
# expects: (5, 4) occurs in row 2 alone


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in where.pop(pair):
        n = counts[row]
        for old in pairwise(words[row]):
            change[old] -= n
        words[row] = merge(words[row], pair, token)
        for new in pairwise(words[row]):
            change[new] += n
            where[new].update(range(len(words)))
    return change


# %% wrong: words_stay -- the words are merged in a copy
# expects: the words have not changed


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in where.pop(pair):
        n = counts[row]
        merged = merge(words[row], pair, token)
        for old in pairwise(words[row]):
            change[old] -= n
        for new in pairwise(merged):
            change[new] += n
            where[new].add(row)
    return change


# %% wrong: only_what_is_gone -- what is new is not counted
# expects: (5, 4) is new in a word that occurs 2 times


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in where.pop(pair):
        before = Counter(pairwise(words[row]))
        words[row] = merge(words[row], pair, token)
        after = Counter(pairwise(words[row]))
        for old in before:
            change[old] += (after[old] - before[old]) * counts[row]
        for new in after:
            where[new].add(row)
    return change


# %% wrong: no_return -- the change is not returned
# expects: return the change of the counts


def merge_in_words(words, counts, where, pair, token):
    for row in where.pop(pair):
        words[row] = merge(words[row], pair, token)
        for new in pairwise(words[row]):
            where[new].add(row)


# %% wrong: rows_of_the_first_word -- takes the counts in the order of the rows it visits
# expects: in your result it is 2 times for row 1


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row, n in zip(sorted(where.pop(pair)), counts):
        for old in pairwise(words[row]):
            change[old] -= n
        words[row] = merge(words[row], pair, token)
        for new in pairwise(words[row]):
            change[new] += n
            where[new].add(row)
    return change


# %% wrong: neighbours -- only the neighbours of each merge, overlaps forgotten
# expects: side by side
from collections import Counter


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in list(where[pair]):
        word, n, t = words[row], counts[row], 0
        while t < len(word) - 1:
            if (word[t], word[t + 1]) == pair:
                change[pair] -= n
                if t > 0:
                    change[word[t - 1], word[t]] -= n
                    change[word[t - 1], token] += n
                    where[word[t - 1], token].add(row)
                if t + 2 < len(word):
                    change[word[t + 1], word[t + 2]] -= n
                    change[token, word[t + 2]] += n
                    where[token, word[t + 2]].add(row)
                t += 2
            else:
                t += 1
        words[row] = merge(word, pair, token)
    return change


# %% wrong: reset_rows -- the rows of a new pair are overwritten
# expects: rows 1 and 2
from collections import Counter
from itertools import pairwise


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in where.pop(pair):
        for p in pairwise(words[row]):
            change[p] -= counts[row]
        words[row] = merge(words[row], pair, token)
        for p in pairwise(words[row]):
            change[p] += counts[row]
            if token in p:
                where[p] = {row}
    return change


# %% wrong: all_removed -- removes the row from every pair of the old word
# expects: still in row 3
from collections import Counter
from itertools import pairwise


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in list(where[pair]):
        old = list(pairwise(words[row]))
        words[row] = merge(words[row], pair, token)
        new = list(pairwise(words[row]))
        for p in new:
            change[p] += counts[row]
            where[p].add(row)
        for p in old:
            change[p] -= counts[row]
            where[p].discard(row)
    return change


# %% right: two_counters -- counts before and after, with the same helper


def merge_in_words(words, counts, where, pair, token):
    rows = sorted(where[pair])
    picked = [counts[row] for row in rows]
    before = count_pairs([words[row] for row in rows], picked)
    for row in rows:
        words[row] = merge(words[row], pair, token)
    after = count_pairs([words[row] for row in rows], picked)
    for row in rows:
        for new in pairwise(words[row]):
            where[new].add(row)
    where[pair] = set()
    return Counter(
        {key: after[key] - before[key] for key in before.keys() | after.keys()}
    )


# %% right: where_is_exact -- rows that hold a pair no longer are taken out


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in list(where[pair]):
        n = counts[row]
        old = list(pairwise(words[row]))
        words[row] = merge(words[row], pair, token)
        new = list(pairwise(words[row]))
        for key in old:
            change[key] -= n
        for key in new:
            change[key] += n
        for key in set(old) - set(new):
            where[key].discard(row)
        for key in new:
            where[key].add(row)
    return Counter({key: n for key, n in change.items() if n != 0})


# %% right: a_plain_dictionary -- returns a dictionary, changes words in place


def merge_in_words(words, counts, where, pair, token):
    change = {}
    for row in where.pop(pair, set()):
        word = words[row]
        for t in range(len(word) - 1):
            key = (word[t], word[t + 1])
            change[key] = change.get(key, 0) - counts[row]
        word[:] = merge(word, pair, token)
        for t in range(len(word) - 1):
            key = (word[t], word[t + 1])
            change[key] = change.get(key, 0) + counts[row]
            where.setdefault(key, set()).add(row)
    return Counter(change)


# %% wrong: visits_all_rows -- walks through all words
# expects: visit these rows and no other
def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in range(len(words)):
        old = words[row]
        new = merge(old, pair, token)
        if len(new) == len(old):
            continue
        change.subtract(
            {p: counts[row] * n for p, n in Counter(pairwise(old)).items()}
        )
        change.update(
            {p: counts[row] * n for p, n in Counter(pairwise(new)).items()}
        )
        words[row] = new
        for p in pairwise(new):
            where[p].add(row)
    return change


# %% wrong: trusts_where -- takes a stale row for one that holds the pair
# expects: Nothing changes there
def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in list(where[pair]):
        old = words[row]
        new = merge(old, pair, token)
        for p in pairwise(old):
            change[p] -= counts[row]
        for p in pairwise(new):
            change[p] += counts[row]
            where[p].add(row)
        if pair not in set(pairwise(old)):
            change[pair] -= counts[row]
        words[row] = new
    return change


# %% wrong: counters_minus -- subtracts Counters with `-`, which drops what is below 0
# expects: no count goes down
def merge_in_words(words, counts, where, pair, token):
    before, after = Counter(), Counter()
    for row in list(where[pair]):
        for p in pairwise(words[row]):
            before[p] += counts[row]
        words[row] = merge(words[row], pair, token)
        for p in pairwise(words[row]):
            after[p] += counts[row]
            where[p].add(row)
    return after - before


# %% right: one_walk -- notes the neighbours while it merges, also those that are merged next
def merge_in_words(words, counts, where, pair, token):
    (x, y), change = pair, Counter()
    for row in where.pop(pair, ()):
        word, n, out, t = words[row], counts[row], [], 0
        while t < len(word):
            if tuple(word[t : t + 2]) != pair:
                out.append(word[t])
                t += 1
                continue
            change[pair] -= n
            if out:
                change[out[-1], x] -= n
                change[out[-1], token] += n
                where[out[-1], token].add(row)
            if t + 2 < len(word):
                change[y, word[t + 2]] -= n
                change[token, word[t + 2]] += n
                where[token, word[t + 2]].add(row)
            out.append(token)
            t += 2
        words[row] = out
    return change


# %% wrong: one_counter -- one Counter for all calls
# expects: begin with an empty Counter in each call


CHANGE = Counter()


def merge_in_words(words, counts, where, pair, token):
    for row in sorted(where.pop(pair, ())):
        old = words[row]
        new = merge(old, pair, token)
        for p in pairwise(old):
            CHANGE[p] -= counts[row]
        for p in pairwise(new):
            CHANGE[p] += counts[row]
            where[p].add(row)
        words[row] = new
    return CHANGE


# %% right: exact_places -- where is kept exact, and the change is taken from two Counters


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in list(where[pair]):
        old = Counter(pairwise(words[row]))
        if pair not in old:
            where[pair].discard(row)
            continue
        words[row] = merge(words[row], pair, token)
        new = Counter(pairwise(words[row]))
        for p in old.keys() | new.keys():
            change[p] += (new[p] - old[p]) * counts[row]
            (where[p].add if p in new else where[p].discard)(row)
    return change


# %% right: within_the_list -- the list of a word stays, its contents change


def merge_in_words(words, counts, where, pair, token):
    change = Counter()
    for row in tuple(where[pair]):
        for p in pairwise(words[row]):
            change[p] -= counts[row]
        words[row][:] = merge(words[row], pair, token)
        for p in pairwise(words[row]):
            change[p] += counts[row]
            where[p].add(row)
    return change
