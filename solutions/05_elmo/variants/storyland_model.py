# %% wrong: untrained -- returns a new model
# expects: nothing was drawn from the generator
def storyland_model(ids, lengths, vocab_size, generator):
    return BiLM(vocab_size, 32, 2)


# %% wrong: too_short -- ten steps
# expects: train longer
def storyland_model(ids, lengths, vocab_size, generator):
    model = BiLM(vocab_size, 16, 2)
    train(model, ids, lengths, 10, 16, generator)
    return model


# %% wrong: losses -- returns what train returns
# expects: storyland_model: got
def storyland_model(ids, lengths, vocab_size, generator):
    return train(BiLM(vocab_size, 8, 1), ids, lengths, 2, 8, generator)


# %% wrong: diverged -- a rate that is much too large
# expects: storyland_model:
def storyland_model(ids, lengths, vocab_size, generator):
    model = BiLM(vocab_size, 16, 2)
    train(model, ids, lengths, 30, 16, generator, lr=30.0)
    return model


# %% right: wide -- wider, fewer steps
def storyland_model(ids, lengths, vocab_size, generator):
    model = BiLM(vocab_size, 64, 2)
    train(model, ids, lengths, n_steps=90, B=64, generator=generator, lr=0.01)
    return model


# %% right: one_layer -- one layer is enough
def storyland_model(ids, lengths, vocab_size, generator):
    model = BiLM(vocab_size, 48, 1)
    train(model, ids, lengths, 150, 32, generator, lr=0.015)
    return model


# %% right: two_runs -- trained twice
def storyland_model(ids, lengths, vocab_size, generator):
    model = BiLM(vocab_size, 48, 2)
    for lr in (0.015, 0.01):
        train(model, ids, lengths, 80, 32, generator, lr=lr)
    return model


# %% wrong: own_seed -- makes a generator of its own, with seed 0
# expects: nothing was drawn from the generator


def storyland_model(ids, lengths, vocab_size, generator):
    generator = torch.Generator().manual_seed(0)
    model = BiLM(vocab_size, 48, 2)
    train(model, ids, lengths, 120, 32, generator, lr=0.015)
    return model


# %% wrong: seeded -- sets the seed of torch's own numbers
# expects: leave torch.manual_seed out


def storyland_model(ids, lengths, vocab_size, generator):
    torch.manual_seed(0)
    model = BiLM(vocab_size, 48, 2)
    train(model, ids, lengths, 120, 32, generator, lr=0.015)
    return model
