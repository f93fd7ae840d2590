# %% wrong: dot_products -- long vectors win
# expects: compare directions
def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    score = table @ table[i]
    order = np.argsort(-score, kind="stable")
    order = order[order != i][:n]
    return order, score[order]


# %% wrong: itself -- the word is its own neighbour
# expects: the word itself is among its neighbours
def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    cosine = unit(table) @ unit(table)[i]
    order = np.argsort(-cosine, kind="stable")[:n]
    return order, cosine[order]


# %% wrong: drops_the_first -- drops the first result, not the id
# expects: with row 1 itself
def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    cosine = unit(table) @ unit(table)[i]
    order = np.argsort(-cosine, kind="stable")[1 : n + 1]
    return order, cosine[order]


# %% wrong: farthest -- sorted the wrong way round
# expects: of row 0, expected ids
def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    cosine = unit(table) @ unit(table)[i]
    order = np.argsort(cosine, kind="stable")
    order = order[order != i][:n]
    return order, cosine[order]


# %% wrong: from_the_end -- a negative i counts from the end
# expects: must raise a ValueError
def neighbours(table, i, n):
    cosine = unit(table) @ unit(table)[i]
    order = np.argsort(-cosine, kind="stable")
    order = order[order != i][:n]
    return order, cosine[order]


# %% wrong: distances -- Euclidean distances of the rows as they are
# expects: the least distant
def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    distance = np.linalg.norm(table - table[i], axis=1)
    order = np.argsort(distance, kind="stable")
    order = order[order != i][:n]
    return order, distance[order]


# %% right: minus_infinity -- marks the word itself
def neighbours(table, i, n):
    if i < 0 or i >= len(table):
        raise ValueError(f"no row {i}")
    rows = unit(table)
    cosine = rows @ rows[i]
    cosine[i] = -np.inf
    order = np.argsort(-cosine, kind="stable")[: min(n, len(table) - 1)]
    return order, cosine[order]


# %% right: delete -- deletes the word's id
def neighbours(table, i, n):
    if i not in range(len(table)):
        raise ValueError(i)
    rows = unit(table)
    cosine = np.einsum("vc,c->v", rows, rows[i])
    others = np.delete(np.arange(len(table)), i)
    best = others[np.lexsort((others, -cosine[others]))][:n]
    return best, cosine[best]


# %% right: sorted_list -- Python's sort
def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    rows = unit(table)
    found = sorted(
        (j for j in range(len(rows)) if j != i),
        key=lambda j: -(rows[j] @ rows[i]),
    )[:n]
    return np.array(found), np.array([rows[j] @ rows[i] for j in found])


# %% wrong: half_unit -- divides by the length of row i only
# expects: times the length of row i


def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError("i")
    s = unit(table) @ table[i]
    order = np.argsort(-s, kind="stable")
    order = order[order != i][:n]
    return order, s[order]


# %% wrong: default_sort -- argsort without stable: equal ones in any order in a long table
# expects: the smaller id comes first
def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    rows = unit(table)
    cosine = rows @ rows[i]
    order = np.argsort(-cosine)
    order = order[order != i][:n]
    return order, cosine[order]


# %% wrong: partition -- argpartition of the n best, unsorted when n is small
# expects: the smaller id comes first
def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    rows = unit(table)
    cosine = rows @ rows[i]
    if n + 1 < len(table):
        best = np.argpartition(-cosine, n + 1)[: n + 1]
    else:
        best = np.arange(len(table))
    best = best[np.argsort(-cosine[best], kind="stable")]
    best = best[best != i][:n]
    return best, cosine[best]


# %% wrong: epsilon -- a small number in the denominator, which is not small beside short vectors
# expects: add nothing to a length
def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    length = np.linalg.norm(table, axis=1)
    cosine = table @ table[i] / (length * length[i] + 1e-6)
    order = np.argsort(-cosine, kind="stable")
    order = order[order != i][:n]
    return order, cosine[order]


# %% wrong: itself_minus_one -- gives row i the cosine -1 and takes the first V - 1
# expects: with row 1 itself
def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    rows = unit(table)
    cosine = rows @ rows[i]
    cosine[i] = -1
    order = np.argsort(-cosine, kind="stable")[: min(n, len(table) - 1)]
    return order, cosine[order]


# %% wrong: writes_the_table -- brings the rows of the table itself to length 1
# expects: the table was changed
def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12)
    cosine = table @ table[i]
    order = np.argsort(-cosine, kind="stable")
    order = order[order != i][:n]
    return order, cosine[order]


# %% wrong: partition_too -- argpartition takes any of the equal ones at the border
# expects: the smaller id


def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(f"row {i} of {len(table)}")
    rows = unit(table)
    cosine = rows @ rows[i]
    others = np.delete(np.arange(len(table)), i)
    n = min(n, len(others))
    if n < len(others):
        others = others[np.argpartition(-cosine[others], n)[:n]]
    order = np.lexsort((others, -cosine[others]))
    return others[order], cosine[others][order]


# %% right: sorted_list_too -- sorted with a key


def neighbours(table, i, n):
    if i not in range(len(table)):
        raise ValueError("no such row")
    rows = unit(table)
    cosine = (rows @ rows[i]).tolist()
    best = sorted(
        (j for j in range(len(table)) if j != i), key=lambda j: (-cosine[j], j)
    )[:n]
    return np.array(best, int), np.array([cosine[j] for j in best], float)


# %% wrong: rounded -- sorts cosines that are rounded to three digits
# expects: without rounding


def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    rows = unit(table)
    cosine = rows @ rows[i]
    order = np.argsort(-np.round(cosine, 3), kind="stable")
    order = order[order != i][:n]
    return order, cosine[order]


# %% wrong: itself_at_the_end -- the word itself gets minus infinity, and comes last of all
# expects: with row 1 itself


def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    rows = unit(table)
    cosine = rows @ rows[i]
    cosine[i] = -np.inf
    best = np.argsort(-cosine, kind="stable")[:n]
    return best, cosine[best]


# %% wrong: small_number -- adds a small number to each length, against 0 / 0
# expects: add nothing to a length


def neighbours(table, i, n):
    if not 0 <= i < len(table):
        raise ValueError(i)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    directions = table / (lengths + 1e-8)
    cosine = directions @ directions[i]
    order = np.argsort(-cosine, kind="stable")
    nearest = order[order != i][:n]
    return nearest, cosine[nearest]
