"""The four stored models of chapter 8."""

import json

import pytest
import torch

from minillm.architectures import n_parameters
from minillm.corpus import DATA
from minillm.kinds import load_kinds
from minillm.likelihood import log_likelihood
from tools.kinds import masked_ahead, sentences


@pytest.fixture(scope="module")
def kinds():
    return load_kinds()


@torch.inference_mode()
def test_only_the_mask_differs(kinds):
    results = json.loads((DATA / "results" / "08_architectures.json").read_text())
    assert set(kinds.models) == {"decoder", "encoder", "prefix", "encoder-decoder"}
    for name, net in kinds.models.items():
        assert net.config.structure == name
        assert results["parameters"][name] == n_parameters(net.config)
    ids = kinds.ids("Even the boots of Olga were orange.")[None]
    changed = ids.clone()
    changed[0, 5] = 40
    for name in ("decoder", "encoder", "prefix"):
        net = kinds.models[name]
        moved = (net(ids)[0] - net(changed)[0]).abs().amax(-1)[0] > 1e-6
        assert bool(moved[:5].any()) == (name == "encoder")


@torch.inference_mode()
def test_decoder_has_learned_and_stays_a_distribution(kinds):
    ids = kinds.ids("Kitty won by fifty steps.")
    bits = -log_likelihood(lambda x: kinds.models["decoder"](x)[0], ids).sum() / 25
    assert 0.3 < bits < 3


@torch.inference_mode()
def test_encoder_behind_masks_sees_nothing_ahead(kinds):
    predict = masked_ahead(kinds.models["encoder"], kinds.mask_id)
    ids = kinds.ids("Kitty won by fifty steps.")[None]
    changed = ids.clone()
    changed[0, 6] = 40
    moved = (predict(ids) - predict(changed)).abs().amax(-1)[0] > 1e-6
    assert not moved[:6].any()
    assert moved[6:].any()


def test_sentences_keep_what_is_said_with_who_says_it():
    story = 'Ada ran. "Look. There," said Max. He left.'
    assert sentences([story]) == ["Ada ran.", ' "Look. There," said Max.', " He left."]
