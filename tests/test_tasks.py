"""The four objectives: what is hidden, what is asked, what is left alone."""

import pytest
import torch

from minillm import tasks
from minillm.architectures import configure
from minillm.tasks import IGNORE
from minillm.transformer import Transformer

SIZES = {"vocab_size": 40, "n_layers": 1, "n_heads": 2, "width": 16, "hidden": 32}


def rows(B: int, T: int, seed: int = 0) -> torch.Tensor:
    """Random ids without `<s>`, `</s>` and 39, which stands for a mask."""
    return torch.randint(2, 39, (B, T), generator=torch.Generator().manual_seed(seed))


def test_causal_targets_are_the_next_tokens():
    task = tasks.causal(torch.tensor([[0, 7, 8, 9, 1]]))
    assert task.ids.tolist() == [[0, 7, 8, 9]]
    assert task.targets.tolist() == [[7, 8, 9, 1]]
    assert task.given == {}


def test_denoising_asks_for_the_share_in_the_proportions_of_bert():
    text, generator = rows(200, 500), torch.Generator().manual_seed(1)
    task = tasks.denoising(text, 39, 39, generator)
    asked = task.targets != IGNORE
    assert torch.equal(task.targets[asked], text[asked])
    assert torch.equal(task.ids[~asked], text[~asked])
    n = int(asked.sum())
    assert n == pytest.approx(0.15 * text.numel(), rel=0.03)
    assert int((task.ids == 39)[asked].sum()) / n == pytest.approx(0.8, abs=0.01)
    # One of 39 ids drawn at random is the token itself.
    kept = int((task.ids == text)[asked].sum()) / n
    assert kept == pytest.approx(0.1 + 0.1 / 39, abs=0.01)


def test_denoising_never_asks_for_the_ends():
    text = rows(50, 40)
    text[:, 0], text[:, -1] = 0, 1
    task = tasks.denoising(text, 39, 39, torch.Generator().manual_seed(2), share=1.0)
    assert (task.targets[:, [0, -1]] == IGNORE).all()
    assert torch.equal(task.ids[:, [0, -1]], text[:, [0, -1]])
    assert (task.targets[:, 1:-1] != IGNORE).all()


def test_prefix_asks_for_the_rest_only():
    task = tasks.prefix(torch.tensor([[5, 6, 7, 8, 9]] * 3), torch.tensor([0, 1, 3]))
    assert task.ids.tolist() == [[5, 6, 7, 8]] * 3
    assert task.targets.tolist() == [
        [6, 7, 8, 9],
        [6, 7, 8, 9],
        [IGNORE, IGNORE, 8, 9],
    ]


def test_sequence_to_sequence_leaves_padding_out():
    sources = torch.tensor([[5, 6, 3], [7, 3, 3]])
    task = tasks.sequence_to_sequence(sources, torch.tensor([[0, 9, 1], [0, 1, 3]]), padding=3)
    assert task.ids.tolist() == [[0, 9], [0, 1]]
    assert task.targets.tolist() == [[9, 1], [1, IGNORE]]
    assert task.given["source_mask"].tolist() == [[True, True, False], [True, False, False]]
    plain = tasks.sequence_to_sequence(sources, torch.tensor([[0, 9, 3], [0, 1, 3]]))
    assert (plain.targets != IGNORE).all()


@pytest.mark.parametrize(
    ("row", "task"),
    [
        ("llama", tasks.causal(rows(2, 9))),
        ("bloom", tasks.causal(rows(2, 9))),
        ("bert", tasks.denoising(rows(2, 8), 39, 39, torch.Generator().manual_seed(3))),
        ("chatglm", tasks.prefix(rows(2, 9), torch.tensor([2, 4]))),
        ("original", tasks.sequence_to_sequence(rows(2, 6, 4), rows(2, 9))),
    ],
    ids=["llama", "bloom", "bert", "chatglm", "original"],
)
def test_each_row_of_the_table_takes_its_task(row, task):
    model = Transformer(configure(row, **SIZES), torch.Generator().manual_seed(0))
    logits = model(task.ids, **task.given)[0]
    assert logits.shape == (*task.targets.shape, 40)
    loss = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), task.targets.flatten(), ignore_index=IGNORE
    )
    assert abs(loss.item() - torch.log(torch.tensor(40.0)).item()) < 0.5
