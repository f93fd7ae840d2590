"""Texts that a Transformer writes: alone, in batches, as a stream; against transformers."""

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from minillm.architectures import configure
from minillm.cache import KVCache
from minillm.corpus import EOS, ByteVocabulary
from minillm.decoding import Sampling
from minillm.generation import complete, generate, steps, stream
from minillm.network import evaluating
from minillm.reader import Reader, pad_left
from minillm.transformer import Transformer
from minillm.weights import from_transformers

V = 40
SIZES = {"vocab_size": V, "n_layers": 2, "n_heads": 4, "width": 32, "hidden": 48, "context": 32}
ROWS = {
    "llama": {"n_kv_heads": 2},
    "bloom": {"n_heads": 4},
    "chatglm": {},
    "original": {},
    "llama with learned positions": {"position": "learned"},
}
PROMPTS = [[0, 5, 9, 7, 3], [0, 12], [0, 33, 8], [0, 5, 9, 7, 3]]
SOURCES = [[4, 5], [9, 8, 7, 6, 5], [3], [4, 4, 4]]
BYTES = ByteVocabulary()


def build(row, **more):
    """A small model of a row, its weights large enough that it prefers some tokens."""
    config = configure(row.split()[0], **(SIZES | ROWS[row] | more))
    model = Transformer(config, torch.Generator().manual_seed(1)).eval()
    with torch.no_grad():
        for p in model.parameters():
            if p.ndim > 1:
                p.mul_(8)
    return model


def sources_of(row):
    """Sources for a row that reads them."""
    return SOURCES if row == "original" else None


def lists(rows):
    """Ids as plain lists."""
    return [row.tolist() for row in rows]


@torch.inference_mode()
def recomputed(model, prompt, n, source=None):
    """Greedy decoding without cache, padding or batch: the plain loop."""
    given = {}
    if source is not None:
        given["source"] = torch.tensor([source])
    if model.config.structure == "prefix":
        given["prefix"] = torch.tensor([len(prompt)])
    ids = list(prompt)
    for _ in range(n):
        ids.append(int(model(torch.tensor([ids]), **given)[0][0, -1].argmax()))
        if ids[-1] == EOS:
            return ids[len(prompt) : -1]
    return ids[len(prompt) :]


# Parts


def test_pad_left_by_hand():
    ids, mask = pad_left([[5, 6, 7], np.array([8])])
    assert ids.tolist() == [[5, 6, 7], [0, 0, 8]]
    assert mask.tolist() == [[True, True, True], [False, False, True]]
    ids, mask = pad_left([[5], [6]])
    assert (ids.tolist(), mask) == ([[5], [6]], None)


@pytest.mark.parametrize("rows", [[], [[]], [[3], []]])
def test_pad_left_refuses_what_has_no_token(rows):
    with pytest.raises(ValueError, match="in each row a token"):
        pad_left(rows)


def test_evaluating_restores_each_part():
    model = build("llama").train()
    model.blocks[0].eval()
    modes = [part.training for part in model.modules()]

    def fail_while_writing():
        with evaluating(model):
            assert not any(part.training for part in model.modules())
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        fail_while_writing()
    assert [part.training for part in model.modules()] == modes


# Batches and the cache


@pytest.mark.parametrize("row", ROWS)
def test_batch_of_unequal_prompts_equals_recomputation(row):
    model, sources = build(row), sources_of(row)
    written = lists(generate(model, PROMPTS, 12, sources=sources))
    for i, prompt in enumerate(PROMPTS):
        assert written[i] == recomputed(model, prompt, 12, sources and sources[i])
    assert len({tuple(text) for text in written}) > 1


def test_end_of_text_ends_its_row_only():
    """Rows end at different steps; none has its `EOS`, none goes on behind it."""
    model = build("bloom")
    free = lists(generate(model, PROMPTS, 15, eos=None))
    ends = {token for text in free for token in text}
    found = 0
    for eos in ends:
        expected = [text[: text.index(eos)] if eos in text else text for text in free]
        assert lists(generate(model, PROMPTS, 15, eos=eos)) == expected
        found += len({len(text) for text in expected}) > 1
    assert found


def test_steps_end_when_all_texts_do():
    model = build("llama")
    first = int(next(steps(model, [[0, 5]], 5, eos=None))[0][0])
    assert len(list(steps(model, [[0, 5], [0, 5]], 5, eos=first))) == 1
    assert len(list(steps(model, [[0, 5], [0, 5]], 5, eos=None))) == 5


def test_steps_let_others_mark_texts_as_finished():
    model = build("llama")
    n = 0
    for n, (_, finished) in enumerate(steps(model, [[0, 5], [0, 6]], 9, eos=None), 1):
        finished[0] = True
        finished[1] = n == 4
    assert n == 4


def test_reader_logits_equal_those_of_whole_texts():
    model, ids = build("llama"), torch.tensor([[0, 5, 9, 7], [0, 4, 2, 2]])
    with torch.inference_mode():
        whole = model(ids)[0]
        reader = Reader(model, ids[:, :2].tolist(), 2)
        torch.testing.assert_close(reader.start(), whole[:, 1], rtol=0, atol=1e-5)
        for t in (2, 3):
            torch.testing.assert_close(reader.read(ids[:, t]), whole[:, t], rtol=0, atol=1e-5)
        assert reader.ids.tolist() == ids.tolist()
        assert reader.mask is None


def test_cache_holds_exactly_what_is_needed():
    reader = Reader(build("llama"), PROMPTS, 6)
    assert isinstance(reader.cache, KVCache)
    assert reader.cache.layers[0].k.shape == (4, 2, 11, 8)


@pytest.mark.parametrize("n", [0, 1])
def test_no_token_or_one(n):
    model = build("llama")
    assert [len(text) for text in generate(model, PROMPTS, n, eos=None)] == [n] * 4


# The context


def test_without_a_number_the_context_is_filled():
    model = build("llama")
    assert [len(text) for text in generate(model, PROMPTS, eos=None)] == [27] * 4
    assert len(generate(model, [[0] * 32], eos=None)[0]) == 0


def test_more_than_the_context_is_refused():
    model = build("llama")
    assert len(generate(model, [[0] * 30], 2, eos=None)[0]) == 2
    with pytest.raises(ValueError, match="30 tokens and 3 new ones are more than the context of"):
        generate(model, [[0] * 30], 3)
    with pytest.raises(ValueError, match="33 tokens and 0 new ones are more than the context of"):
        generate(model, [[0] * 33])


def test_bad_input_is_refused():
    model = build("llama")
    with pytest.raises(ValueError, match="0 or more, not -1"):
        generate(model, [[0]], -1)
    with pytest.raises(ValueError, match="in each row a token"):
        generate(model, [[0], []], 1)
    with pytest.raises(ValueError, match="these are 0 to 77"):
        generate(model, [[0, 77]], 1)
    with pytest.raises(ValueError, match="needs a generator"):
        generate(model, [[0]], 1, Sampling())
    with pytest.raises(ValueError, match="only an encoder-decoder"):
        generate(model, [[0]], 1, sources=[[3]])
    with pytest.raises(ValueError, match="needs a source"):
        generate(build("original"), [[0]], 1)
    with pytest.raises(ValueError, match="1 sources for 2 texts"):
        generate(build("original"), [[0], [0]], 1, sources=[[3]])
    encoder = Transformer(configure("bert", **SIZES))
    with pytest.raises(ValueError, match="an encoder cannot write"):
        generate(encoder, [[0]], 1)


# Modes


def test_model_writes_in_evaluation_mode_and_gets_its_mode_back():
    model = build("llama", dropout=0.5).train()
    expected = lists(generate(build("llama"), PROMPTS, 8))
    for _ in range(2):
        assert lists(generate(model, PROMPTS, 8)) == expected
        assert all(part.training for part in model.modules())


def test_model_gets_its_mode_back_from_a_stream_that_is_left():
    model = build("llama").train()
    for _ in steps(model, [[0, 5]], 5, eos=None):
        assert not model.training
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()
        break
    assert model.training


def test_model_can_be_trained_after_it_wrote():
    for row in ROWS:
        model = build(row)
        generate(model, PROMPTS, 3, sources=sources_of(row))
        given = {"source": torch.tensor([[3, 4]])} if row == "original" else {}
        model.train()(torch.tensor([[0, 5, 9]]), **given)[0].sum().backward()
        assert all(p.grad is not None for p in model.parameters())


def test_bfloat16_model_writes():
    model = build("llama").bfloat16()
    assert [len(text) for text in generate(model, PROMPTS, 4, eos=None)] == [4] * 4


# Text


def bytes_model(eos=None):
    """A model of bytes."""
    return build("llama", vocab_size=258, context=64)


def test_complete_equals_the_text_of_generate():
    model, prompts = bytes_model(), ["a", "Emma said", "é"]
    rows = [np.append(0, BYTES.encode(prompt)) for prompt in prompts]
    texts = [BYTES.decode(ids) for ids in generate(model, rows, 20)]
    completed = complete(model, BYTES, prompts, 20)
    assert completed == [text.removesuffix("\ufffd") for text in texts]
    assert "".join(stream(model, BYTES, "Emma said", 20)) == completed[1]


class Letters:
    """A vocabulary of letters for the small models: what they write is readable text."""

    size = V

    def encode(self, text):
        """Ids of letters."""
        return np.array([ord(c) - 63 for c in text], np.int64)

    def decode(self, ids):
        """Letters of ids."""
        return "".join(chr(i + 63) for i in ids if i >= 2)


def test_stop_string_ends_its_text_only():
    model, vocabulary, prompts = build("bloom"), Letters(), ["FGH", "K", "ZZ"]
    free = complete(model, vocabulary, prompts, 20, eos=None)
    for stop in {text[i : i + 3] for text in free for i in (0, 5, 9)}:
        stopped = complete(model, vocabulary, prompts, 20, eos=None, stop=[stop])
        assert stopped == [text.split(stop)[0] for text in free]
        assert stopped != free
        for prompt, text in zip(prompts, stopped, strict=True):
            shown = list(stream(model, vocabulary, prompt, 20, eos=None, stop=[stop]))
            assert "".join(shown) == text
            assert "" not in shown


def test_generate_gives_the_ids_up_to_the_end_of_a_stop_string():
    model, vocabulary = build("bloom"), Letters()
    free = generate(model, [[0, 5]], 20, eos=None)[0]
    text = vocabulary.decode(free)
    stop = text[4:7]
    ids = generate(model, [[0, 5]], 20, eos=None, stop=[stop], vocabulary=vocabulary)[0]
    assert vocabulary.decode(ids) == text[: text.index(stop) + 3]


def test_stop_strings_look_at_the_new_text_only():
    model, vocabulary = build("bloom"), Letters()
    first = complete(model, vocabulary, ["FGH"], 1, eos=None)[0]
    text = complete(model, vocabulary, ["FGH"], 6, eos=None, stop=["GH" + first])[0]
    assert text.startswith(first)


def test_complete_refuses_a_single_text():
    with pytest.raises(ValueError, match="a list of texts, not 'Emma'"):
        complete(bytes_model(), BYTES, "Emma", 3)


def test_stop_strings_without_a_vocabulary_are_refused():
    with pytest.raises(ValueError, match="takes a vocabulary"):
        generate(build("llama"), [[0]], 3, stop=["a"])


# Against transformers, the same weights


@pytest.fixture(scope="module")
def pair():
    """A LLaMA of transformers and ours with its weights."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=V,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        initializer_range=0.3,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=0,
    )
    theirs = LlamaForCausalLM(config).eval()
    config = configure("llama", **SIZES | {"n_kv_heads": 2, "context": 64})
    ours = Transformer(config).eval()
    ours.load_state_dict(from_transformers(theirs.state_dict(), config))
    return theirs, ours


def their_generate(model, prompts, n, **settings):
    """New ids by transformers, cut in front of their `EOS`."""
    ids, mask = pad_left(prompts)
    mask = torch.ones_like(ids) if mask is None else mask.long()
    out = model.generate(ids, attention_mask=mask, max_new_tokens=n, **settings)
    texts = out[:, ids.shape[1] :].tolist()
    return [text[: text.index(EOS)] if EOS in text else text for text in texts]


@pytest.fixture(scope="module")
def prompts():
    """Batches of random prompts: equal lengths, unequal ones, single ones."""
    rng = np.random.default_rng(0)
    lengths = [[4, 4, 4], [7], [1, 9, 3, 5, 2], [3, 2]]
    return [[[0, *rng.integers(2, V, n).tolist()] for n in batch] for batch in lengths]


def test_greedy_equals_transformers(pair, prompts):
    theirs, ours = pair
    n_ended = 0
    for batch in prompts:
        written = lists(generate(ours, batch, 40))
        assert written == their_generate(theirs, batch, 40, do_sample=False)
        n_ended += sum(len(text) < 40 for text in written)
    assert 0 < n_ended < 11  # some texts end, some do not


def test_greedy_with_a_penalty_equals_transformers(pair, prompts):
    theirs, ours = pair
    for batch in prompts:
        expected = their_generate(theirs, batch, 25, do_sample=False, repetition_penalty=1.3)
        assert lists(generate(ours, batch, 25, Sampling(1.3, 0.0))) == expected


def test_draws_equal_those_of_transformers(pair, prompts):
    """The same seed: draws of both come from the same function of torch."""
    theirs, ours = pair
    settings = {"temperature": 1.4, "top_k": 20, "top_p": 0.9, "min_p": 0.01}
    for seed, batch in enumerate(prompts):
        torch.manual_seed(seed)
        expected = their_generate(
            theirs, batch, 20, do_sample=True, repetition_penalty=1.1, **settings
        )
        generator = torch.Generator().manual_seed(seed)
        sampling = Sampling(repetition_penalty=1.1, **settings)
        assert lists(generate(ours, batch, 20, sampling, generator)) == expected
