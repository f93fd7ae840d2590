"""The one interface: an Elman network of twenty lines trains, is stored, scored, and writes."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn

from minillm import checkpoint, language_model, network
from minillm.architectures import configure
from minillm.batches import Lanes, Windows, encode
from minillm.beam import beam_search
from minillm.corpus import BOS, EOS, ByteVocabulary
from minillm.decoding import Sampling
from minillm.generation import complete, generate, stream
from minillm.language_model import LanguageModel
from minillm.network import Network
from minillm.ngram import NGram, sample
from minillm.recipe import Recipe
from minillm.trainer import Trainer
from minillm.transformer import Transformer
from minillm.yardstick import bits_per_byte

BYTES = ByteVocabulary()
TEXTS = ["the cat sat on the mat. ", "the dog sat on the log! "] * 30


@dataclass(frozen=True)
class Sizes:
    """Of an Elman network."""

    vocab_size: int
    width: int = 24
    dropout: float = 0.0


class Elman(Network):
    """Elman 1990: h = tanh(W x + U h + b), and logits from h."""

    config_class = Sizes

    def __init__(self, config, generator=None):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.width)
        self.hidden = nn.Linear(2 * config.width, config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(config.width, config.vocab_size)
        for p in self.parameters():
            nn.init.normal_(p, std=0.3, generator=generator)

    def initial_state(self, B):
        return self.head.weight.new_zeros(B, self.config.width)

    def forward(self, ids, state=None):
        h = self.initial_state(len(ids)) if state is None else state
        states = []
        for x in self.embedding(ids).unbind(dim=1):
            h = self.hidden(torch.cat((x, h), dim=1)).tanh()
            states.append(h)
        return self.head(self.dropout(torch.stack(states, dim=1))), h


def elman(seed=0, **sizes):
    return Elman(Sizes(258, **sizes), torch.Generator().manual_seed(seed))


def trainer_of(net, n_steps=150, B=4, T=8, **recipe):
    lanes = Lanes(encode(BYTES, TEXTS), B, T)
    settings = {"lr": 0.02, "n_warmup": 5, "weight_decay": 0.0} | recipe
    return Trainer(net, lanes, Recipe(n_steps=n_steps, **settings))


@pytest.fixture(scope="module")
def trained():
    """A network that has read its texts some times."""
    net = elman()
    for _ in trainer_of(net).run():
        pass
    return net


def test_elman_learns_on_lanes(trained):
    bits = bits_per_byte(LanguageModel(trained, BYTES), TEXTS[:4])
    assert bits < 1.5 < bits_per_byte(NGram(BYTES, 1).fit(TEXTS), TEXTS[:4])


def test_stateful_scores_equal_one_long_pass(trained, monkeypatch):
    texts = ["", "a", TEXTS[0], "".join(TEXTS[:9]), TEXTS[1][:7]]
    ids = [BYTES.encode(text) for text in texts]
    expected = []
    for row in ids:
        whole = torch.tensor([[BOS, *row.tolist(), EOS]])
        z, _ = trained(whole[:, :-1])
        z = z.detach().double().index_fill(2, torch.tensor([BOS]), -math.inf)
        log_p = z.log_softmax(dim=-1)[0].gather(1, whole[0, 1:, None])[:, 0]
        expected.append(log_p.numpy() / math.log(2))
    for piece, batch in ((256, 16), (7, 2), (1, 3)):
        monkeypatch.setattr("minillm.windows.PIECE", piece)
        scores = LanguageModel(trained, BYTES, batch=batch).score(ids)
        for one, other in zip(scores, expected, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


def test_stored_network_comes_back(trained, tmp_path):
    path = tmp_path / "elman.safetensors"
    model = LanguageModel(trained, BYTES)
    language_model.save(path, model, {"seed": 0}, torch.float32)
    back = language_model.load(path, Elman)
    assert bits_per_byte(back, TEXTS[:2]) == bits_per_byte(model, TEXTS[:2])
    with pytest.raises(ValueError, match="'Elman', not 'Transformer'"):
        language_model.load(path)


def test_one_sampling_function_writes_with_every_model(trained):
    """N-grams, a recurrent network, a Transformer: `ngram.sample` asks for distributions only."""
    transformer = Transformer(
        configure("llama", vocab_size=258, n_layers=1, n_heads=2, width=16, hidden=16),
        torch.Generator().manual_seed(0),
    )
    models = [
        NGram(BYTES, 3).fit(TEXTS),
        LanguageModel(trained, BYTES),
        LanguageModel(transformer, BYTES),
    ]
    for model in models:
        ids = sample(model.distribution, np.random.default_rng(1), 30, BYTES.encode("the "))
        again = sample(model.distribution, np.random.default_rng(1), 30, BYTES.encode("the "))
        assert ids.tolist() == again.tolist()
    text = BYTES.decode(sample(models[1].distribution, np.random.default_rng(0), 60))
    assert text.startswith("the ")
    assert "sat" in text


def test_distribution_reads_a_growing_text_once(trained):
    model, ids, fed = LanguageModel(trained, BYTES), BYTES.encode("the cat"), []
    with torch.inference_mode():
        hook = trained.embedding.register_forward_hook(lambda m, x, y: fed.append(x[0].numel()))
        for t in range(len(ids) + 1):
            model.distribution(ids[:t])
        hook.remove()
    assert fed == [1] * 8
    fresh = LanguageModel(trained, BYTES).distribution(ids)
    np.testing.assert_allclose(model.distribution(ids), fresh, atol=1e-6)
    np.testing.assert_allclose(
        model.distribution(ids[:2]), LanguageModel(trained, BYTES).distribution(ids[:2]), atol=1e-6
    )


def test_distribution_knows_that_weights_have_changed(trained):
    net = elman()
    model = LanguageModel(net, BYTES)
    model.distribution(BYTES.encode("the"))
    net.load_state_dict(trained.state_dict())
    expected = LanguageModel(trained, BYTES).distribution(BYTES.encode("the "))
    np.testing.assert_allclose(model.distribution(BYTES.encode("the ")), expected, atol=1e-6)


def test_texts_of_a_batch_are_written_as_if_alone(trained):
    prompts = ["the dog", "t", "the cat sat on"]
    together = complete(trained, BYTES, prompts, 20)
    assert together == [complete(trained, BYTES, [p], 20)[0] for p in prompts]
    assert "".join(stream(trained, BYTES, prompts[0], 20)) == together[0]
    assert len(set(together)) > 1


def test_beam_search_with_a_state_beats_greedy(trained):
    prompt = [BOS, *BYTES.encode("the ").tolist()]

    def log_p(ids):
        scores = LanguageModel(trained, BYTES).log2_probs(np.array([*prompt[1:], *ids]))
        return scores[len(prompt) - 1 :][: len(ids)].sum() * math.log(2)

    (found,) = beam_search(trained, prompt, 8, 12, alpha=0.0, eos=None)
    greedy = generate(trained, [prompt], 12, eos=None)[0]
    assert found.score == pytest.approx(log_p(found.ids), abs=1e-2)
    assert log_p(found.ids) >= log_p(greedy) - 1e-5


def test_a_network_that_reads_any_length_must_be_told_how_much_to_write(trained):
    with pytest.raises(ValueError, match="can write for ever"):
        generate(trained, [[0, 5]])
    with pytest.raises(ValueError, match="only an encoder-decoder"):
        generate(trained, [[0, 5]], 2, sources=[[3]])
    with pytest.raises(ValueError, match="0 to 257 is possible, these are 0 to 999"):
        generate(trained, [[0, 999]], 2)
    with pytest.raises(ValueError, match="has no stride"):
        LanguageModel(trained, BYTES, stride=4)


# Lanes and the state


def test_gradient_is_cut_where_a_batch_ends_and_the_state_is_not():
    trainer = trainer_of(elman(), n_steps=3)
    trainer.update()
    carried = trainer.state
    assert carried.abs().max() > 0
    assert carried.grad_fn is None
    rows = trainer.batches.batch(1)
    own, _ = trainer.net(rows[:, :-1], carried)
    without, _ = trainer.net(rows[:, :-1])
    assert (own - without).abs().max() > 0.01


def test_two_batches_of_lanes_equal_one_long_pass():
    net, lanes = elman(), Lanes(encode(BYTES, TEXTS), 3, 5, seed=1)
    a, b = lanes.batch(0), lanes.batch(1)
    assert torch.equal(a[:, -1], b[:, 0])
    _, state = net(a[:, :-1])
    second, _ = net(b[:, :-1], state)
    whole, _ = net(torch.cat((a[:, :-1], b[:, :-1]), dim=1))
    torch.testing.assert_close(second, whole[:, 5:], atol=1e-6, rtol=0)


def test_state_begins_again_with_each_pass():
    trainer = trainer_of(elman(), n_steps=10_000, T=64)
    n = trainer.batches.n_batches
    for _ in range(n):
        trainer.update()
    assert trainer.batches.begins(trainer.step)
    begun = []
    initial = trainer.net.initial_state
    trainer.net.initial_state = lambda B: begun.append(B) or initial(B)
    trainer.update()
    trainer.update()
    assert begun == [4]


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
@pytest.mark.parametrize("n_parts", [1, 2])
def test_resumed_run_carries_its_state(tmp_path, optimizer, n_parts):
    how = {"n_steps": 12, "optimizer": optimizer, "n_parts": n_parts}
    whole, stopped = (trainer_of(elman(dropout=0.2), **how) for _ in range(2))
    for _ in range(12):
        whole.update()
    for _ in range(5):
        stopped.update()
    stopped.save(tmp_path / "c")
    resumed = trainer_of(elman(seed=9, dropout=0.2), **how)
    resumed.resume(tmp_path / "c")
    assert torch.equal(resumed.state, stopped.state)
    for _ in range(7):
        resumed.update()
    for p, q in zip(whole.net.parameters(), resumed.net.parameters(), strict=True):
        assert torch.equal(p, q)


def test_parts_of_lanes_give_the_same_losses():
    one, two = ([r.loss for r in trainer_of(elman(), 10, n_parts=n).run(1)] for n in (1, 2))
    assert one == pytest.approx(two, abs=1e-5)


def test_a_network_with_a_context_is_not_for_lanes():
    config = configure("llama", vocab_size=258, n_layers=1, n_heads=2, width=16, hidden=16)
    with pytest.raises(ValueError, match="a context of 512 tokens"):
        trainer_of(Transformer(config))


def test_windows_train_a_recurrent_network_too():
    windows = Windows(encode(BYTES, TEXTS), 4, 16)
    trainer = Trainer(elman(), windows, Recipe(n_steps=60, n_warmup=5, lr=0.02))
    losses = [report.loss for report in trainer.run(10)]
    assert losses[-1] < losses[0] / 2
    assert trainer.state is None


# States


def test_states_of_tuples_are_selected_and_joined():
    state = (torch.arange(6.0).view(3, 2), (torch.arange(3), None))
    rows = torch.tensor([2, 0])
    picked = network.select(state, rows)
    assert picked[0].tolist() == [[4, 5], [0, 1]]
    assert picked[1][0].tolist() == [2, 0]
    joined = network.join([picked, network.select(state, torch.tensor([1]))])
    assert joined[0].tolist() == [[4, 5], [0, 1], [2, 3]]
    assert joined[1][0].tolist() == [2, 0, 1]
    assert joined[1][1] is None
    assert network.join([None, None]) is None


def test_a_state_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="dict"):
        network.detach({"h": torch.zeros(1)})


def test_draws_by_default_come_from_the_generator_that_is_lent():
    torch.manual_seed(5)
    expected = torch.rand(2)
    torch.manual_seed(5)
    generator = torch.Generator().manual_seed(1)
    with network.drawing_from(generator):
        inside = torch.rand(3)
    assert torch.equal(torch.rand(2), expected)
    assert torch.equal(inside, torch.rand(3, generator=torch.Generator().manual_seed(1)))
    rest = torch.Generator().manual_seed(1)
    torch.rand(3, generator=rest)
    assert torch.equal(torch.rand(2, generator=generator), torch.rand(2, generator=rest))


def test_checkpoint_of_another_network_is_refused(tmp_path):
    trainer_of(elman()).save(tmp_path / "c")
    with pytest.raises(ValueError, match="another config: width is 24, not 8"):
        trainer_of(elman(width=8)).resume(tmp_path / "c")
    tensors, _ = checkpoint.read(tmp_path / "c")
    assert "model.hidden.weight" in tensors


def test_temperature_and_penalty_work_with_a_state(trained):
    generator = torch.Generator().manual_seed(0)
    texts = complete(trained, BYTES, ["the", "a"], 10, Sampling(1.2, 0.8, top_k=5), generator)
    assert all(texts)
