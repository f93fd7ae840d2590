"""Replaced parts act everywhere; what was trained on a frozen base is kept apart from it."""

import numpy as np
import pytest
import torch
from torch import nn

from minillm import adapters, checkpoint
from minillm.architectures import configure
from minillm.batches import Windows
from minillm.corpus import ByteVocabulary
from minillm.generation import generate
from minillm.language_model import LanguageModel
from minillm.network import evaluating
from minillm.objectives import SequenceToSequence
from minillm.recipe import Recipe
from minillm.trainer import Trainer
from minillm.transformer import Transformer
from tests.small_models import build, distance, random_ids

SIZES = {"vocab_size": 258, "n_layers": 2, "n_heads": 2, "width": 16, "hidden": 24, "context": 16}


class LowRank(nn.Module):
    """A linear layer and a product of two small matrices beside it (LoRA)."""

    def __init__(self, base, rank=2, seed=0, start=0.0):
        super().__init__()
        self.base = base.requires_grad_(False)
        generator = torch.Generator().manual_seed(seed)
        self.a = nn.Parameter(0.1 * torch.randn(rank, base.in_features, generator=generator))
        draws = torch.randn(base.out_features, rank, generator=generator)
        self.b = nn.Parameter(start * draws)

    def forward(self, x):
        return self.base(x) + x @ self.a.T @ self.b.T


def linear_parts(net):
    return [name for name, part in net.named_modules() if isinstance(part, nn.Linear)]


def adapted(net, start=0.0):
    """The network with LowRank in place of each linear part, all else frozen."""
    net.requires_grad_(False)
    for name in linear_parts(net):
        path, _, last = name.rpartition(".")
        setattr(net.get_submodule(path), last, LowRank(net.get_submodule(name), start=start))
    return net


def make(row="llama", seed=0, **more):
    config = configure(row, **SIZES | more)
    return Transformer(config, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("row", ["original", "bert", "llama", "chatglm", "bloom"])
def test_every_linear_part_acts_where_it_is_replaced(row):
    given = {"source": random_ids(2, 5, seed=1)} if row == "original" else {}
    ids, names = random_ids(2, 6), linear_parts(build(row))
    assert len(names) >= 8
    for name in names:
        net = build(row).eval()
        before = net(ids, **given)[0]
        path, _, last = name.rpartition(".")
        part = net.get_submodule(name)
        setattr(net.get_submodule(path), last, LowRank(part, start=0.5))
        assert distance(net(ids, **given)[0], before) > 1e-4, name
        net(ids, **given)[0].sum().backward()
        assert net.get_submodule(name).b.grad.abs().max() > 0, name


def test_a_replaced_embedding_acts_in_the_tied_head_too():
    class Shifted(nn.Module):
        def __init__(self, base):
            super().__init__()
            self.base, self.weight = base, base.weight  # the weight alone would say too little

        def forward(self, ids):
            return self.base(ids) + 1

    net, x = build("bloom").eval(), torch.randn(1, 3, 32)
    before = net.logits(x)
    net.embedding.token = Shifted(net.embedding.token)
    torch.testing.assert_close(net.logits(x), before + x.sum(dim=-1, keepdim=True))


def test_a_part_is_kept_and_comes_back(tmp_path):
    net = adapted(make())
    trainer = Trainer(net, Windows(np.arange(2, 200), 4, 8), Recipe(n_steps=5, n_warmup=1))
    for _ in trainer.run():
        pass
    adapters.save(tmp_path / "a", net, {"task": "counting"})
    tensors, _ = checkpoint.read(tmp_path / "a")
    assert {name.rsplit(".", 1)[1] for name in tensors} == {"a", "b"}
    other, ids = adapted(make()), random_ids(2, 6)
    assert distance(other(ids)[0], net(ids)[0]) > 1e-4
    assert adapters.load(tmp_path / "a", other) == {"task": "counting"}
    assert torch.equal(other(ids)[0], net(ids)[0])


def test_a_part_of_another_base_is_refused(tmp_path):
    adapters.save(tmp_path / "a", adapted(make()), {})
    with pytest.raises(ValueError, match="another base"):
        adapters.load(tmp_path / "a", adapted(make(seed=1)))
    with pytest.raises(ValueError, match="give it the same adapters first"):
        adapters.load(tmp_path / "a", make())
    with pytest.raises(ValueError, match="all parameters are frozen"):
        adapters.save(tmp_path / "b", make().requires_grad_(False), {})
    checkpoint.write(tmp_path / "c", make().state_dict(), {})
    with pytest.raises(ValueError, match="a whole model, not a part"):
        adapters.load(tmp_path / "c", make())


def test_partial_weights_are_copied_and_unknown_ones_refused():
    net = make()
    checkpoint.load_weights(net, {"norm.weight": torch.full((16,), 2.0)}, partial=True)
    assert net.norm.weight.tolist() == [2.0] * 16
    with pytest.raises(ValueError, match="nothing is unknown"):
        checkpoint.load_weights(net, {"nothing": torch.zeros(1)}, partial=True)
    with pytest.raises(ValueError, match=r"norm.weight is \(3,\), not \(16,\)"):
        checkpoint.load_weights(net, {"norm.weight": torch.zeros(3)}, partial=True)


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_frozen_weights_stay_to_the_bit(optimizer):
    net = adapted(make())
    before = {name: x.clone() for name, x in net.state_dict().items()}
    recipe = Recipe(n_steps=4, n_warmup=1, optimizer=optimizer, weight_decay=0.5)
    for _ in Trainer(net, Windows(np.arange(2, 200), 4, 8), recipe).run():
        pass
    for name, x in net.state_dict().items():
        frozen = not name.endswith((".a", ".b"))
        assert torch.equal(x, before[name]) == frozen, name


def test_lora_trains_across_texts():
    net = adapted(make("original"))
    trainer = Trainer(
        net, Windows(np.arange(2, 200), 4, 8), Recipe(2, n_warmup=1), SequenceToSequence()
    )
    trainer.update()
    trainer.update()
    assert net.blocks[0].cross.q.b.abs().max() > 0
    assert net.blocks[0].cross.kv.b.abs().max() > 0


def test_a_run_resumes_with_adapters(tmp_path):
    def trainer(seed=0):
        torch.manual_seed(seed)
        windows = Windows(np.arange(2, 200), 4, 8)
        return Trainer(adapted(make(dropout=0.1)), windows, Recipe(n_steps=6, n_warmup=1))

    whole, stopped, resumed = trainer(), trainer(), trainer()
    expected = [report.loss for report in whole.run(1)]
    stopped.update()
    stopped.save(tmp_path / "c")
    resumed.resume(tmp_path / "c")
    assert [report.loss for report in resumed.run(1)] == expected[1:]


def test_nothing_to_train_is_refused():
    net = make().requires_grad_(False)
    with pytest.raises(ValueError, match="all are frozen"):
        Trainer(net, Windows(np.arange(2, 60), 2, 4), Recipe(n_steps=1))


# Modes


def modes(net):
    return [part.training for part in net.modules()]


def test_scoring_and_writing_leave_frozen_parts_in_evaluation_mode():
    net = make(dropout=0.5).train()
    net.blocks[0].eval()
    before = modes(net)
    model = LanguageModel(net, ByteVocabulary())
    model.log2_probs(np.array([70, 71]))
    model.distribution(np.array([70, 71]))
    generate(net, [[0, 5]], 2)
    assert modes(net) == before
    with evaluating(net):
        assert not any(modes(net))
    assert modes(net) == before


def test_training_leaves_frozen_parts_in_evaluation_mode():
    net = make(dropout=0.5).train()
    net.blocks[0].eval()
    before = modes(net)
    trainer = Trainer(net, Windows(np.arange(2, 200), 4, 8), Recipe(n_steps=3, n_warmup=1))
    trainer.update()
    net.eval()  # somebody scores, and forgets
    trainer.update()
    assert modes(net) == before


def test_a_network_in_evaluation_mode_is_trained_as_a_whole():
    net = make(dropout=0.5).eval()
    Trainer(net, Windows(np.arange(2, 200), 4, 8), Recipe(n_steps=3))
    assert all(modes(net))
