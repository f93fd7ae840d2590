import math

import torch


def _score(
    net,
    vocabulary,
    texts,
    bos=True,
    twice=False,
    base=2.0,
    eos=True,
    unit="bytes",
    mean=False,
    first=None,
):
    """The solution, with knobs for mistakes."""
    total, size, values = 0.0, 0, []
    for text in texts:
        ids = vocabulary.encode(text).tolist()
        row = torch.tensor([BOS, *ids, *([EOS] if eos else [])])
        n = {
            "bytes": len(text.encode()),
            "tokens": len(row) - 1,
            "characters": len(text),
        }[unit]
        bits, done, last = 0.0, 0, len(row) - 1
        for start in range(0, last, first or net.context // 2):
            end = min(start + net.context, last)
            with torch.no_grad():
                z = net(row[None, start:end])[0][0].double()
            if bos:
                z[:, BOS] = -math.inf
            log_p = z.log_softmax(-1).gather(
                1, row[start + 1 : end + 1, None]
            )[:, 0]
            bits -= float(
                log_p[0 if twice else done - start :].sum()
            ) / math.log(base)
            done = end
            if done == last:
                break
        total, size = total + bits, size + n
        values.append(bits / n if n else 0.0)
    if size == 0:
        raise ValueError("no bytes")
    return sum(values) / len(values) if mean else total / size


# %% wrong: nats -- the natural logarithm
# expects: these are nats
def score(net, vocabulary, texts):
    return _score(net, vocabulary, texts, base=math.e)


# %% wrong: per_token -- divided by the tokens
# expects: this divides by the tokens
def score(net, vocabulary, texts):
    return _score(net, vocabulary, texts, unit="tokens")


# %% wrong: per_character -- divided by the characters
# expects: these are characters
def score(net, vocabulary, texts):
    return _score(net, vocabulary, texts, unit="characters")


# %% wrong: mean_of_texts -- the mean of each text's value
# expects: the mean of the texts' values
def score(net, vocabulary, texts):
    return _score(net, vocabulary, texts, mean=True)


# %% wrong: scored_twice -- ids that two windows share count twice
# expects: are scored twice
def score(net, vocabulary, texts):
    return _score(net, vocabulary, texts, twice=True)


# %% wrong: no_end -- EOS is not predicted
# expects: EOS was not predicted
def score(net, vocabulary, texts):
    return _score(net, vocabulary, texts, eos=False)


# %% wrong: bos_possible -- BOS keeps its share of the probability
# expects: BOS kept its share
def score(net, vocabulary, texts):
    return _score(net, vocabulary, texts, bos=False)


# %% wrong: apart -- windows do not overlap
# expects: each window begins where the one before ends
def score(net, vocabulary, texts):
    return _score(net, vocabulary, texts, first=net.context)


# %% wrong: empty_passed_over -- empty texts are left out
# expects: An empty text has an end, too
def score(net, vocabulary, texts):
    return _score(net, vocabulary, [text for text in texts if text])


# %% wrong: zero_for_nothing -- no bytes give 0
# expects: has no byte: a ValueError
def score(net, vocabulary, texts):
    texts = list(texts)
    return _score(net, vocabulary, texts) if any(texts) else 0.0


# %% wrong: only_the_context -- longer texts are cut
# expects: longer texts were cut
def score(net, vocabulary, texts):
    bits, size = 0.0, 0
    for text in texts:
        row = torch.tensor([BOS, *vocabulary.encode(text).tolist(), EOS])[
            : net.context + 1
        ]
        with torch.no_grad():
            z = net(row[None, :-1])[0][0].double()
        z[:, BOS] = -math.inf
        bits -= float(
            z.log_softmax(-1).gather(1, row[1:, None]).sum()
        ) / math.log(2)
        size += len(text.encode())
    if not size:
        raise ValueError("no bytes")
    return bits / size


# %% wrong: ids_for_bytes -- divides by the number of ids
# expects: EOS left out, not per byte
@torch.no_grad()
def score(net, vocabulary, texts):
    bits = n_bytes = 0.0
    T = net.context
    for text in texts:
        row = torch.tensor([BOS, *vocabulary.encode(text).tolist(), EOS])
        n_bytes += len(row) - 2
        last, done = len(row) - 1, 0
        for start in range(0, last, T // 2):
            end = min(start + T, last)
            z = net(row[None, start:end])[0][0].double()
            z[:, BOS] = -math.inf
            logp = z.log_softmax(-1)
            tgt = row[start + 1 : end + 1]
            logp = logp[torch.arange(len(tgt)), tgt]
            bits -= float(logp[done - start :].sum()) / math.log(2)
            done = end
            if end == last:
                break
    if not n_bytes:
        raise ValueError("no bytes")
    return bits / n_bytes


# %% wrong: texts_twice -- texts that can be walked through once only
# expects: walked through once
@torch.no_grad()
def score(net, vocabulary, texts):
    bits = 0.0
    n_bytes = sum(len(t.encode()) for t in texts)
    T = net.context
    for text in texts:
        row = torch.tensor([BOS, *vocabulary.encode(text).tolist(), EOS])
        last, done = len(row) - 1, 0
        for start in range(0, last, T // 2):
            end = min(start + T, last)
            z = net(row[None, start:end])[0][0].double()
            z[:, BOS] = -math.inf
            logp = z.log_softmax(-1)
            tgt = row[start + 1 : end + 1]
            logp = logp[torch.arange(len(tgt)), tgt]
            bits -= float(logp[done - start :].sum()) / math.log(2)
            done = end
            if end == last:
                break
    if not n_bytes:
        raise ValueError("no bytes")
    return bits / n_bytes


# %% wrong: joined -- all texts are one
# expects: read as one
@torch.no_grad()
def score(net, vocabulary, texts):
    bits = n_bytes = 0.0
    T = net.context
    for text in ["".join(texts)]:
        row = torch.tensor([BOS, *vocabulary.encode(text).tolist(), EOS])
        n_bytes += len(text.encode("utf-8"))
        last, done = len(row) - 1, 0
        for start in range(0, last, T // 2):
            end = min(start + T, last)
            z = net(row[None, start:end])[0][0].double()
            z[:, BOS] = -math.inf
            logp = z.log_softmax(-1)
            tgt = row[start + 1 : end + 1]
            logp = logp[torch.arange(len(tgt)), tgt]
            bits -= float(logp[done - start :].sum()) / math.log(2)
            done = end
            if end == last:
                break
    if not n_bytes:
        raise ValueError("no bytes")
    return bits / n_bytes


# %% right: cross_entropy -- by torch's cross-entropy
def score(net, vocabulary, texts):
    bits, n_bytes = 0.0, 0
    step = net.context // 2
    for text in texts:
        n_bytes += len(bytes(text, "utf-8"))
        row = torch.tensor([BOS, *list(vocabulary.encode(text)), EOS])
        scored, start = 0, 0
        while scored < len(row) - 1:
            end = min(start + net.context, len(row) - 1)
            with torch.no_grad():
                z = net(row[start:end][None])[0][0].clone()
            z[:, BOS] = float("-inf")
            loss = torch.nn.functional.cross_entropy(
                z[scored - start :], row[scored + 1 : end + 1], reduction="sum"
            )
            bits += loss.item() / math.log(2)
            scored, start = end, start + step
    if n_bytes == 0:
        raise ValueError("no bytes at all")
    return bits / n_bytes


# %% right: numpy -- with NumPy's log2
def score(net, vocabulary, texts):
    import numpy as np

    texts = list(texts)
    size = sum(len(t.encode("utf-8")) for t in texts)
    if size == 0:
        raise ValueError("empty")
    total = 0.0
    for t in texts:
        row = np.array([BOS, *vocabulary.encode(t), EOS])
        surprise = np.full(len(row) - 1, np.nan)
        for start in range(0, len(row) - 1, net.context // 2):
            given = row[start : min(start + net.context, len(row) - 1)]
            z = (
                net(torch.from_numpy(given)[None])[0][0]
                .detach()
                .double()
                .numpy()
                .copy()
            )
            z[:, BOS] = -np.inf
            p = np.exp(z - z.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            found = -np.log2(
                p[
                    np.arange(len(given)),
                    row[start + 1 : start + 1 + len(given)],
                ]
            )
            part = surprise[start : start + len(given)]
            part[np.isnan(part)] = found[np.isnan(part)]
            if not np.isnan(surprise).any():
                break
        total += surprise.sum()
    return float(total / size)


# %% right: knobs -- as the solution, with a helper
def score(net, vocabulary, texts):
    return _score(net, vocabulary, texts)


# %% right: a_dictionary -- one number after the other, in a dictionary
def score(net, vocabulary, texts):
    total, size, T = 0.0, 0, net.context
    with torch.inference_mode():
        for text in texts:
            row = [BOS] + [int(i) for i in vocabulary.encode(text)] + [EOS]
            surprise = {}
            start = 0
            while len(surprise) < len(row) - 1:
                logits, _ = net(
                    torch.tensor([row[start : min(start + T, len(row) - 1)]])
                )
                logits = logits[0].clone()
                logits[:, BOS] = -float("inf")
                p = torch.softmax(logits.double(), dim=1).numpy()
                for j in range(len(p)):
                    surprise.setdefault(
                        start + j + 1,
                        -float(np.log2(p[j, row[start + j + 1]])),
                    )
                start += T // 2
            total += sum(surprise.values())
            size += len(bytes(text, "utf8"))
    if size == 0:
        raise ValueError("no bytes at all")
    return total / size


# %% wrong: the_library -- calls the library's yardstick
# expects: write the sum yourself
def score(net, vocabulary, texts):
    return bits_per_byte(LanguageModel(net, vocabulary), list(texts))
