"""problem: count_ngrams
mistake: the columns of the tables are lists
expects: wrap them in np.array
"""


def count_ngrams(stream, order, vocab_size):
    stream = stream.tolist()
    seen = [stream.count(i) for i in range(vocab_size)]
    seen[BOS] = 0
    zeros, ids = [0] * vocab_size, list(range(vocab_size))
    tables, row = [Table(zeros, ids, zeros, seen)], {(i,): i for i in ids}
    for k in range(2, order + 1):
        count = {}
        for t in range(k, len(stream) + 1):
            gram = tuple(stream[t - k : t])
            if BOS not in gram[1:]:
                count[gram] = count.get(gram, 0) + 1
        grams = sorted(count)
        history = [row[g[:-1]] for g in grams]
        suffix = [row[g[1:]] for g in grams]
        word = [g[-1] for g in grams]
        tables.append(Table(history, word, suffix, [count[g] for g in grams]))
        row = {g: i for i, g in enumerate(grams)}
    return tables
