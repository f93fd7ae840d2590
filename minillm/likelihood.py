"""What a text costs: by the chain rule, and gap by gap."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

Predictor = Callable[[Tensor], Tensor]  # ids (B, T) to logits (B, T, V)


def log_likelihood(predict: Predictor, ids: Tensor) -> Tensor:
    """log2 probability (T - 1,) of each token of a text but the first, given
    those in front of it: their sum is the text's, by the chain rule.

    `ids` (T,) begin with a token that is given. `predict` must not look
    ahead, or each token has seen itself.
    """
    logits = predict(ids[None, :-1])[0]  # (T - 1, V)
    log_p = logits.log_softmax(-1).gather(1, ids[1:, None])[:, 0]
    return log_p / math.log(2)


def pseudo_log_likelihood(
    predict: Predictor, ids: Tensor, mask_id: int
) -> Tensor:
    """log2 probability (T - 2,) of each token of a text but the first and the
    last, given all the others on both sides.

    Token by token, `mask_id` stands in its place: T - 2 copies of the text,
    each with one gap, in one batch. The sum is the text's
    pseudo-log-likelihood (Besag 1975; Salazar et al. 2020), and no
    probability: summed over all texts, 2 to its power is not 1.
    """
    gaps = torch.arange(1, len(ids) - 1)
    copies = ids.repeat(len(gaps), 1)  # (T - 2, T)
    copies[torch.arange(len(gaps)), gaps] = mask_id
    logits = predict(copies)[torch.arange(len(gaps)), gaps]  # (T - 2, V)
    log_p = logits.log_softmax(-1).gather(1, ids[gaps, None])[:, 0]
    return log_p / math.log(2)
