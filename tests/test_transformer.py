"""What holds for every Transformer: who sees whom, caches, padding, masks, settings, bad input."""

import math

import pytest
import torch
from torch.nn import functional as F

from minillm.architectures import configure
from minillm.arguments import check
from minillm.attention import Masks
from minillm.cache import KVCache
from minillm.config import Config
from minillm.transformer import Block, Transformer
from tests.small_models import (
    SMALL,
    build,
    close,
    distance,
    loss,
    normal,
    padded,
    random_ids,
    randomise,
)

MODELS = {
    "original": {},
    "bert": {},
    "llama": {},
    "llama-grouped": {"n_kv_heads": 2},
    "chatglm": {},
    "chatglm-released": {"activation": "gelu_tanh"},
    "bloom": {},
    "bloom-6-heads": {"n_heads": 6, "width": 36},
    "learned-decoder": {"position": "learned"},
}
CAUSAL = [name for name in MODELS if name != "bert"]
FUSED = pytest.mark.parametrize("fused", [True, False])
EVERY = pytest.mark.parametrize("name", MODELS)
FORWARD = pytest.mark.parametrize("name", CAUSAL)


def small(name, **settings):
    """A model by its name in `MODELS`."""
    row = name.split("-")[0].replace("learned", "bloom")
    return build(row, **(MODELS[name] | settings))


def also(model, B, prefix=3):
    """What a model wants beside ids: a source (B, 5), or the length of the prefix."""
    if model.config.structure == "encoder-decoder":
        return {"source": random_ids(B, 5, seed=9)}
    if model.config.structure == "prefix":
        return {"prefix": torch.full((B,), prefix)}
    return {}


def changed(ids, t):
    """Another token at place t."""
    ids = ids.clone()
    ids[:, t] = (ids[:, t] + 1) % SMALL["vocab_size"]
    return ids


def seen_from(model, T, **given):
    """Who sees whom: (T, T) of bool, True where the column's token moves the row's logits."""
    ids = random_ids(1, T)
    before = model(ids, **given)[0]
    moves = [(model(changed(ids, t), **given)[0] - before).abs().amax(dim=-1)[0] for t in range(T)]
    moves = torch.stack(moves, dim=1)
    assert ((moves < 1e-6) | (moves > 1e-4)).all()  # nothing, or more than rounding
    return moves > 1e-4


# Who sees whom


@FORWARD
def test_no_logit_sees_the_future(name):
    model = small(name)
    seen = seen_from(model, 7, **also(model, 1, prefix=0))
    assert torch.equal(seen, torch.ones(7, 7, dtype=torch.bool).tril())


@FORWARD
def test_no_logit_sees_the_future_with_padding(name):
    model = small(name)
    given = also(model, 3, prefix=0)
    for side in ("left", "right"):
        ids, mask = random_ids(3, 7), padded(7, side)
        before = model(ids, mask=mask, **given)[0]
        after = model(changed(ids, 4), mask=mask, **given)[0]
        close(before[:, :4], after[:, :4], 1e-6)
        assert distance(before[0, 4:], after[0, 4:]) > 1e-2


@pytest.mark.parametrize("name", ["chatglm", "chatglm-released"])
def test_prefix_is_seen_both_ways_and_what_follows_is_not(name):
    seen = seen_from(small(name), 7, prefix=torch.tensor([3]))
    expected = torch.ones(7, 7, dtype=torch.bool).tril()
    expected[:3, :3] = True
    assert torch.equal(seen, expected)


def test_prefixes_of_a_batch_are_each_its_own():
    model, ids = small("chatglm"), random_ids(3, 7)
    together = model(ids, prefix=torch.tensor([0, 3, 7]))[0]
    for row, prefix in enumerate([0, 3, 7]):
        close(together[row : row + 1], model(ids[row : row + 1], prefix=torch.tensor([prefix]))[0])


def test_no_prefix_is_a_prefix_of_0():
    model, ids = small("chatglm"), random_ids(2, 7)
    close(model(ids)[0], model(ids, prefix=torch.tensor([0, 0]))[0])


def test_encoder_sees_everything():
    assert seen_from(small("bert"), 7).all()


def test_decoder_sees_all_of_the_source():
    model, ids, source = small("original"), random_ids(1, 4), random_ids(1, 6, seed=1)
    before = model(ids, source=source)[0]
    for s in range(6):
        moved = model(ids, source=changed(source, s))[0] - before
        assert moved.abs().amax(dim=-1).min() > 1e-4


@pytest.mark.parametrize("name", ["bert", "llama", "chatglm", "bloom"])
def test_encoder_without_positions_is_permutation_equivariant(name):
    model, ids = small(name, structure="encoder", position="none"), random_ids(2, 7)
    order = torch.tensor([4, 0, 6, 2, 5, 1, 3])
    close(model(ids[:, order])[0], model(ids)[0][:, order])


@pytest.mark.parametrize("position", ["learned", "sinusoidal", "rope", "rope2d", "alibi"])
def test_encoder_with_positions_is_not_permutation_equivariant(position):
    model, ids = small("bert", position=position), random_ids(2, 7)
    order = torch.tensor([4, 0, 6, 2, 5, 1, 3])
    given = {"positions": torch.arange(7).expand(2, 2, 7)} if position == "rope2d" else {}
    assert distance(model(ids[:, order], **given)[0], model(ids, **given)[0][:, order]) > 1e-2


def test_source_without_positions_is_a_set():
    model, ids = small("original", position="none"), random_ids(2, 4)
    source = random_ids(2, 6, seed=1)
    close(model(ids, source=source.flip(1))[0], model(ids, source=source)[0])


@pytest.mark.parametrize("name", ["llama", "llama-grouped"])
def test_rope_depends_on_distances_only(name):
    model, ids = small(name), random_ids(2, 7)
    positions = torch.arange(7).expand(2, 7)
    close(model(ids, positions=positions + 11)[0], model(ids)[0])
    assert distance(model(ids, positions=positions * 2)[0], model(ids)[0]) > 1e-2


def test_rope_2d_depends_on_both_distances():
    model, ids, prefix = small("chatglm"), random_ids(1, 7), torch.tensor([3])
    positions = torch.tensor([[[0, 1, 2, 2, 2, 2, 2], [0, 0, 0, 1, 2, 3, 4]]])
    before = model(ids, prefix=prefix)[0]
    close(model(ids, prefix=prefix, positions=positions)[0], before)
    shift = torch.tensor([[[5], [9]]])
    close(model(ids, prefix=prefix, positions=positions + shift)[0], before)
    for wrong in ([[[2], [1]]], [[[1], [2]]]):
        stretched = positions * torch.tensor(wrong)
        assert distance(model(ids, prefix=prefix, positions=stretched)[0], before) > 1e-3


# Padding


@EVERY
@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_never_changes_a_real_token(name, side):
    model, T = small(name), 7
    ids, mask = random_ids(3, T), padded(T, side)
    given = also(model, 3, prefix=2)
    logits = model(ids, mask=mask, **given)[0]
    for row in range(3):
        own = {key: value[row : row + 1] for key, value in given.items()}
        alone = model(ids[row, mask[row]][None], **own)[0]
        close(logits[row, mask[row]], alone[0])
    noise = torch.where(mask, ids, random_ids(3, T, seed=5))
    close(model(noise, mask=mask, **given)[0][mask], logits[mask])


@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_of_the_source_changes_nothing(side):
    model, ids, source = small("original"), random_ids(3, 4), random_ids(3, 7, seed=1)
    mask = padded(7, side)
    logits = model(ids, source=source, source_mask=mask)[0]
    for row in range(3):
        alone = model(ids[row : row + 1], source=source[row, mask[row]][None])[0]
        close(logits[row], alone[0])


def test_padding_of_segments_is_left_out_with_them():
    model, ids, mask = small("bert"), random_ids(3, 7), padded(7, "left")
    segments = torch.randint(2, (3, 7), generator=torch.Generator().manual_seed(0))
    logits = model(ids, mask=mask, segments=segments)[0]
    for row in range(3):
        kept = mask[row]
        close(
            logits[row, kept], model(ids[row, kept][None], segments=segments[row, kept][None])[0][0]
        )


@EVERY
def test_a_mask_of_real_tokens_only_changes_nothing(name):
    model, ids = small(name), random_ids(3, 7)
    given = also(model, 3)
    close(model(ids, mask=torch.ones(3, 7, dtype=torch.bool), **given)[0], model(ids, **given)[0])


@EVERY
@FUSED
def test_a_fully_masked_text_is_not_nan(name, fused):
    model, ids = small(name, fused=fused), random_ids(3, 7)
    mask = torch.tensor([[True] * 7, [False] * 7, [True] * 7])
    given = also(model, 3)
    logits = model(ids, mask=mask, **given)[0]
    assert logits.isfinite().all()
    close(logits[::2], model(ids, **given)[0][::2])
    loss(logits).backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())


def test_a_fully_masked_source_is_not_nan():
    model, ids, source = small("original"), random_ids(2, 4), random_ids(2, 6)
    mask = torch.tensor([[True] * 6, [False] * 6])
    logits = model(ids, source=source, source_mask=mask)[0]
    assert logits.isfinite().all()
    loss(logits).backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())


# KVCache


def read(model, ids, cache, sizes, mask=None, **given):
    """Logits of a text that is read in pieces of these sizes."""
    pieces, start = [], 0
    for size in sizes:
        end = start + size
        seen = None if mask is None else mask[:, :end]
        pieces.append(model(ids[:, start:end], state=cache, mask=seen, **given)[0])
        start = end
        assert cache.length == end
    return torch.cat(pieces, dim=1)


SIZES = [[1] * 9, [9], [5, 4], [3, 1, 1, 4], [4, 5]]


@FORWARD
@pytest.mark.parametrize("sizes", SIZES, ids=str)
@torch.no_grad()
def test_cache_equals_recomputation(name, sizes):
    model, ids = small(name), random_ids(2, 9)
    given = also(model, 2, prefix=min(3, sizes[0]))  # a prefix is read at once
    cache = KVCache(model.config, 2, 9)
    close(read(model, ids, cache, sizes, **given), model(ids, **given)[0])


@FORWARD
@pytest.mark.parametrize("side", ["left", "right"])
@FUSED
@torch.no_grad()
def test_cache_of_padded_texts_equals_recomputation(name, fused, side):
    model, sizes = small(name, fused=fused), [3, 1, 1, 4]
    ids, mask = random_ids(3, 9), padded(9, side)
    given = also(model, 3, prefix=0)
    logits = read(model, ids, KVCache(model.config, 3, 12), sizes, mask, **given)
    close(logits[mask], model(ids, mask=mask, **given)[0][mask])


@torch.no_grad()
def test_cache_of_a_left_padded_prefix_equals_reading_it_alone():
    model, ids, mask = small("chatglm"), random_ids(2, 9), torch.ones(2, 9, dtype=torch.bool)
    mask[1, :3] = False
    prefix = torch.tensor([5, 2])
    logits = read(model, ids, KVCache(model.config, 2, 9), [5, 1, 1, 2], mask, prefix=prefix)
    close(logits[mask], model(ids, mask=mask, prefix=prefix)[0][mask])
    close(logits[1, 3:], model(ids[1:, 3:], prefix=prefix[1:])[0][0])


@torch.no_grad()
def test_cache_keeps_the_source_with_its_padding():
    model, ids, source = small("original"), random_ids(3, 6), random_ids(3, 7, seed=1)
    source_mask = padded(7, "right")
    expected = model(ids, source=source, source_mask=source_mask)[0]
    cache = KVCache(model.config, 3, 6)
    first = model(ids[:, :2], source=source, source_mask=source_mask, state=cache)[0]
    rest = [
        model(ids[:, t : t + 1], source_mask=source_mask, state=cache)[0] for t in range(2, 6)
    ]  # the source need not be given again
    close(torch.cat([first, *rest], dim=1), expected)


@FORWARD
@torch.no_grad()
def test_cache_goes_on_with_other_rows(name):
    model, ids = small(name), random_ids(3, 9)
    given = also(model, 3)
    cache, rows = KVCache(model.config, 3, 9), torch.tensor([2, 0, 0])
    model(ids[:, :5], state=cache, **given)
    cache.reorder(rows)
    ids = torch.cat((ids[rows, :5], ids[:, 5:]), dim=1)
    given = {key: value[rows] for key, value in given.items()}
    close(model(ids[:, 5:], state=cache, **given)[0], model(ids, **given)[0][:, 5:])


@torch.no_grad()
def test_cache_may_change_the_number_of_rows():
    model, ids = small("llama"), random_ids(1, 6)
    cache = KVCache(model.config, 1, 6)
    model(ids[:, :4], state=cache)
    cache.reorder(torch.tensor([0, 0, 0]))
    tails = random_ids(3, 2, seed=3)
    whole = torch.cat((ids[:, :4].expand(3, 4), tails), dim=1)
    close(model(tails, state=cache)[0], model(whole)[0][:, 4:])


@torch.no_grad()
def test_cache_refuses_more_than_it_has_room_for():
    model, cache = small("llama"), KVCache(configure("llama", **SMALL), 2, 5)
    model(random_ids(2, 4), state=cache)
    with pytest.raises(ValueError, match="room for 5 tokens, not 6"):
        model(random_ids(2, 2), state=cache)
    assert cache.length == 4


@torch.no_grad()
def test_cache_counts_towards_the_context():
    model, cache = small("llama", context=6), KVCache(configure("llama", **SMALL), 1, 9)
    model(random_ids(1, 5), state=cache)
    with pytest.raises(ValueError, match="7 tokens are more than the context of 6"):
        model(random_ids(1, 2), state=cache)


def test_cache_has_a_type():
    cache = KVCache(configure("llama", **SMALL, n_kv_heads=2), 3, 5, dtype=torch.bfloat16)
    assert cache.layers[0].k.shape == (3, 2, 5, 8)
    assert {m.k.dtype for m in cache.layers} == {torch.bfloat16}
    assert cache.length == 0


@pytest.mark.parametrize("position", ["none", "sinusoidal", "learned", "rope", "rope2d", "alibi"])
@pytest.mark.parametrize("structure", ["decoder", "prefix"])
@torch.no_grad()
def test_settings_combine_freely(position, structure):
    """KVCache and padding are right for models that have no row in the table, too."""
    ids, mask = random_ids(3, 9), padded(9, "left")
    for kind, norm in (("pre", "layer"), ("post", "rms"), ("deep", "rms")):
        settings = {"structure": structure, "position": position, "norm": norm, "residual": kind}
        model = build("llama", n_kv_heads=1, embedding_norm=True, bias=True, **settings)
        given = also(model, 3, prefix=1)
        logits = read(model, ids, KVCache(model.config, 3, 9), [8, 1], mask, **given)
        close(logits[mask], model(ids, mask=mask, **given)[0][mask])
        given = {key: value[1:2] for key, value in given.items()}
        close(logits[1, 1:], model(ids[1:2, 1:], **given)[0][0])


# Fused kernels, types


@EVERY
@pytest.mark.parametrize("side", [None, "left", "right"])
def test_fused_is_the_plain_formulas_with_their_gradients(name, side):
    found = []
    for fused in (True, False):
        model = small(name, fused=fused)
        mask = padded(7, side)
        logits = model(random_ids(3, 7), mask=mask, **also(model, 3))[0]
        loss(logits, mask).backward()
        real = slice(None) if mask is None else mask
        found.append([logits[real].detach(), *(p.grad for p in model.parameters())])
    for one, other in zip(*found, strict=True):
        close(one, other)


@EVERY
@FUSED
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
@torch.no_grad()
def test_model_runs_in_other_types(name, fused, dtype):
    model, ids = small(name, fused=fused), random_ids(3, 7)
    given = also(model, 3)
    for mask in (None, padded(7, "left")):
        expected = model.float()(ids, mask=mask, **given)[0]
        logits = model.to(dtype)(ids, mask=mask, **given)[0]
        assert logits.dtype == dtype
        real = slice(None) if mask is None else mask
        close(logits[real].float(), expected[real], 1e-5 if dtype == torch.float64 else 0.3)


@EVERY
@FUSED
def test_model_runs_under_autocast(name, fused):
    model, ids = small(name, fused=fused), random_ids(3, 7)
    given = also(model, 3)
    for mask in (None, padded(7, "left")):
        expected = model(ids, mask=mask, **given)[0]
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(ids, mask=mask, **given)[0]
        loss(logits.float(), mask).backward()
        real = slice(None) if mask is None else mask
        close(logits[real].float(), expected[real], 0.3)
    assert all(p.grad.isfinite().all() for p in model.parameters())


# Settings


def names(model):
    return {name for name, _ in model.named_parameters()}


def test_parameters_are_named_as_published_here():
    bert = names(small("bert", n_layers=1))
    assert bert == {
        *(f"embedding.{n}.weight" for n in ("token", "position", "segment", "norm")),
        "embedding.norm.bias",
        *(
            f"blocks.0.{module}.{kind}"
            for module in (
                "attention.qkv",
                "attention.out",
                "attention_norm",
                "feed_forward.up",
                "feed_forward.down",
                "feed_forward_norm",
            )
            for kind in ("weight", "bias")
        ),
        *(f"head.{n}.{kind}" for n in ("dense", "norm") for kind in ("weight", "bias")),
        "head.bias",
    }
    llama = names(small("llama", n_layers=1))
    assert llama == {
        "embedding.token.weight",
        "blocks.0.attention.qkv.weight",
        "blocks.0.attention.out.weight",
        "blocks.0.attention_norm.weight",
        "blocks.0.feed_forward.up.weight",
        "blocks.0.feed_forward.down.weight",
        "blocks.0.feed_forward_norm.weight",
        "norm.weight",
        "head.weight",
    }


def test_original_has_an_encoder_and_looks_across():
    found = names(small("original", n_layers=1))
    assert {"encoder.0.attention.qkv.weight", "blocks.0.cross.out.bias"} < found
    assert "encoder.0.cross.q.weight" not in found
    assert "norm.weight" not in found
    final = names(small("original", n_layers=1, final_norm=True))
    assert final - found == {"norm.weight", "norm.bias", "encoder_norm.weight", "encoder_norm.bias"}


@EVERY
def test_logits_are_those_of_the_states(name):
    model, ids = small(name), random_ids(2, 7)
    states = model.states(ids, **also(model, 2))
    assert states.shape == (2, 7, model.config.width)
    close(model.logits(states), model(ids, **also(model, 2))[0])


@EVERY
def test_every_parameter_gets_a_gradient(name):
    model, ids = small(name), random_ids(2, 7)
    loss(model(ids, **also(model, 2))[0]).backward()
    assert all(p.grad is not None for p in model.parameters())
    assert all(p.grad.abs().max() > 0 for p in model.parameters())


def test_dropout_works_in_training_only():
    model, ids = small("llama", dropout=0.5), random_ids(2, 7)
    expected = small("llama")(ids)[0]
    close(model.eval()(ids)[0], expected)
    torch.manual_seed(0)
    assert distance(model.train()(ids)[0], expected) > 0.1
    assert distance(model(ids)[0], model(ids)[0]) > 0.1


def test_dropout_follows_the_embeddings_and_their_norm():
    embedding, ids = small("bloom", dropout=0.25).embedding, random_ids(4, 24)
    torch.manual_seed(0)
    kept = embedding(ids, torch.arange(24)[None])
    assert (kept == 0).float().mean().item() == pytest.approx(0.25, abs=0.03)
    close(kept[kept != 0] * 0.75, embedding.eval()(ids, torch.arange(24)[None])[kept != 0])


@pytest.mark.parametrize("silent", ["attention.out", "feed_forward.down"])
def test_dropout_follows_each_sublayer(silent):
    """With one sublayer silent the skip gains the other's output, with holes, and no more."""
    block, x = small("bloom", dropout=0.25).blocks[0], normal(4, 24, 32)
    with torch.no_grad():
        for p in block.get_submodule(silent).parameters():
            p.zero_()
    torch.manual_seed(0)
    gained = block(x, Masks()) - x
    assert (gained == 0).float().mean().item() == pytest.approx(0.25, abs=0.03)
    whole = block.eval()(x, Masks()) - x
    close(gained[gained != 0] * 0.75, whole[gained != 0])


def sums_of(kind, alpha, cross):
    """A block whose sublayers are 10 x / 4 and whose norms are x / 2 - 1, applied to 4."""
    block = Block(configure("bloom", **SMALL, residual=kind, alpha=alpha), cross)
    for name, part in list(block.named_children()):
        if name.endswith("norm"):
            part.forward = lambda x: x / 2 - 1
        elif name != "dropout":
            part.forward = lambda x, *rest: 10 * x / 4
    source = (torch.zeros(1), torch.zeros(1)) if cross else None
    return block(torch.tensor(4.0), Masks(), source=source).item()


@pytest.mark.parametrize("cross", [False, True])
@pytest.mark.parametrize("kind", ["pre", "post", "deep"])
def test_skips_by_hand(kind, cross):
    """With 4 the first sublayer adds 10, or 2.5 to the norm of 4, which is 1."""
    alpha, x = (1, 4.0) if kind == "pre" else (3, 4.0)
    for _ in range(3 if cross else 2):
        x = {
            "pre": x + 2.5 * (x / 2 - 1),
            "post": (3 * x + 2.5 * x) / 2 - 1,
            "deep": 5.5 * (x / 2 - 1),
        }[kind]
    assert sums_of(kind, alpha, cross) == pytest.approx(x)


def test_deep_skips_are_post_norm_shifted_by_half_a_block():
    """ChatGLM's way is DeepNorm's, where the first norm is applied before the first block."""
    settings = {"width": 12, "n_heads": 2, "alpha": 2.0, "n_layers": 1}
    deep, post = (
        Block(configure("bloom", **SMALL | settings, residual=kind)) for kind in ("deep", "post")
    )
    randomise(deep)
    post.load_state_dict(deep.state_dict())
    norms = deep.attention_norm, deep.feed_forward_norm
    post.attention_norm, post.feed_forward_norm = norms[1], norms[0]
    x = normal(2, 5, 12)
    one = deep(deep(x, Masks()), Masks())
    other = norms[0](x)
    for _ in range(2):
        other = post(other, Masks())
    close(norms[0](one), other)


def test_segments_are_0_unless_given():
    model, ids = small("bert"), random_ids(2, 7)
    close(model(ids)[0], model(ids, segments=torch.zeros_like(ids))[0], 0)
    assert distance(model(ids)[0], model(ids, segments=torch.ones_like(ids))[0]) > 0.01


def fresh(row, **settings):
    """A wide model as it is initialised."""
    sizes = SMALL | {"width": 128, "hidden": 256, "n_layers": 8}
    config = configure(row, **(sizes | settings))
    return Transformer(config, torch.Generator().manual_seed(0))


def test_first_weights_are_the_generators_alone():
    one, other = fresh("llama").state_dict(), fresh("llama").state_dict()
    torch.manual_seed(5)
    third = fresh("llama").state_dict()
    for name, weight in one.items():
        assert torch.equal(weight, other[name])
        assert torch.equal(weight, third[name])


@pytest.mark.parametrize("row", ["original", "bert", "llama", "chatglm", "bloom"])
def test_first_loss_is_that_of_guessing(row):
    """Nearly: a tied head begins by expecting the token that it has just read."""
    model, ids = fresh(row), random_ids(4, 24)
    logits = model(ids, **also(model, 4))[0]
    guess = F.cross_entropy(logits.flatten(0, 1), random_ids(4, 24, seed=1).flatten())
    assert guess.item() == pytest.approx(math.log(SMALL["vocab_size"]), abs=0.2)


def test_first_biases_are_0_and_norms_1():
    for name, p in fresh("bloom").named_parameters():
        if name.endswith("bias"):
            assert p.abs().max() == 0
        elif p.ndim == 1:
            assert p.min() == p.max() == 1


def deviation(model, name, rows=slice(None)):
    return model.state_dict()[name][rows].std().item()


def test_first_deviations_of_a_pre_norm_model_shrink_where_they_write_into_the_skip():
    model = fresh("llama")
    for name in ("embedding.token.weight", "blocks.3.attention.qkv.weight", "head.weight"):
        assert deviation(model, name) == pytest.approx(0.02, rel=0.05)
    for name in ("blocks.3.attention.out.weight", "blocks.3.feed_forward.down.weight"):
        assert deviation(model, name) == pytest.approx(0.02 / math.sqrt(16), rel=0.05)


def test_first_deviations_of_deepnorm_shrink_all_but_queries_and_keys():
    model, beta = fresh("chatglm"), 1 / math.sqrt(16)
    qkv = "blocks.3.attention.qkv.weight"
    assert deviation(model, qkv, slice(None, 256)) == pytest.approx(0.02, rel=0.05)
    assert deviation(model, qkv, slice(256, None)) == pytest.approx(0.02 * beta, rel=0.05)
    for name in ("attention.out", "feed_forward.up", "feed_forward.down"):
        found = deviation(model, f"blocks.3.{name}.weight")
        assert found == pytest.approx(0.02 * beta, rel=0.05)


# Bad input


def test_a_text_as_long_as_the_context_is_read():
    assert small("bert")(random_ids(1, 24))[0].shape == (1, 24, 61)


@EVERY
def test_a_text_longer_than_the_context_is_refused(name):
    model = small(name)
    with pytest.raises(ValueError, match="25 tokens are more than the context of 24"):
        model(random_ids(1, 25), **also(model, 1))


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (torch.zeros(3, dtype=torch.int64), r"\(B, T\), not \(3,\)"),
        (torch.zeros(1, 2, 3, dtype=torch.int64), r"\(B, T\), not \(1, 2, 3\)"),
        (torch.zeros(1, 3), r"int64 .* is needed, not torch.float32 \(1, 3\)"),
        (torch.zeros(1, 3, dtype=torch.int32), "not torch.int32"),
        (torch.tensor([[3, 61]]), "ids: 0 to 60 is possible, these are 3 to 61"),
        (torch.tensor([[3, -1]]), "ids: 0 to 60 is possible, these are -1 to 3"),
    ],
    ids=["1-d", "3-d", "float", "int32", "too large", "negative"],
)
def test_ids_of_another_kind_are_refused(ids, message):
    with pytest.raises(ValueError, match=message):
        small("llama")(ids)
    with pytest.raises(ValueError, match=message):
        small("original")(random_ids(1, 3), source=ids)


def flags(*shape):
    """A mask with no padding."""
    return torch.ones(*shape, dtype=torch.bool)


REFUSED = {  # model, what it is given beside ids (2, 7), what it says
    "short mask": ("llama", {"mask": flags(2, 6)}, r"mask: .* \(2, 7\) .* \(2, 6\)"),
    "mask of 3": ("llama", {"mask": flags(3, 7)}, r"\(2, 7\) is needed, not torch.bool \(3, 7\)"),
    "float mask": ("llama", {"mask": torch.ones(2, 7)}, "torch.bool .* not torch.float32"),
    "mask of 4 axes": ("llama", {"mask": flags(2, 1, 7, 7)}, r"not torch.bool \(2, 1, 7, 7\)"),
    "prefix": ("llama", {"prefix": torch.tensor([1, 1])}, "no prefix in a 'decoder'"),
    "source": ("llama", {"source": random_ids(2, 3)}, "only an encoder-decoder reads a source"),
    "source mask": ("llama", {"source_mask": flags(2, 3)}, "only an encoder-decoder"),
    "segments": ("llama", {"segments": torch.zeros(2, 7, dtype=torch.int64)}, "no segments"),
    "short positions": ("llama", {"positions": torch.arange(6)[None]}, r"positions: .* \(1, 6\)"),
    "late positions": (
        "bert",
        {"positions": torch.arange(20, 27).expand(2, 7)},
        "positions: 0 to 23 is possible, these are 20 to 26",
    ),
    "third segment": (
        "bert",
        {"segments": torch.full((2, 7), 2)},
        "segments: 0 to 1 is possible, these are 2 to 2",
    ),
    "short segments": (
        "bert",
        {"segments": torch.zeros(2, 6, dtype=torch.int64)},
        r"segments: .* not torch.int64 \(2, 6\)",
    ),
    "cache": ("bert", {"state": KVCache(configure("bert", **SMALL), 2, 9)}, "encoder .* cache"),
    "no source": ("original", {}, "needs a source"),
    "3 sources": ("original", {"source": random_ids(3, 4)}, "3 sources for 2 texts"),
    "mask of another source": (
        "original",
        {"source": random_ids(2, 4), "source_mask": flags(2, 5)},
        r"source_mask: .* \(2, 4\) is needed, not torch.bool \(2, 5\)",
    ),
    "long prefix": (
        "chatglm",
        {"prefix": torch.tensor([3, 8])},
        "prefix: 0 to 7 is possible, these are 3 to 8",
    ),
    "negative prefix": ("chatglm", {"prefix": torch.tensor([-1, 3])}, "these are -1 to 3"),
    "one prefix": ("chatglm", {"prefix": torch.tensor(3)}, r"\(2,\) is needed, .* \(\)"),
    "3 prefixes": ("chatglm", {"prefix": torch.tensor([3, 3, 3])}, r"not torch.int64 \(3,\)"),
    "float prefix": ("chatglm", {"prefix": torch.tensor([1.0, 2])}, "not torch.float32"),
    "1-d positions": (
        "chatglm",
        {"positions": torch.arange(7).expand(2, 7)},
        r"\(2, 2, 7\) is needed, not torch.int64 \(2, 7\)",
    ),
    "cache of 3": (
        "llama",
        {"state": KVCache(configure("llama", **SMALL), 3, 9)},
        "cache for 3 texts, but 2",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_arguments_that_do_not_fit_are_refused(case):
    name, given, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        small(name)(random_ids(2, 7), **given)


@torch.no_grad()
def test_a_prefix_longer_than_what_is_read_at_once_is_refused():
    """What has been read cannot be read again with what follows in sight."""
    model = small("chatglm")
    with pytest.raises(ValueError, match="prefix: 0 to 2 is possible, these are 3 to 3"):
        model(random_ids(1, 2), prefix=torch.tensor([3]), state=KVCache(model.config, 1, 7))


def test_check_accepts_what_fits_and_shows_what_does_not():
    check("x", torch.tensor([[0, 4]]), (1, 2), below=5)
    check("x", torch.tensor([], dtype=torch.int64), (0,), below=5)
    check("x", torch.tensor([-7]), (1,))
    for wrong, message in (
        (torch.tensor([[0, 5]]), "x: 0 to 4 is possible, these are 0 to 5"),
        (torch.tensor([[-1, 4]]), "these are -1 to 4"),
        (torch.tensor([0, 4]), r"shape \(1, 2\) is needed, not torch.int64 \(2,\)"),
        (torch.tensor([[0.0, 4.0]]), "int64 of shape .* not torch.float32"),
    ):
        with pytest.raises(ValueError, match=message):
            check("x", wrong, (1, 2), below=5)


def test_config_says_its_sizes():
    config = Config(10, 1, 6, 24, 8, n_kv_heads=2)
    assert (config.kv_heads, config.head_size) == (2, 4)
    assert Config(10, 1, 6, 24, 8).kv_heads == 6


def test_waves_are_no_weights():
    assert not any("wave" in name for name in small("original").state_dict())
