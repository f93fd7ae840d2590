"""Does somebody's piece compute what the library's computes?

A trial calls a piece on random inputs and returns all that can be seen of it:
results, changed arguments, gradients. It is run twice, with the piece and with
the library's, and the two outcomes are compared. `own` finds a piece by name.
"""

import tempfile
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from minillm.architectures import configure
from minillm.attention import Masks
from minillm.batches import Windows
from minillm.cache import KVCache
from minillm.checking import first_difference, kind_of, same
from minillm.config import Config
from minillm.corpus import ByteVocabulary
from minillm.layers import rope_angles
from minillm.tasks import IGNORE
from minillm.training import Run
from minillm.transformer import Block, Transformer

Own = Callable[[str], Any]
SLOWEST = 20  # times the library's time
IDLE = 0.05  # seconds that are never too slow


def normal(seed: int, *shape: int) -> Tensor:
    """Normal random numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def whole(seed: int, below: int, *shape: int) -> Tensor:
    """Random whole numbers from 0 on."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(below, shape, generator=generator)


def small(seed: int, **more: Any) -> Config:
    """A model that trains in no time, without fused kernels."""
    sizes = {"vocab_size": 30 + seed, "n_layers": 2, "n_heads": 2, "width": 16}
    return configure(
        "llama", **sizes | {"hidden": 24, "context": 12} | more, fused=False
    )


def words_of(seed: int) -> tuple[list[list[int]], list[int]]:
    """Distinct words of ids with their counts."""
    numbers = np.random.default_rng(seed)
    words = {
        tuple(numbers.integers(2, 9, numbers.integers(1, 9)).tolist())
        for _ in range(400)
    }
    rows = [list(word) for word in sorted(words)]
    return rows, numbers.integers(1, 50, len(rows)).tolist()


def elementwise(name: str) -> Callable[[Own, int], Any]:
    """The trial of an activation, with its slope."""

    def trial(own: Own, seed: int) -> Any:
        x = (3 * normal(seed, 64, 128)).requires_grad_()
        y = own(name)(x)
        y.sum().backward()
        return y, x.grad

    return trial


def call(name: str, *make: Callable[[int], Any]) -> Callable[[Own, int], Any]:
    """The trial of a function of these arguments, made of the seed, which
    shows the arguments behind the call, too.
    """

    def trial(own: Own, seed: int) -> Any:
        arguments = [deepcopy(each(seed)) for each in make]
        return own(name)(*arguments), arguments

    return trial


def bits_per_byte(own: Own, seed: int) -> Any:
    """Of a model that prefers letters."""
    letters = np.full(ByteVocabulary().size, 1.0 + seed)
    letters[97 + 2 : 123 + 2] = 20
    letters[0] = 0  # <s> never comes

    class Letters:
        vocabulary = ByteVocabulary()
        p = letters / letters.sum()

        def distribution(self, ids: np.ndarray) -> np.ndarray:
            return self.p

        def log2_probs(self, ids: np.ndarray) -> np.ndarray:
            return np.log2(self.p[np.append(ids, 1)])

    texts = ["naïve", "", "a longer text " * 20]
    return own("bits_per_byte")(Letters(), texts), own("bits_per_byte")(
        Letters(), "one"
    )


def merge_in_words(own: Own, seed: int) -> Any:
    """The changes and the words; rows that `where` keeps are its affair."""
    from minillm.bpe import places

    words, counts = words_of(seed)
    where = places(words)
    pair = max(where, key=lambda pair: (len(where[pair]), pair))
    change = own("merge_in_words")(words, counts, where, pair, 9)
    lacking = {p for p, rows in places(words).items() if rows - where[p]}
    return {p: n for p, n in change.items() if n}, words, lacking


def feed_forward(own: Own, seed: int) -> Any:
    """Gated and plain."""
    x, up, down = normal(seed, 4, 16, 32), normal(1, 32, 96), normal(2, 48, 32)
    gated = own("feed_forward")(
        x, lambda x: x @ up, lambda x: x @ down, torch.tanh, True
    )
    plain = own("feed_forward")(
        x, lambda x: x @ up[:, :48], lambda x: x @ down, torch.tanh
    )
    return gated, plain


def rotate(own: Own, seed: int) -> Any:
    """Turned heads at many positions."""
    positions = torch.arange(64)[None] + seed
    return own("rotate")(
        normal(seed, 2, 64, 4, 16), *rope_angles(positions, 16)
    )


def residual(own: Own, seed: int) -> Any:
    """All three kinds."""
    x = normal(seed, 4, 8, 16)
    return [
        own("residual")(x, torch.tanh, lambda x: x / 2 + 1, kind, 1.5)
        for kind in ("pre", "post", "deep")
    ]


def block(own: Own, seed: int) -> Any:
    """A block with the library's weights, on a text that looks back."""
    config = small(seed)
    torch.manual_seed(seed)
    weights = Block(config).state_dict()
    mine = own("Block")(config)
    mine.load_state_dict(weights)
    x = normal(seed, 2, 12, 16).requires_grad_()
    places = torch.arange(12)[None]
    y = mine(x, Masks(causal=True), rope_angles(places, 8))
    y.square().sum().backward()
    cache = KVCache(config, 2, 12).layers[0]
    with torch.no_grad():  # the same, read in two parts
        mine(
            x[:, :11],
            Masks(causal=True),
            rope_angles(places[:, :11], 8),
            cache,
        )
        last = mine(x[:, 11:], Masks(), rope_angles(places[:, 11:], 8), cache)
    return y, last, x.grad, {n: p.grad for n, p in mine.named_parameters()}


def cross_entropy(own: Own, seed: int) -> Any:
    """Loss and gradient, some targets ignored, some logits large."""
    logits = (normal(seed, 8, 16, 50) * 30).requires_grad_()
    targets = whole(seed, 50, 8, 16)
    targets[::2, :5] = IGNORE
    loss = own("cross_entropy")(logits, targets)
    loss.backward()
    return loss, logits.grad


def adamw_update(own: Own, seed: int) -> Any:
    """Three updates: the weights and what is remembered."""
    w = normal(seed, 20, 30)
    state = {
        "t": torch.tensor(0.0),
        "m": torch.zeros_like(w),
        "v": torch.zeros_like(w),
    }
    group = {"lr": 0.1, "betas": (0.9, 0.95), "eps": 1e-8, "weight_decay": 0.1}
    for step in range(3):
        own("adamw_update")(w, normal(step + 5, 20, 30), state, group)
    return w, state["m"], state["v"], state["t"]


def accumulate(own: Own, seed: int) -> Any:
    """Loss and gradient of a batch whose targets lie unevenly."""
    w = normal(seed, 12).requires_grad_()

    def loss_of(ids: Tensor, targets: Tensor) -> Tensor:
        counts = targets != IGNORE
        losses = (w[ids] - targets.clamp(min=0)).square() * counts
        return losses.sum() / counts.sum().clamp(min=1)

    ids, targets = whole(seed, 12, 8, 10), whole(seed + 1, 12, 8, 10)
    targets[:2], targets[3, 2:] = IGNORE, IGNORE
    return own("accumulate")(loss_of, ids, targets, 4), w.grad


def gradients(seed: int, size: float) -> nn.Linear:
    """A layer that has gradients."""
    layer = nn.Linear(6, 5)
    layer.weight.grad = size * normal(seed, 5, 6)
    layer.bias.grad = size * normal(seed + 1, 5)
    return layer


def clip_or_stop(own: Own, seed: int) -> Any:
    """Norm and gradients, above the limit and below it."""
    found = []
    for size in (0.01, 100.0):
        layer = gradients(seed, size)
        named = list(layer.named_parameters())
        norm = own("clip_or_stop")(torch.tensor(1.0), named, 1.0, 3)
        found.append((norm, layer.weight.grad, layer.bias.grad))
    return found


def clip_gradients(own: Own, seed: int) -> Any:
    """Norm and gradients, above the limit and below it."""
    found = []
    for size in (0.01, 100.0):
        layer = gradients(seed, size)
        norm = own("clip_gradients")(layer.parameters(), 1.0)
        found.append((norm, layer.weight.grad, layer.bias.grad))
    return found


def new_run(seed: int, n_steps: int = 4) -> Run:
    """A run of a few steps, from its beginning."""
    generator = torch.Generator().manual_seed(seed)
    recipe = {"n_steps": n_steps, "n_warmup": 2, "lr": 0.01, "floor": 0.1}
    adam = {"betas": (0.9, 0.95), "eps": 1e-8, "weight_decay": 0.1}
    return Run(
        Transformer(small(seed), generator),
        recipe | adam | {"clip": 1.0, "n_parts": 2},
    )


def batch_of(seed: int) -> Callable[[int], tuple[Tensor, Tensor]]:
    """Batches of a stream of random ids."""
    stream = whole(seed, 20, 400).numpy()
    windows = Windows(stream, 4, 8, seed)

    def batch(step: int) -> tuple[Tensor, Tensor]:
        rows = windows.batch(step)
        return rows[:, :-1], rows[:, 1:]

    return batch


def train(own: Own, seed: int) -> Any:
    """The losses and the weights of a short run."""
    run = new_run(seed)
    losses = own("train")(run, batch_of(seed))
    return losses, run.net.state_dict(), run.step


def stop_and_go(own: Own, seed: int) -> Any:
    """A run that is kept, and another one that goes on from there."""
    run, other = new_run(seed), new_run(seed)
    run.step = 3
    for name, parameter in run.net.named_parameters():
        with torch.no_grad():
            parameter.add_(normal(7, *parameter.shape))
        run.states[name]["m"] += normal(8, *parameter.shape)
    with tempfile.TemporaryDirectory() as folder:
        own("save_run")(run, Path(folder) / "run.pt")
        own("resume_run")(other, Path(folder) / "run.pt")
    return other.net.state_dict(), other.states, other.step


def draw(own: Own, seed: int) -> Any:
    """How often each id is drawn."""
    logits = normal(seed, 1, 12).expand(40_000, 12)
    ids = own("draw")(logits, torch.Generator().manual_seed(seed))
    return torch.bincount(ids, minlength=12) / len(ids)


def knob(name: str, *values: Any) -> Callable[[Own, int], Any]:
    """The trial of a rule of decoding, at several settings."""

    def trial(own: Own, seed: int) -> Any:
        logits = 3 * normal(seed, 8, 500)
        return [own(name)(logits.clone(), value) for value in values]

    return trial


def penalty(own: Own, seed: int) -> Any:
    """The penalty on repetitions, with padding and without."""
    logits, ids = normal(seed, 4, 60), whole(seed, 60, 4, 30)
    mask = torch.arange(30) >= 5 * torch.arange(4)[:, None]
    return own("repetition_penalty")(logits, ids, 1.3), own(
        "repetition_penalty"
    )(logits, ids, 0.8, mask)


def lengths(own: Own, seed: int) -> Any:
    """Both penalties on length."""
    return [
        own("length_penalty")(n, alpha, kind)
        for n in (1, 7 + seed)
        for alpha in (0.0, 0.6, 1.0)
        for kind in ("power", "gnmt")
    ]


def log_probs(seed: int) -> Tensor:
    """Log-probabilities (3, 40)."""
    return normal(seed, 3, 40).log_softmax(dim=-1)


ORDER = torch.arange(24)[None] - torch.tensor([[0], [3]])
RANKS = {(5, 6): 0, (8, 7): 1, (2, 3): 2, (10, 10): 3, (3, 4): 4}
TRIALS: dict[str, Callable[[Own, int], Any]] = {
    "pad": call(
        "pad", lambda s: [np.arange(2, 9 + s), np.arange(0), np.array([4, 5])]
    ),
    "bits_per_byte": bits_per_byte,
    "to_bytes": call("to_bytes", lambda s: "naïve 中文 🙂" * (s + 1)),
    "count_pairs": call(
        "count_pairs", lambda s: words_of(s)[0], lambda s: words_of(s)[1]
    ),
    "merge": call(
        "merge",
        lambda s: whole(s, 3, 500).tolist(),
        lambda s: (1, 1) if s else (1, 2),
        lambda s: 9,
    ),
    "merge_in_words": merge_in_words,
    "learn_merges": call(
        "learn_merges",
        lambda s: words_of(s)[0],
        lambda s: words_of(s)[1],
        lambda s: 60,
        lambda s: 9,
    ),
    "apply_merges": call(
        "apply_merges",
        lambda s: whole(s, 11, 600).tolist(),
        lambda s: RANKS,
        lambda s: [8, 9, 10, 3, 5],
    ),
    "decode_bytes": call(
        "decode_bytes",
        lambda s: whole(s, 256, 500).tolist(),
        lambda s: [bytes([i, 255 - i]) for i in range(256)],
    ),
    "clip_gradients": clip_gradients,
    "scaled_dot_product_attention": call(
        "scaled_dot_product_attention",
        lambda s: normal(s, 2, 4, 32, 16),
        lambda s: normal(s + 1, 2, 4, 40, 16),
        lambda s: normal(s + 2, 2, 4, 40, 16),
        lambda s: normal(s + 3, 2, 1, 32, 40) if s else None,
    ),
    "causal_mask": call("causal_mask", lambda s: ORDER, lambda s: 24 - 5 * s),
    "prefix_mask": call(
        "prefix_mask",
        lambda s: ORDER,
        lambda s: 24 - 5 * s,
        lambda s: torch.tensor([3, 9]),
    ),
    "padding_mask": call("padding_mask", lambda s: whole(s, 2, 3, 9).bool()),
    "mask_bias": call("mask_bias", lambda s: whole(s, 2, 3, 1, 9, 9).bool()),
    "split_heads": call(
        "split_heads", lambda s: normal(s, 2, 9, 24), lambda s: 6
    ),
    "join_heads": call("join_heads", lambda s: normal(s, 2, 4, 9, 6)),
    "relu": elementwise("relu"),
    "silu": elementwise("silu"),
    "gelu": elementwise("gelu"),
    "gelu_tanh": elementwise("gelu_tanh"),
    "layer_norm": call(
        "layer_norm",
        lambda s: 5 * normal(s, 4, 9, 32),
        lambda s: normal(s + 1, 32),
        lambda s: normal(s + 2, 32),
        lambda s: 0.1,
    ),
    "rms_norm": call(
        "rms_norm",
        lambda s: 5 * normal(s, 4, 9, 32),
        lambda s: normal(s + 1, 32),
        lambda s: 0.1,
    ),
    "feed_forward": feed_forward,
    "rope_angles": call(
        "rope_angles",
        lambda s: torch.arange(60)[None] + 100 * s,
        lambda s: 16,
        lambda s: 500.0,
    ),
    "rotate": rotate,
    "residual": residual,
    "Block": block,
    "causal": call("causal", lambda s: whole(s, 30, 3, 9)),
    "ffn_width": call("ffn_width", lambda s: 300 + 77 * s),
    "count_parameters": call(
        "count_parameters",
        lambda s: small(s, n_kv_heads=1) if s else small(s, head="tied"),
    ),
    "initial_loss": call("initial_loss", lambda s: 900 + s, lambda s: 128),
    "cross_entropy": cross_entropy,
    "adamw_update": adamw_update,
    "warmup_cosine": lambda own, seed: [
        own("warmup_cosine")(step, 50, 7, 0.1 * seed) for step in range(60)
    ],
    "accumulate": accumulate,
    "clip_or_stop": clip_or_stop,
    "training_flops": call("training_flops", small, lambda s: 64 + s),
    "save_run": stop_and_go,
    "resume_run": stop_and_go,
    "train": train,
    "greedy": call("greedy", lambda s: normal(s, 50, 300)),
    "draw": draw,
    "temperature": knob("temperature", 0.0, 0.5, 1.7),
    "top_k": knob("top_k", 1, 40, 600),
    "top_p": knob("top_p", 0.0, 0.3, 0.95, 1.0),
    "min_p": knob("min_p", 0.0, 0.1, 1.0),
    "repetition_penalty": penalty,
    "length_penalty": lengths,
    "continuations": call(
        "continuations", log_probs, lambda s: normal(s, 3), lambda s: 7
    ),
}
TOLERANCE = {"draw": 0.02}  # of shares of 40,000 draws; else 0.0001


def difference(name: str, own: Own, library: Own) -> str:
    """Where a piece differs from the library's, or "" where it does not.

    That is also "" for a piece without a trial. A piece that raises an error,
    or takes 20 times as long as the library's, differs.
    """
    if name not in TRIALS:
        return ""
    for seed in range(2):
        times, outcomes = [], []
        for find in (library, own):
            start = time.perf_counter()
            try:
                outcomes.append(TRIALS[name](find, seed))
            except Exception as error:
                said = kind_of(error).removeprefix("the error ")
                return f"on random inputs it raised {said}"
            times.append(time.perf_counter() - start)
        gap = unlike(outcomes[1], outcomes[0], TOLERANCE.get(name, 1e-4))
        if gap:
            return f"on random inputs it differs from the library's: {gap}"
        if times[1] > max(IDLE, SLOWEST * times[0]):
            ratio = times[1] / times[0]
            return f"it takes {ratio:.0f} times as long as the library's"
    return ""


def unlike(got: Any, want: Any, tolerance: float) -> str:
    """Where two outcomes first differ; "" where they do not."""
    if isinstance(want, Mapping):
        if not isinstance(got, Mapping) or got.keys() != want.keys():
            return f"expected a mapping of {len(want)}, got {kind_of(got)}"
        pairs = [(got[key], want[key]) for key in want]
        return first(pairs, tolerance)
    if isinstance(want, list | tuple):
        if not isinstance(got, list | tuple) or len(got) != len(want):
            return f"expected {len(want)} parts, got {kind_of(got)}"
        return first(list(zip(got, want, strict=True)), tolerance)
    if isinstance(want, Tensor | np.ndarray | int | float):
        if not same(got, want, tolerance):
            return first_difference(got, want, tolerance)
        mine = getattr(got, "dtype", None)
        theirs = getattr(want, "dtype", None)
        if isinstance(want, Tensor) and mine != theirs:
            return f"expected {theirs}, got {kind_of(got)}"
        return ""
    if isinstance(want, Config | set | str | bytes | None):
        return "" if got == want else f"expected {want!r:.60}, got {got!r:.60}"
    return ""


def first(pairs: list[tuple[Any, Any]], tolerance: float) -> str:
    """The first difference of several pairs; "" where there is none."""
    found = (unlike(got, want, tolerance) for got, want in pairs)
    return next((gap for gap in found if gap), "")
