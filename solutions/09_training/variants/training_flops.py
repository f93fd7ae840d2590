# %% wrong: forward_only -- the way back is missing
# expects: way forward alone
def training_flops(config, T):
    C, n = config.width, 3 if config.activation in GATED else 2
    layer = 4 * C * C + n * C * config.hidden + 2 * T * C
    return 2 * (config.n_layers * layer + C * config.vocab_size)


# %% wrong: multiplications -- additions are missing
# expects: two FLOPs
def training_flops(config, T):
    C, n = config.width, 3 if config.activation in GATED else 2
    layer = 4 * C * C + n * C * config.hidden + 2 * T * C
    return 3 * (config.n_layers * layer + C * config.vocab_size)


# %% wrong: six_n -- attention is left out
# expects: are missing
def training_flops(config, T):
    C, n = config.width, 3 if config.activation in GATED else 2
    layer = 4 * C * C + n * C * config.hidden
    return 6 * (config.n_layers * layer + C * config.vocab_size)


# %% wrong: no_head -- the head is left out
# expects: The head is missing
def training_flops(config, T):
    C, n = config.width, 3 if config.activation in GATED else 2
    return (
        6 * config.n_layers * (4 * C * C + n * C * config.hidden + 2 * T * C)
    )


# %% wrong: two_matrices -- the gate's matrix is missing
# expects: three matrices
def training_flops(config, T):
    C = config.width
    layer = 4 * C * C + 2 * C * config.hidden + 2 * T * C
    return 6 * (config.n_layers * layer + C * config.vocab_size)


# %% wrong: always_gated -- three matrices for every activation
# expects: gelu
def training_flops(config, T):
    C = config.width
    layer = 4 * C * C + 3 * C * config.hidden + 2 * T * C
    return 6 * (config.n_layers * layer + C * config.vocab_size)


# %% wrong: whole_text -- for all T tokens
# expects: for T tokens
def training_flops(config, T):
    C, n = config.width, 3 if config.activation in GATED else 2
    layer = 4 * C * C + n * C * config.hidden + 2 * T * C
    return 6 * T * (config.n_layers * layer + C * config.vocab_size)


# %% wrong: context -- the longest text in place of T
# expects: T is an argument
def training_flops(config, T):
    C, n, T = (
        config.width,
        3 if config.activation in GATED else 2,
        config.context,
    )
    layer = 4 * C * C + n * C * config.hidden + 2 * T * C
    return 6 * (config.n_layers * layer + C * config.vocab_size)


# %% wrong: four_c -- the hidden width is taken to be 4 C
# expects: config.hidden wide, not 4 C
def training_flops(config, T):
    C = config.width
    ff = (3 if config.activation in GATED else 2) * C * 4 * C
    return 6 * (
        config.n_layers * (4 * C * C + 2 * T * C + ff) + C * config.vocab_size
    )


# %% wrong: tied_free -- a head that is tied to the embedding costs nothing
# expects: tied head
def training_flops(config, T):
    C = config.width
    ff = (3 if config.activation in GATED else 2) * C * config.hidden
    head = 0 if config.head == "tied" else C * config.vocab_size
    return 6 * (config.n_layers * (4 * C * C + 2 * T * C + ff) + head)


# %% wrong: per_head -- scores are counted for each head
# expects: all heads together
def training_flops(config, T):
    C = config.width
    ff = (3 if config.activation in GATED else 2) * C * config.hidden
    return 6 * (
        config.n_layers * (4 * C * C + 2 * T * C * config.n_heads + ff)
        + C * config.vocab_size
    )


# %% wrong: square_scores -- T * T scores and mixes for one token
# expects: not T squared
def training_flops(config, T):
    C = config.width
    ff = (3 if config.activation in GATED else 2) * C * config.hidden
    return 6 * (
        config.n_layers * (4 * C * C + 2 * T * T * C + ff)
        + C * config.vocab_size
    )


# %% wrong: head_in_each_layer -- a head in each layer
# expects: one head at the end
def training_flops(config, T):
    C = config.width
    ff = (3 if config.activation in GATED else 2) * C * config.hidden
    return (
        6
        * config.n_layers
        * (4 * C * C + 2 * T * C + ff + C * config.vocab_size)
    )


# %% wrong: swiglu_only -- a gate for swiglu, but not for geglu
# expects: geglu is in GATED
def training_flops(config, T):
    C = config.width
    n = 3 if config.activation == "swiglu" else 2
    layer = 4 * C * C + 2 * T * C + n * C * config.hidden
    return 6 * (config.n_layers * layer + C * config.vocab_size)


# %% wrong: attention_once -- attention's way back is left out
# expects: or the way back of scores
def training_flops(config, T):
    C = config.width
    n = 3 if config.activation in GATED else 2
    return (
        6
        * (
            config.n_layers * (4 * C * C + n * C * config.hidden)
            + C * config.vocab_size
        )
        + 2 * config.n_layers * 2 * T * C
    )


# %% right: by_heads -- scores and mixtures head by head
def training_flops(config, T):
    C, D = config.width, config.head_size
    flops = 2 * C * config.vocab_size
    for _ in range(config.n_layers):
        flops += 2 * 4 * C * C
        flops += config.n_heads * (2 * T * D + 2 * T * D)
        flops += 2 * C * config.hidden * (2 + (config.activation in GATED))
    return flops + 2 * flops


# %% right: float -- as a float
def training_flops(config, T):
    C = float(config.width)
    n = {True: 3, False: 2}[config.activation in GATED]
    return 6.0 * (
        config.n_layers * C * (4 * C + n * config.hidden + 2 * T)
        + C * config.vocab_size
    )


# %% right: shapes -- a list of the matrices' shapes
def training_flops(config, T):
    C, H = config.width, config.hidden
    shapes = (
        [(C, C)] * 4
        + [(C, H), (H, C)]
        + [(C, H)] * (config.activation in GATED)
        + [(T, C)] * 2
    )
    shapes = shapes * config.n_layers + [(C, config.vocab_size)]
    forward = sum(2 * n * m for n, m in shapes)
    backward = 2 * forward
    return forward + backward
