"""Texts longer than the context: written on and scored, in windows.

Plain functions for one text at a time. `generation` and `LanguageModel` do the
same for many, faster; the page's `minillm.js` writes as `continue_text` does.
"""

import math
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from minillm.corpus import BOS, EOS, Vocabulary
from minillm.network import Network


def choose(logits: Tensor, u: float) -> int:
    """The id that a number from 0 to below 1 decides on.

    The probabilities of `logits` (V,), `<s>` left out, lie side by side in
    the order of their ids and share the line from 0 to 1: the id on whose
    part `u` lies is chosen.

    >>> choose(torch.tensor([9.0, 0, 0]), 0.49), choose(torch.zeros(3), 0.51)
    (1, 2)
    """
    z = logits.double()
    z[BOS] = -math.inf
    ends = z.softmax(dim=-1).cumsum(dim=-1)
    # Rounding can leave the last end below 1, and u beyond it.
    return min(int((ends <= u).sum()), len(z) - 1)


@torch.no_grad()
def continue_text(
    net: Network, ids: Sequence[int], n: int, u: Sequence[float]
) -> list[int]:
    """Up to n new ids behind those of a text, which begins with `<s>`.

    `u` (n,) are numbers from 0 to below 1: number i decides on new token i,
    as `choose` says. The text ends before `</s>`. The network has a `context`
    and a state, and reads each token once. Only when the state holds as many
    tokens as the context, or when the text itself is longer, it begins anew:
    it reads the last context // 2 ids of all with an empty state. Nothing is
    kept for the next call. Raises `ValueError` where there are no ids, and
    where `u` has fewer than n numbers.
    """
    if not len(ids) or len(u) < n:
        raise ValueError(f"{n} tokens behind {len(ids)} ids, {len(u)} numbers")
    context = net.context or 0
    seen, new = list(ids), list[int]()
    unread = seen if len(seen) <= context else seen[-(context // 2) :]
    state, n_read = net.initial_state(1), 0
    for number in u[:n]:
        logits, state = net(torch.tensor([unread]), state)
        n_read += len(unread)
        token = choose(logits[0, -1], float(number))
        if token == EOS:
            break
        new.append(token)
        seen.append(token)
        unread = [token]
        if n_read == context:
            # Old keys have seen what is gone, and their places stay.
            state, n_read = net.initial_state(1), 0
            unread = seen[-(context // 2) :]
    return new


@torch.no_grad()
def score(net: Network, vocabulary: Vocabulary, texts: Iterable[str]) -> float:
    """Bits per byte of some texts, by a network that reads left to right.

    A text is the ids `<s>`, its own, `</s>`; each of them but the first is
    predicted from those in front of it. `<s>` is never predicted: its logit
    becomes minus infinity. A text longer than the context is read in windows
    of so many ids, each of which begins context // 2 ids after the one before;
    each id is scored once, in the first window that reaches it. The sum of
    all surprises in bits is divided by the bytes of the texts in UTF-8, of
    which `</s>` has none. Raises `ValueError` where there are no bytes.
    """
    context = net.context or 0
    bits, n_bytes = 0.0, 0
    for text in texts:
        n_bytes += len(text.encode())
        row = torch.tensor([BOS, *vocabulary.encode(text), EOS])
        done, last = 0, len(row) - 1  # how many are scored, and of how many
        for start in range(0, last, context // 2):
            end = min(start + context, last)
            logits, _ = net(row[None, start:end])
            z = logits[0].double()
            z[:, BOS] = -math.inf
            targets = row[start + 1 : end + 1]
            nats = -z.log_softmax(dim=-1).gather(1, targets[:, None])
            bits += nats[done - start :].sum().item() / math.log(2)
            done = end
            if done == last:
                break
    if n_bytes == 0:
        raise ValueError("there is no byte to divide the bits by")
    return bits / n_bytes
