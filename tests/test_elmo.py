"""The biLM, the mix and the probe: by hand, by gradients, against independent transcriptions."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from minillm import elmo, probe, senses, states
from minillm.corpus import BOS, EOS, WordVocabulary

EPS = torch.finfo(torch.float32).eps
IDS = torch.tensor([0, 5, 6, 7, 1])  # <s> the river bank </s>


def model(V=12, C=6, n_layers=2, seed=0):
    torch.manual_seed(seed)
    return elmo.BiLM(V, C, n_layers)


def batch(lengths, V=12, seed=0):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(2, V, (len(lengths), max(lengths)), generator=generator)
    ids[:, 0] = BOS
    for row, n in zip(ids, lengths, strict=True):
        row[n - 1 :] = EOS
    return ids, torch.tensor(lengths)


# Streams


def test_directional_streams_of_the_toy():
    x_f, y_f, x_b, y_b = elmo.directional(IDS[1:-1])
    assert x_f.tolist() == [0, 5, 6, 7]
    assert y_f.tolist() == [5, 6, 7, 1]
    assert x_b.tolist() == [1, 7, 6, 5]
    assert y_b.tolist() == [7, 6, 5, 0]


def test_directional_streams_of_an_empty_text():
    rows = elmo.directional(torch.zeros(0, dtype=torch.int64))
    assert [row.tolist() for row in rows] == [[0], [1], [1], [0]]
    assert {row.dtype for row in rows} == {torch.int64}


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_reverse_is_its_own_inverse_and_leaves_the_filling(lengths):
    T = max(*lengths, 1)
    x = torch.arange(len(lengths) * T * 2).reshape(len(lengths), T, 2)
    n = torch.tensor(lengths)
    turned = elmo.reverse(x, n)
    assert torch.equal(elmo.reverse(turned, n), x)
    for row, old, k in zip(turned, x, lengths, strict=True):
        assert torch.equal(row[:k], old[:k].flip(0))
        assert torch.equal(row[k:], old[k:])


def test_reverse_refuses_lengths_outside_the_row():
    for n in (-1, 4):
        with pytest.raises(ValueError, match=f"0 to 3, not \\[2, {n}\\]"):
            elmo.reverse(torch.zeros(2, 3), torch.tensor([2, n]))


# States


def lstm_by_hand(weights, rows):
    """One LSTM over rows (T, C), gate by gate in NumPy (Hochreiter and Schmidhuber 1997)."""
    w_x, w_h, b_x, b_h = (w.detach().double().numpy() for w in weights)
    h = c = np.zeros(w_h.shape[1])
    out = []
    for x in rows:
        i, f, g, o = np.split(w_x @ x + b_x + w_h @ h + b_h, 4)
        i, f, o = (1 / (1 + np.exp(-a)) for a in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        out.append(h)
    return np.array(out)


def states_by_hand(net, ids):
    """The layers of one text, as ELMo's paper describes them, in NumPy."""
    x = net.embedding.weight.detach().double().numpy()[ids]
    layers, ahead, back = [np.concatenate((x, x), 1)], x, x[::-1]
    for n, (right, left) in enumerate(zip(net.rightward, net.leftward, strict=True)):
        new = lstm_by_hand(right.parameters(), ahead), lstm_by_hand(left.parameters(), back)
        ahead, back = (a + b if n else b for a, b in zip((ahead, back), new, strict=True))
        layers.append(np.concatenate((ahead, back[::-1]), 1))
    return np.array(layers)


@pytest.mark.parametrize("n_layers", [1, 2, 3])
def test_states_agree_with_a_transcription_in_numpy(n_layers):
    net = model(n_layers=n_layers)
    ids, lengths = batch([7, 2, 5, 1])
    got = net.states(ids, lengths)
    assert got.shape == (n_layers + 1, 4, 7, 12)
    for b, n in enumerate(lengths.tolist()):
        want = states_by_hand(net, ids[b, :n].numpy())
        np.testing.assert_allclose(got[:, b, :n].detach(), want, atol=1e-5)


def test_one_layer_agrees_with_a_bidirectional_lstm_in_states_and_gradients():
    """With one layer `nn.LSTM(bidirectional=True)` on packed rows is the same model."""
    net = model(n_layers=1)
    ids, lengths = batch([7, 2, 5])
    peer = nn.LSTM(6, 6, bidirectional=True, batch_first=True)
    weights = {
        f"{name}{end}": w.detach()
        for end, half in (("", net.rightward), ("_reverse", net.leftward))
        for name, w in half[0].named_parameters()
    }
    peer.load_state_dict(weights)
    packed = nn.utils.rnn.pack_padded_sequence(
        net.embedding(ids).detach(), lengths, batch_first=True, enforce_sorted=False
    )
    theirs, _ = nn.utils.rnn.pad_packed_sequence(peer(packed)[0], batch_first=True)
    ours = net.states(ids, lengths)[1]
    real = torch.arange(7) < lengths[:, None]
    torch.testing.assert_close(ours[real], theirs[real], atol=1e-5, rtol=0)
    ours[real].square().sum().backward()
    theirs[real].square().sum().backward()
    grads = dict(peer.named_parameters())
    for name, w in net.leftward[0].named_parameters():
        torch.testing.assert_close(w.grad, grads[f"{name}_reverse"].grad, atol=1e-4, rtol=1e-5)


def test_layer_0_is_the_embedding_twice():
    net = model()
    ids, lengths = batch([5, 3])
    x = net.embedding(ids)
    assert torch.equal(net.states(ids, lengths)[0], torch.cat((x, x), -1))


def test_a_padded_row_has_the_states_of_the_row_alone():
    net = model(n_layers=3)
    ids, lengths = batch([9, 4])
    alone = net.states(ids[1:, :4], lengths[1:])
    torch.testing.assert_close(net.states(ids, lengths)[:, 1:, :4], alone, atol=1e-6, rtol=0)
    other = ids.clone()
    other[1, 4:] = 7
    assert torch.equal(net.states(other, lengths)[:, 1, :4], net.states(ids, lengths)[:, 1, :4])


@pytest.mark.parametrize("n_layers", [1, 2, 3])
def test_each_half_has_read_one_side_and_the_token(n_layers):
    net = model(n_layers=n_layers)
    for layer in range(1, n_layers + 1):
        ahead, back = states.tokens_read(net, IDS, layer)
        triangle = torch.ones(5, 5, dtype=torch.bool).tril()
        assert torch.equal(ahead > 0, triangle)
        assert torch.equal(back > 0, triangle.T)


class Stack(elmo.BiLM):
    """The mistake: one bidirectional LSTM whose second layer reads both halves of the first."""

    def __init__(self, vocab_size, width):
        super().__init__(vocab_size, width, 2)
        self.rightward = self.leftward = None
        self.stack = nn.ModuleList(
            nn.LSTM(d, width, bidirectional=True, batch_first=True) for d in (width, 2 * width)
        )

    def states(self, ids, lengths):
        x = self.embedding(ids)
        first = self.stack[0](x)[0]
        return torch.stack([torch.cat((x, x), -1), first, self.stack[1](first)[0]])


def test_a_bidirectional_stack_has_read_its_answers():
    torch.manual_seed(0)
    cheat = Stack(12, 6)
    ahead, back = states.tokens_read(cheat, IDS, 2)
    assert (ahead > 0).all()
    assert (back > 0).all()
    assert (states.tokens_read(cheat, IDS, 1)[0] > 0).equal(torch.ones(5, 5).tril() > 0)


def test_a_cheat_gets_below_the_entropy_and_the_bilm_does_not():
    """On fair coins no honest loss lies below ln 2 a prediction; the stack's does."""
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(2, 4, (256, 10), generator=generator)
    lengths = torch.full((256,), 10)
    torch.manual_seed(0)
    losses = {}
    for kind in (Stack(4, 16), elmo.BiLM(4, 16)):
        history = elmo.train(kind, ids, lengths, 120, 32, generator, lr=2e-2)
        losses[type(kind).__name__] = np.mean(history[-20:])
    assert losses["Stack"] < 0.1
    assert losses["BiLM"] > 0.6


# Losses


def test_losses_agree_with_the_streams_text_by_text():
    """Each direction on its own stream, one text at a time, without any padding."""
    net = model()
    ids, lengths = batch([6, 2, 4])
    ahead, back = [], []
    for row, n in zip(ids, lengths.tolist(), strict=True):
        x_f, y_f, x_b, y_b = elmo.directional(row[1 : n - 1])
        for x, y, lstms, found in (
            (x_f, y_f, net.rightward, ahead),
            (x_b, y_b, net.leftward, back),
        ):
            h = net.embedding(x)[None]
            for number, lstm in enumerate(lstms):
                h = lstm(h)[0] + (h if number else 0)
            found.append(nn.functional.cross_entropy(net.head(h[0]), y, reduction="none"))
            assert len(found[-1]) == n - 1
    want = torch.stack([torch.cat(found).mean() for found in (ahead, back)])
    torch.testing.assert_close(elmo.direction_losses(net, ids, lengths), want, atol=1e-5, rtol=0)
    torch.testing.assert_close(elmo.joint_loss(net, ids, lengths), want.mean())
    unshifted = net.head(net.states(ids, lengths)[-1, ..., :6][:, :-1])
    wrong = nn.functional.cross_entropy(unshifted.flatten(0, 1), ids[:, :-1].flatten())
    assert abs(wrong - want[0]) > 1e-4


def test_what_fills_a_row_up_does_not_count():
    net = model()
    ids, lengths = batch([7, 3])
    other = ids.clone()
    other[1, 3:] = 9
    assert torch.equal(
        elmo.direction_losses(net, ids, lengths), elmo.direction_losses(net, other, lengths)
    )


def test_directions_share_the_first_and_last_layer_only():
    net = model(V=12, C=6)
    lstm = 4 * 6 * (6 + 6 + 2)
    assert sum(p.numel() for p in net.parameters()) == 12 * 6 + 4 * lstm + 6 * 12 + 12
    ids, lengths = batch([6, 4])
    ahead, back = elmo.direction_losses(net, ids, lengths)
    shared = [net.embedding.weight, net.head.weight]
    for loss, own, others in (
        (ahead, net.rightward, net.leftward),
        (back, net.leftward, net.rightward),
    ):
        grads = torch.autograd.grad(loss, [*shared, *own.parameters()], retain_graph=True)
        assert all(g.abs().sum() > 0 for g in grads)
        none = torch.autograd.grad(
            loss, list(others.parameters()), retain_graph=True, allow_unused=True
        )
        assert all(g is None or not g.any() for g in none)


# Mix


def test_mix_by_hand():
    mix = elmo.ScalarMix(3)
    layers = torch.tensor([[1.0, 0], [0, 2], [4, 4]])
    torch.testing.assert_close(mix(layers), layers.mean(0))
    with torch.no_grad():
        mix.s.copy_(torch.tensor([0, math.log(2), 0]))
        mix.gamma.fill_(2)
    torch.testing.assert_close(mix(layers), torch.tensor([2.5, 4]))
    with torch.no_grad():
        mix.s.copy_(torch.tensor([1.0, 0, 0]))
    assert mix.s.softmax(0).tolist() == pytest.approx([0.576, 0.212, 0.212], abs=5e-4)
    with pytest.raises(ValueError, match="3 layers, not 2"):
        mix(layers[:2])


def test_mix_learns_which_layer_helps():
    generator = torch.Generator().manual_seed(0)
    layers = torch.randn(3, 200, 5, generator=generator)
    y = (layers[1, :, 0] > 0).long()
    mix, w, b = probe.fit_mix(layers, y)
    assert mix.s.argmax() == 1
    with torch.no_grad():
        assert (((mix(layers) @ w + b) > 0) == (y == 1)).double().mean() > 0.9


# Probe


def test_probe_by_hand():
    """A number that never varies says nothing: what is left is the odds of the labels."""
    w, b = elmo.fit_probe(torch.zeros(4, 1), torch.tensor([1, 1, 1, 0]), 0.1)
    assert w.tolist() == [0]
    assert float(b) == pytest.approx(math.log(3))


def test_probe_agrees_with_scipy():
    """The same loss in NumPy, minimised by SciPy's quasi-Newton method."""
    optimize = pytest.importorskip("scipy.optimize", reason="SciPy is not installed")
    rng = np.random.default_rng(0)
    X = rng.standard_normal((80, 5))
    y = (X[:, 0] + rng.standard_normal(80) > 0.5).astype(int)

    def loss(wb):
        x = (2 * y - 1) * (X @ wb[:-1] + wb[-1])
        return np.logaddexp(0, -x).mean() + 0.3 / 2 * wb[:-1] @ wb[:-1]

    best = optimize.minimize(loss, np.zeros(6), tol=1e-12).x
    w, b = elmo.fit_probe(torch.tensor(X), torch.tensor(y), 0.3)
    np.testing.assert_allclose([*w, b], best, atol=1e-5)


@settings(deadline=None, max_examples=30)
@given(
    st.integers(0, 10**6), st.integers(2, 60), st.integers(1, 40), st.sampled_from([1e-3, 0.1, 10])
)
def test_probe_is_at_the_minimum(seed, n, d, l2):
    """The gradient of the loss, by autograd, is 0; also where a line separates the labels."""
    generator = torch.Generator().manual_seed(seed)
    X = 3 * torch.randn(n, d, generator=generator, dtype=torch.float64)
    y = torch.arange(n) % 2
    w, b = (part.requires_grad_() for part in elmo.fit_probe(X, y, l2))
    loss = nn.functional.binary_cross_entropy_with_logits(X @ w + b, y.double()) + l2 / 2 * w @ w
    assert max(g.abs().max() for g in torch.autograd.grad(loss, (w, b))) < 1e-7


def test_probe_refuses_labels_of_one_kind():
    for y in ([1, 1, 1], [0, 1, 2]):
        with pytest.raises(ValueError, match="0 and 1, both"):
            elmo.fit_probe(torch.zeros(3, 1), torch.tensor(y), 0.1)


def test_folds_share_no_side():
    rows = senses.crossed(1, only=["bank"])
    left, right = (torch.tensor([getattr(s, side) for s in rows]) for side in ("left", "right"))
    cuts = elmo.folds(left, right)
    assert len(cuts) == 9
    assert sum(test for _, test in cuts).tolist() == [1] * 72
    for train, test in cuts:
        assert (train.sum(), test.sum()) == (32, 8)
        assert not set(left[train].tolist()) & set(left[test].tolist())
        assert not set(right[train].tolist()) & set(right[test].tolist())
    with pytest.raises(ValueError, match="4 does not divide 6"):
        elmo.folds(left, right, 4)


def test_accuracy_of_layers_that_know_nothing_and_everything():
    y = torch.arange(40) % 2
    noise = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))
    layers = torch.stack(
        [torch.ones(40, 3), torch.stack([2 * y - 1.0, noise[:, 0], noise[:, 1]], 1)]
    )
    half = torch.arange(40) < 20
    assert elmo.layer_accuracy(layers, y, [(half, ~half), (~half, half)]).tolist() == [0.5, 1]


# Sentences


def test_the_sense_alone_ties_left_to_right():
    """Among many sentences each beginning of a sense meets each ending of it, and no other."""
    found = {}
    for s in senses.sentences(6000):
        found.setdefault((s.word, s.sense), set()).add((s.left, s.right))
        assert s.text[s.start : s.start + len(s.word)] == s.word
    assert found.keys() == {(w, sense) for w, pair in senses.SENSES.items() for sense in pair}
    assert all(len(sides) == 36 for sides in found.values())


def test_sides_of_a_sense_share_no_content_word():
    """Otherwise a probe could learn the sense from a word, not from the company it keeps."""
    common = "the a of in at on that with by and was were had it to from be been is are very they"
    lists = (senses.world()._rules[name] for name in ("girl", "boy", "number"))
    free = {*common.split(), "", "which", "up", "he", "she"}
    free |= {str(word).lower() for words in lists for word in words}
    seen = {}
    for s in senses.crossed(1):
        sides = (
            ("left", s.left, s.text[: s.start]),
            ("right", s.right, s.text[s.start + len(s.word) :]),
        )
        for side, number, text in sides:
            for word in {w.strip(".,").lower() for w in text.split()} - free:
                seen.setdefault((s.word, s.sense, side, word), set()).add(number)
    assert [key for key, numbers in seen.items() if len(numbers) > 1] == []


def test_crossed_sentences_are_balanced():
    rows = senses.crossed(2, seed=3, only=["bat"])
    assert len(rows) == len(set(range(144))) == 144
    assert sum(s.sense == "club" for s in rows) == 72
    with pytest.raises(ValueError, match="homonyms are"):
        senses.sentences(1, only=["cat"])


def test_vectors_belong_to_the_homonym():
    rows = senses.crossed(1, only=["bank"])[:5]
    vocabulary = WordVocabulary.build([s.text for s in rows], min_count=1)
    net = model(V=vocabulary.size)
    texts, ends = [s.text for s in rows], [s.start + 4 for s in rows]
    found = states.vectors(net, vocabulary, texts, ends)
    assert found.shape == (3, 5, 12)
    row = net.embedding.weight[vocabulary.ids[" bank"]]
    assert torch.equal(found[0], torch.cat((row, row)).expand(5, 12))
    assert not torch.allclose(found[1, 0], found[1, 1])
    with pytest.raises(ValueError, match="no word of"):
        states.place(vocabulary, "a bank", 3)
    assert states.place(vocabulary, "The zoo", 7) == len(vocabulary.encode("The zoo"))


def test_neighbours_are_the_tokens_around_without_the_word():
    vocabulary = WordVocabulary(["a", " b", " c", " d"])
    table = torch.eye(vocabulary.size)
    (mean,) = states.neighbours(table, vocabulary, ["a b c d"], [5], reach=2)
    assert mean.nonzero().flatten().tolist() == sorted(
        [vocabulary.ids["a"], vocabulary.ids[" b"], vocabulary.ids[" d"], EOS]
    )


def test_standardised_by_the_training_part_alone():
    train, test = states.standardised(torch.tensor([[1.0, 5], [3, 5]]), torch.tensor([[5.0, 6]]))
    assert train.tolist() == [[-1, 0], [1, 0]]
    assert test.tolist() == [[3, 1]]


def test_collate_needs_a_text():
    with pytest.raises(ValueError, match="no text"):
        states.collate(WordVocabulary([]), [])
