import math

import torch


# %% wrong: unscaled -- no division by the root of D
# expects: The root of D is missing
def attention_loop(query, keys, values):
    scores = [sum(a * b for a, b in zip(query, key)) for key in keys]
    top = max(scores)
    powers = [math.exp(s - top) for s in scores]
    weights = [p / sum(powers) for p in powers]
    return weights, [
        sum(w * v[c] for w, v in zip(weights, values))
        for c in range(len(values[0]))
    ]


# %% wrong: by_size -- divided by D
# expects: You divided by 2; the root of D = 2 is 1.414
def attention_loop(query, keys, values):
    scores = [
        sum(a * b for a, b in zip(query, key)) / len(query) for key in keys
    ]
    top = max(scores)
    powers = [math.exp(s - top) for s in scores]
    weights = [p / sum(powers) for p in powers]
    return weights, [
        sum(w * v[c] for w, v in zip(weights, values))
        for c in range(len(values[0]))
    ]


# %% wrong: not_normalised -- the powers are taken for weights
# expects: not divided by their sum
def attention_loop(query, keys, values):
    scores = [
        sum(a * b for a, b in zip(query, key)) / math.sqrt(len(query))
        for key in keys
    ]
    weights = [math.exp(s) for s in scores]
    return weights, [
        sum(w * v[c] for w, v in zip(weights, values))
        for c in range(len(values[0]))
    ]


# %% wrong: best_only -- the value of the best key
# expects: the value of the best key alone
def attention_loop(query, keys, values):
    scores = [
        sum(a * b for a, b in zip(query, key)) / math.sqrt(len(query))
        for key in keys
    ]
    top = max(scores)
    powers = [math.exp(s - top) for s in scores]
    weights = [p / sum(powers) for p in powers]
    return weights, list(values[scores.index(top)])


# %% wrong: overflow -- the largest score is not subtracted
# expects: OverflowError
def attention_loop(query, keys, values):
    scores = [
        sum(a * b for a, b in zip(query, key)) / math.sqrt(len(query))
        for key in keys
    ]
    powers = [math.exp(s) for s in scores]
    weights = [p / sum(powers) for p in powers]
    return weights, [
        sum(w * v[c] for w, v in zip(weights, values))
        for c in range(len(values[0]))
    ]


# %% wrong: width_of_keys -- as many channels as the query has
# expects: with the scores 1,414 and 707
def attention_loop(query, keys, values):
    scores = [
        sum(a * b for a, b in zip(query, key)) / math.sqrt(len(query))
        for key in keys
    ]
    top = max(scores)
    powers = [math.exp(s - top) for s in scores]
    weights = [p / sum(powers) for p in powers]
    n = min(len(query), len(values[0]))
    return weights, [
        sum(w * v[c] for w, v in zip(weights, values)) for c in range(n)
    ]


# %% wrong: mixes_keys -- the keys are mixed
# expects: The keys are mixed here
def attention_loop(query, keys, values):
    scores = [
        sum(a * b for a, b in zip(query, key)) / math.sqrt(len(query))
        for key in keys
    ]
    top = max(scores)
    powers = [math.exp(s - top) for s in scores]
    weights = [p / sum(powers) for p in powers]
    return weights, [
        sum(w * k[c] for w, k in zip(weights, keys))
        for c in range(len(keys[0]))
    ]


# %% wrong: root_of_keys -- divided by the root of the number of keys
# expects: by the root of the number of keys
def attention_loop(query, keys, values):
    scores = [
        sum(a * b for a, b in zip(query, k)) / len(keys) ** 0.5 for k in keys
    ]
    powers = [math.exp(s - max(scores)) for s in scores]
    weights = [p / sum(powers) for p in powers]
    return weights, [
        sum(w * x for w, x in zip(weights, c)) for c in zip(*values)
    ]


# %% wrong: root_of_two -- the toy's root for every query
# expects: right for the toy only
def attention_loop(query, keys, values):
    scores = [
        sum(a * b for a, b in zip(query, k)) / math.sqrt(2) for k in keys
    ]
    powers = [math.exp(s - max(scores)) for s in scores]
    weights = [p / sum(powers) for p in powers]
    return weights, [
        sum(w * x for w, x in zip(weights, c)) for c in zip(*values)
    ]


# %% wrong: largest_from_zero -- the largest score is 0 where all are negative
# expects: All powers of e became 0
def attention_loop(query, keys, values):
    scores = [
        sum(a * b for a, b in zip(query, k)) / len(query) ** 0.5 for k in keys
    ]
    powers = [math.exp(s - max(0, *scores)) for s in scores]
    weights = [p / sum(powers) for p in powers]
    return weights, [
        sum(w * x for w, x in zip(weights, c)) for c in zip(*values)
    ]


# %% wrong: query_in_place -- the query is divided in place
# expects: the query, a key or a value was changed
def attention_loop(query, keys, values):
    D = len(query)
    for i in range(D):
        query[i] /= D**0.5
    scores = [sum(a * b for a, b in zip(query, k)) for k in keys]
    powers = [math.exp(s - max(scores)) for s in scores]
    weights = [p / sum(powers) for p in powers]
    return weights, [
        sum(w * x for w, x in zip(weights, c)) for c in zip(*values)
    ]


# %% wrong: rounded -- rounded, as the example is
# expects: expected 0.50648, got 0.5065
def attention_loop(query, keys, values):
    scores = [
        sum(a * b for a, b in zip(query, k)) / len(query) ** 0.5 for k in keys
    ]
    powers = [math.exp(s - max(scores)) for s in scores]
    weights = [round(p / sum(powers), 4) for p in powers]
    return weights, [
        sum(w * x for w, x in zip(weights, c)) for c in zip(*values)
    ]


# %% right: columns -- zip(*values)
def attention_loop(query, keys, values):
    scores = [
        math.fsum(map(lambda a, b: a * b, query, key)) / len(query) ** 0.5
        for key in keys
    ]
    powers = [math.exp(s - max(scores)) for s in scores]
    total = math.fsum(powers)
    weights = [p / total for p in powers]
    return weights, [
        math.fsum(w * x for w, x in zip(weights, column))
        for column in zip(*values)
    ]


# %% right: accumulate -- one loop over the keys
def attention_loop(query, keys, values):
    root = math.sqrt(len(query))
    scores = []
    for key in keys:
        score = 0.0
        for a, b in zip(query, key):
            score += a * b
        scores.append(score / root)
    powers = [math.exp(score - max(scores)) for score in scores]
    weights, mixed = [], [0.0] * len(values[0])
    for power, value in zip(powers, values):
        weights.append(power / sum(powers))
        for c in range(len(mixed)):
            mixed[c] += weights[-1] * value[c]
    return weights, mixed


# %% right: log_sum -- weights as exp(score - log of the sum)
def attention_loop(query, keys, values):
    scores = [
        sum(a * b for a, b in zip(query, key)) * len(query) ** -0.5
        for key in keys
    ]
    top = max(scores)
    log_sum = top + math.log(sum(math.exp(s - top) for s in scores))
    weights = [math.exp(s - log_sum) for s in scores]
    mixed = [
        sum(weights[s] * values[s][c] for s in range(len(keys)))
        for c in range(len(values[0]))
    ]
    return weights, mixed


# %% right: tensors_inside -- tensors inside, lists outside


def attention_loop(query, keys, values):
    q, k, v = (
        torch.tensor(x, dtype=torch.float64) for x in (query, keys, values)
    )
    weights = (k @ q / len(query) ** 0.5).softmax(0)
    return weights.tolist(), (weights @ v).tolist()


# %% wrong: first_subtracted -- the first score is subtracted, not the largest
# expects: subtract the largest of *all* scores
def attention_loop(query, keys, values):
    scores = [
        sum(a * b for a, b in zip(query, key)) / math.sqrt(len(query))
        for key in keys
    ]
    powers = [math.exp(score - scores[0]) for score in scores]
    weights = [p / sum(powers) for p in powers]
    mixed = [
        sum(w * v[c] for w, v in zip(weights, values))
        for c in range(len(values[0]))
    ]
    return weights, mixed


# %% wrong: single_precision -- weights by torch in float32
# expects: Compute with Python's floats
def attention_loop(query, keys, values):
    q, k, v = torch.tensor(query), torch.tensor(keys), torch.tensor(values)
    w = (k @ q / len(query) ** 0.5).softmax(0)
    return w.tolist(), (w @ v).tolist()


# %% wrong: keys_counted -- divides by the root of the number of keys
# expects: You divided by the root of the number of keys
def attention_loop(query, keys, values):
    D = len(keys)
    scores = [sum(a * b for a, b in zip(query, k)) / D**0.5 for k in keys]
    top = max(scores)
    e = [math.exp(s - top) for s in scores]
    w = [x / sum(e) for x in e]
    n = len(values[0])
    return w, [
        sum(w[s] * values[s][c] for s in range(len(w))) for c in range(n)
    ]
