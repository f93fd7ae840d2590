# %% wrong: causal_encoder -- the encoder looks back only
# expects: in the encoder every token sees all others
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    for block in encoder:
        source = block(source, Masks(causal=True))
    source = encoder_norm(source)
    for block in decoder:
        target = block(
            target, Masks(causal=True), source=block.cross.keys_values(source)
        )
    return norm(target)


# %% wrong: open_decoder -- the decoder looks ahead
# expects: in the decoder no token may look ahead
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    for block in encoder:
        source = block(source, Masks())
    source = encoder_norm(source)
    for block in decoder:
        target = block(target, Masks(), source=block.cross.keys_values(source))
    return norm(target)


# %% wrong: no_encoder_norm -- the encoder's norm is forgotten
# expects: must go through encoder_norm
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    for block in encoder:
        source = block(source, Masks())
    for block in decoder:
        target = block(
            target, Masks(causal=True), source=block.cross.keys_values(source)
        )
    return norm(target)


# %% wrong: no_last_norm -- the last norm is forgotten
# expects: the last norm is missing
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    for block in encoder:
        source = block(source, Masks())
    source = encoder_norm(source)
    for block in decoder:
        target = block(
            target, Masks(causal=True), source=block.cross.keys_values(source)
        )
    return target


# %% wrong: first_keys -- all blocks see the keys of the first
# expects: must see its own keys
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    for block in encoder:
        source = block(source, Masks())
    pair = decoder[0].cross.keys_values(encoder_norm(source))
    for block in decoder:
        target = block(target, Masks(causal=True), source=pair)
    return norm(target)


# %% wrong: normed_each_time -- the source is normed in each block
# expects: once, not in each decoder block
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    for block in encoder:
        source = block(source, Masks())
    for block in decoder:
        source = encoder_norm(source)
        target = block(
            target, Masks(causal=True), source=block.cross.keys_values(source)
        )
    return norm(target)


# %% wrong: raw_source -- the decoder sees the source itself
# expects: not what the encoder has made of it
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    read = source
    for block in encoder:
        read = block(read, Masks())
    read = encoder_norm(read)
    for block in decoder:
        target = block(
            target, Masks(causal=True), source=block.cross.keys_values(source)
        )
    return norm(target)


# %% wrong: layer_by_layer -- decoder block i sees encoder block i
# expects: the whole encoder, blocks 1 and 2, runs before
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    for ours, theirs in zip(encoder, decoder):
        source = ours(source, Masks())
        target = theirs(
            target, Masks(causal=True), source=theirs.cross.keys_values(source)
        )
    return norm(target)


# %% wrong: as_many -- as many blocks in the decoder as in the encoder
# expects: the stacks may have different numbers of blocks
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    for i in range(len(encoder)):
        source = encoder[i](source, Masks())
    source = encoder_norm(source)
    for i in range(len(encoder)):
        pair = decoder[i].cross.keys_values(source)
        target = decoder[i](target, Masks(causal=True), source=pair)
    return norm(target)


# %% wrong: emptied -- the lists of blocks are used up
# expects: leave them as they are
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    while encoder:
        source = encoder.pop(0)(source, Masks())
    source = encoder_norm(source)
    while decoder:
        block = decoder.pop(0)
        pair = block.cross.keys_values(source)
        target = block(target, Masks(causal=True), source=pair)
    return norm(target)


# %% right: reduce -- by functools.reduce
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    read = encoder_norm(
        functools.reduce(lambda x, block: block(x, Masks()), encoder, source)
    )

    def step(x, block):
        return block(
            x, Masks(causal=True), None, None, block.cross.keys_values(read)
        )

    return norm(functools.reduce(step, decoder, target))


# %% right: bias -- the future hidden by a bias
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    x = source
    for block in encoder:
        x = block(x, Masks(bias=None, causal=False), None)
    x = encoder_norm(x)
    T = target.shape[1]
    ahead = torch.ones(T, T, dtype=torch.bool).triu(1)
    visible = Masks(bias=torch.zeros(T, T).masked_fill(ahead, float("-inf")))
    for block in decoder:
        target = block(target, visible, source=block.cross.keys_values(x))
    return norm(target)


# %% right: pairs_first -- all keys and values first
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    memory = source
    for layer in encoder:
        memory = layer(memory, Masks())
    memory = encoder_norm(memory)
    pairs = [layer.cross.keys_values(memory) for layer in decoder]
    for layer, pair in zip(decoder, pairs):
        target = layer(
            target, visible=Masks(None, True), source=pair, source_bias=None
        )
    return norm(target)


# %% wrong: norms_exchanged -- each text is normed by the norm of the other
# expects: the source went through `norm`
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    for block in encoder:
        source = block(source, Masks())
    source = norm(source)
    for block in decoder:
        target = block(
            target, Masks(causal=True), source=block.cross.keys_values(source)
        )
    return encoder_norm(target)


# %% wrong: by_length -- an encoder of texts as long as the target looks back only
# expects: the masks are the same as for other lengths
def encoder_decoder(source, target, encoder, encoder_norm, decoder, norm):
    same = source.shape[1] == target.shape[1]
    for block in encoder:
        source = block(source, Masks(causal=same))
    source = encoder_norm(source)
    for block in decoder:
        pair = block.cross.keys_values(source)
        target = block(target, Masks(causal=True), source=pair)
    return norm(target)
