"""Beam search: by hand, against every text there is, against transformers."""

import math
from itertools import product
from types import SimpleNamespace

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from minillm.architectures import configure
from minillm.beam import Search, beam_search, continuations, length_penalty
from minillm.generation import generate
from minillm.network import Network
from minillm.transformer import Transformer
from minillm.weights import from_transformers

V = 24
SIZES = {"vocab_size": V, "n_layers": 2, "n_heads": 4, "width": 32, "hidden": 48, "context": 32}


class Table(Network):
    """A network that looks at the last id only: p (V, V) of the next one."""

    def __init__(self, p):
        super().__init__()
        self.log_p = torch.nn.Parameter(torch.tensor(p).log())
        self.config = SimpleNamespace(vocab_size=len(p))

    context = 512

    def initial_state(self, B):
        """Nothing is kept."""
        return None

    def forward(self, ids, state=None):
        """Logits (B, T, V): the row of each id."""
        return self.log_p[ids], state


# 0 begins, 1 ends. Greedy takes 2 first, but behind 2 nothing is likely; behind 3 the end is.
TRAP = [
    [0.0, 0.0, 0.55, 0.45],
    [0.0, 1.0, 0.0, 0.0],
    [0.0, 0.4, 0.3, 0.3],
    [0.0, 0.9, 0.05, 0.05],
]


def every_text(p, n):
    """Each text of up to `n` tokens with its end, or of `n` without: log-probability by ids."""
    found = {}
    for length in range(1, n + 1):
        for ids in product(range(len(p)), repeat=length):
            if 1 in ids[:-1] or (length < n and ids[-1] != 1):
                continue
            steps = [p[a][b] for a, b in zip((0, *ids), ids, strict=False)]
            if all(steps):
                found[ids] = sum(map(math.log, steps))
    return found


def test_length_penalty_by_hand():
    assert length_penalty(4, 0.0) == 1
    assert length_penalty(4, 0.5) == 2
    assert length_penalty(7, 1.0, "gnmt") == 2
    assert length_penalty(1, 0.6, "gnmt") == 1
    with pytest.raises(ValueError, match="not 'wu'"):
        length_penalty(3, 1.0, "wu")


def test_continuations_by_hand():
    log_probs = torch.tensor([[-1.0, -2.0, -9.0], [-0.5, -3.0, -9.0]])
    beams = continuations(log_probs, torch.tensor([-1.0, -2.0]), 3)
    assert beams.scores.tolist() == [-2.0, -2.5, -3.0]
    assert beams.rows.tolist() == [0, 1, 0]
    assert beams.ids.tolist() == [0, 0, 1]
    assert len(continuations(log_probs, torch.zeros(2), 50).ids) == 6


def test_beam_avoids_the_trap_of_greedy():
    model = Table(TRAP)
    assert generate(model, [[0]], 4)[0].tolist() == [2]
    (best,) = beam_search(model, [0], 2, 4, alpha=0.0)
    assert best.ids.tolist() == [3]
    assert best.score == pytest.approx(math.log(0.45 * 0.9))


def test_beam_as_wide_as_all_texts_finds_the_best():
    texts = every_text(TRAP, 4)
    for alpha, penalty in ((0.0, "power"), (1.0, "power"), (0.6, "gnmt"), (3.0, "gnmt")):
        scores = {
            ids: log_p / length_penalty(len(ids), alpha, penalty) for ids, log_p in texts.items()
        }
        expected = sorted(scores, key=lambda ids, s=scores: -s[ids])[:3]
        settings = {"alpha": alpha, "penalty": penalty, "early_stopping": "never"}
        found = beam_search(Table(TRAP), [0], 40, 4, n_best=3, **settings)
        assert [h.score for h in found] == pytest.approx([scores[ids] for ids in expected])
        # Texts that swap a token for one with the same probabilities are as good.
        assert [len(h.ids) + (len(h.ids) < 4) for h in found] == list(map(len, expected))


def test_larger_alpha_prefers_longer_texts():
    lengths = []
    for alpha in (0.0, 1.0, 3.0):
        found = beam_search(Table(TRAP), [0], 40, 5, alpha=alpha, early_stopping="never")
        lengths.append(len(found[0].ids))
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]


def test_empty_text_can_be_the_best():
    p = [[0.0, 0.4, 0.3, 0.3], *TRAP[1:]]
    assert beam_search(Table(p), [0], 3, 5, alpha=0.0)[0].ids.tolist() == []


def test_no_end_gives_texts_of_full_length():
    found = beam_search(Table(TRAP), [0], 3, 4, n_best=3, eos=None)
    assert [len(h.ids) for h in found] == [4, 4, 4]


def test_one_token_vocabulary():
    assert beam_search(Table([[1.0]]), [0], 3, 4, eos=None)[0].ids.tolist() == [0] * 4
    assert beam_search(Table([[1.0]]), [0], 3, 4, eos=0)[0].ids.tolist() == []


def small(row, seed=0):
    """A small model of a row that prefers some tokens clearly."""
    model = Transformer(configure(row, **SIZES), torch.Generator().manual_seed(seed)).eval()
    with torch.no_grad():
        for p in model.parameters():
            if p.ndim > 1:
                p.mul_(8)
    return model


@pytest.mark.parametrize("row", ["llama", "bloom", "chatglm", "original"])
@pytest.mark.parametrize("early_stopping", [True, False, "never"])
def test_one_beam_is_greedy(row, early_stopping):
    model = small(row)
    source = [5, 6, 7] if row == "original" else None
    for prompt in ([0, 4, 9], [0, 7], [0, 20, 3, 3]):
        greedy = generate(model, [prompt], 12, sources=source and [source])[0]
        (found,) = beam_search(model, prompt, 1, 12, early_stopping=early_stopping, source=source)
        assert found.ids.tolist() == greedy.tolist()


@pytest.mark.parametrize("row", ["llama", "bloom", "chatglm", "original"])
def test_scores_are_log_probabilities_of_whole_texts(row):
    """What the reordered cache says equals one pass over each text that was found."""
    model, prompt = small(row), [0, 4, 9]
    source = [5, 6, 7] if row == "original" else None
    found = beam_search(model, prompt, 4, 8, alpha=0.7, n_best=4, source=source)
    assert len(found) == 4
    for score, ids in found:
        new = [*ids.tolist(), *([1] if len(ids) < 8 else [])]
        given = {"source": torch.tensor([source])} if source else {}
        if row == "chatglm":
            given["prefix"] = torch.tensor([3])
        with torch.inference_mode():
            log_p = model(torch.tensor([prompt + new[:-1]]), **given)[0][0, 2:].log_softmax(-1)
        total = log_p[range(len(new)), new].sum()
        assert score == pytest.approx(float(total / len(new) ** 0.7), abs=1e-4)


def test_model_gets_its_mode_back():
    model = small("llama").train()
    beam_search(model, [0], 2, 3)
    assert all(part.training for part in model.modules())


def test_bad_input_is_refused():
    model = Table(TRAP)
    for settings, message in (
        ({"width": 0, "n_best": 0}, "1 beam or more, not 0"),
        ({"n_best": 3}, "from 1 to 2, not 3"),
        ({"n_best": 0}, "from 1 to 2, not 0"),
        ({"max_new_tokens": 0}, "nothing to search for"),
        ({"max_new_tokens": 512}, "more than the context of 512"),
        ({"early_stopping": "always"}, "not 'always'"),
        ({"penalty": "wu"}, "not 'wu'"),
        ({"prompt": []}, "in each row a token"),
    ):
        given = {"prompt": [0], "width": 2, "max_new_tokens": 3} | settings
        with pytest.raises(ValueError, match=message):
            beam_search(model, **given)


def test_search_is_over_by_hand():
    """One text of -2 is kept: a beam of -3 cannot reach it unless length is rewarded."""
    best = torch.tensor(-3.0)
    for stopping, alpha, over in (
        (True, 1.0, True),
        (False, 0.0, True),
        (False, 1.0, False),  # -3 / 2 is above -2
        ("never", 0.0, True),
        ("never", 1.0, False),
    ):
        search = Search(2, 10, alpha, early_stopping=stopping)
        search.add(-2.0, torch.tensor([5]))
        assert not search.is_over(best, 2)  # there is room for another
        search.add(-1.0, torch.tensor([6]))
        assert search.is_over(best, 2) == over
        assert [h.score for h in search.finished] == [-1.0, -2.0]
        search.add(-1.5, torch.tensor([7]))
        assert [h.score for h in search.finished] == [-1.0, -1.5]


# Against transformers


def llama(seed, eos_scale):
    """A LLaMA of transformers whose `EOS` is more or less likely, and ours with its weights."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=V,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=32,
        initializer_range=0.25,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=0,
    )
    theirs = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        theirs.lm_head.weight[1] *= eos_scale
    config = configure("llama", **SIZES, n_kv_heads=2)
    ours = Transformer(config).eval()
    ours.load_state_dict(from_transformers(theirs.state_dict(), config))
    return SimpleNamespace(theirs=theirs, ours=ours)


@pytest.fixture(scope="module")
def pairs():
    """Pairs whose texts end soon, sometimes, hardly ever."""
    return [llama(seed, scale) for seed, scale in ((0, 1.5), (1, 1.0), (2, 0.3))]


def their_beams(model, prompt, width, n, **settings):
    """(score, new ids without `EOS`) of all beams by transformers."""
    out = model.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.int64),
        max_new_tokens=n,
        num_beams=width,
        num_return_sequences=width,
        do_sample=False,
        return_dict_in_generate=True,
        output_scores=True,
        **settings,
    )
    texts = []
    for ids in out.sequences[:, len(prompt) :].tolist():
        end = ids.index(1) if 1 in ids else len(ids)
        texts.append(ids[:end])
    return out.sequences_scores.tolist(), texts


@pytest.mark.parametrize("early_stopping", [True, False, "never"])
@pytest.mark.parametrize("alpha", [-1.0, 0.0, 1.0, 2.0])
@pytest.mark.parametrize("width", [2, 4])
def test_beam_search_equals_transformers(pairs, width, alpha, early_stopping):
    n_ended = 0
    for pair, prompt in zip(pairs, ([0, 5, 9], [0, 7], [0, 11, 2, 8]), strict=True):
        settings = {"early_stopping": early_stopping}
        scores, texts = their_beams(
            pair.theirs, prompt, width, 12, length_penalty=alpha, **settings
        )
        found = beam_search(pair.ours, prompt, width, 12, alpha=alpha, n_best=width, **settings)
        assert [h.ids.tolist() for h in found] == texts
        assert [h.score for h in found] == pytest.approx(scores, abs=1e-4)
        n_ended += sum(len(text) < 12 for text in texts)
    assert n_ended < 3 * width
    assert n_ended or alpha == 2.0  # then the longest texts win
