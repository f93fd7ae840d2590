# %% wrong: query_words_allowed -- exclude is ignored
# expects: is a query word
def analogy(table, a, b, c, exclude=True):
    rows = unit(table)
    return int(np.argmax(rows @ (rows[b] - rows[a] + rows[c])))


# %% wrong: always_excluded -- the query words are always left out
# expects: with exclude=False the nearest row
def analogy(table, a, b, c, exclude=True):
    rows = unit(table)
    score = rows @ (rows[b] - rows[a] + rows[c])
    score[[a, b, c]] = -np.inf
    return int(np.argmax(score))


# %% wrong: turned -- a - b + c
# expects: the direction is b - a
def analogy(table, a, b, c, exclude=True):
    rows = unit(table)
    score = rows @ (rows[a] - rows[b] + rows[c])
    if exclude:
        score[[a, b, c]] = -np.inf
    return int(np.argmax(score))


# %% wrong: raw_rows -- adds the rows as they are
# expects: Rows get length 1 before they are added
def analogy(table, a, b, c, exclude=True):
    score = unit(table) @ (table[b] - table[a] + table[c])
    if exclude:
        score[[a, b, c]] = -np.inf
    return int(np.argmax(score))


# %% right: cosine -- with the length of the target
def analogy(table, a, b, c, exclude=True):
    rows = unit(table)
    cosine = rows @ unit(rows[b] - rows[a] + rows[c])
    best = np.argsort(-cosine, kind="stable")
    return int(next(i for i in best if not exclude or i not in (a, b, c)))


# %% right: three_cosines -- the sum of three cosines
def analogy(table, a, b, c, exclude=True):
    rows = unit(table)
    score = rows @ rows[b] - rows @ rows[a] + rows @ rows[c]
    allowed = np.ones(len(rows), bool)
    if exclude:
        allowed[[a, b, c]] = False
    return int(np.flatnonzero(allowed)[score[allowed].argmax()])


# %% right: max_with_key -- Python's max
def analogy(table, a, b, c, exclude=True):
    rows = unit(table)
    target = rows[b] - rows[a] + rows[c]
    ids = [i for i in range(len(rows)) if not (exclude and i in (a, b, c))]
    return max(ids, key=lambda i: rows[i] @ target)


# %% wrong: zeroed -- score 0 instead of minus infinity
# expects: a query word


def analogy(table, a, b, c, exclude=True):
    t = unit(table)
    s = t @ (t[b] - t[a] + t[c])
    if exclude:
        s[[a, b, c]] = 0
    return int(s.argmax())


# %% wrong: only_c -- leaves only c out
# expects: a query word


def analogy(table, a, b, c, exclude=True):
    t = unit(table)
    s = t @ (t[b] - t[a] + t[c])
    if exclude:
        s[c] = -np.inf
    return int(np.argmax(s))


# %% wrong: excluded_at_minus_one -- the query words get the score -1, but scores go down to -3
# expects: point away
def analogy(table, a, b, c, exclude=True):
    rows = unit(table)
    score = rows @ (rows[b] - rows[a] + rows[c])
    if exclude:
        score[[a, b, c]] = -1
    return int(np.argmax(score))


# %% wrong: last_of_equal -- of equally near rows the last one
# expects: equally near
def analogy(table, a, b, c, exclude=True):
    rows = unit(table)
    score = rows @ (rows[b] - rows[a] + rows[c])
    if exclude:
        score[[a, b, c]] = -np.inf
    best = -np.inf
    answer = 0
    for i, s in enumerate(score):
        if s >= best and s > -np.inf:
            best, answer = s, i
    return answer


# %% wrong: deleted_rows -- deletes the query rows, so that the places of the others move
# expects: row 3 is at place 0
def analogy(table, a, b, c, exclude=True):
    rows = unit(table)
    score = rows @ (rows[b] - rows[a] + rows[c])
    return int(np.argmax(np.delete(score, [a, b, c]) if exclude else score))


# %% wrong: by_value -- leaves out all rows that equal a query row
# expects: by their ids


def analogy(table, a, b, c, exclude=True):
    rows = unit(table)
    score = rows @ (rows[b] - rows[a] + rows[c])
    if exclude:
        for i in (a, b, c):
            score[(rows == rows[i]).all(1)] = -np.inf
    return int(score.argmax())


# %% right: loop -- a loop that keeps the best one


def analogy(table, a, b, c, exclude=True):
    rows = unit(table)
    target = rows[b] - rows[a] + rows[c]
    scores = (rows @ target).tolist()
    best = None
    for i, score in enumerate(scores):
        if exclude and i in (a, b, c):
            continue
        if best is None or score > scores[best]:
            best = i
    return best


# %% wrong: rows_of_all_lengths -- scores the rows as they are
# expects: bring all rows to length 1


def analogy(table, a, b, c, exclude=True):
    directions = unit(table)
    score = table @ (directions[b] - directions[a] + directions[c])
    if exclude:
        score[[a, b, c]] = -np.inf
    return int(np.argmax(score))
