# %% wrong: ungated -- two matrices in every feed-forward
# expects: a gated feed-forward, RMSNorm, no biases
def count_parameters(config):
    C, F, V, L = (
        config.width,
        config.hidden,
        config.vocab_size,
        config.n_layers,
    )
    G = config.kv_heads * config.head_size
    return V * C + L * (2 * C * C + 2 * C * G + 2 * C * F + 2 * C) + C


# %% wrong: all_heads -- keys as wide as queries
# expects: one key head for four heads
def count_parameters(config):
    C, F, V, L = (
        config.width,
        config.hidden,
        config.vocab_size,
        config.n_layers,
    )
    norm = 2 * C if config.norm == "layer" else C
    ffn = (3 if config.activation in GATED else 2) * C * F
    total = V * C + L * (4 * C * C + ffn + 2 * norm) + norm
    return total


# %% wrong: head_twice -- counts a tied head, too
# expects: a difference of 1,600
def count_parameters(config):
    C, F, V, L = (
        config.width,
        config.hidden,
        config.vocab_size,
        config.n_layers,
    )
    G = config.kv_heads * config.head_size
    norm = 2 * C if config.norm == "layer" else C
    ffn = (3 if config.activation in GATED else 2) * C * F
    return 2 * V * C + L * (2 * C * C + 2 * C * G + ffn + 2 * norm) + norm


# %% wrong: no_cross -- an encoder-decoder without cross-attention
# expects: encoder-decoder, the original row
def count_parameters(config):
    C, F, V, L = (
        config.width,
        config.hidden,
        config.vocab_size,
        config.n_layers,
    )
    G, bias = config.kv_heads * config.head_size, config.bias
    norm = 2 * C if config.norm == "layer" else C
    final = norm if config.final_norm else 0

    def lin(a, b, bias=bias):
        return a * b + b * bias

    att = lin(C, C + 2 * G) + lin(C, C)
    up = 2 * F if config.activation in GATED else F
    block = att + lin(C, up) + lin(F, C) + 2 * norm
    stacks = 2 if config.structure == "encoder-decoder" else 1
    total = V * C + stacks * (L * block + final)
    total += (
        config.context * C * (config.position == "learned")
        + config.n_segments * C
    )
    total += norm * config.embedding_norm
    if config.head == "linear":
        total += V * C
    if config.head == "mlm":
        total += C * C + C + norm + V
    return total


# %% wrong: mlm_follows_bias -- BERT's head without biases where the blocks have none
# expects: no biases but in BERT's head
def count_parameters(config):
    C, F, V, L = (
        config.width,
        config.hidden,
        config.vocab_size,
        config.n_layers,
    )
    G, bias = config.kv_heads * config.head_size, config.bias
    norm = 2 * C if config.norm == "layer" else C
    final = norm if config.final_norm else 0

    def lin(a, b):
        return a * b + b * bias

    att = lin(C, C + 2 * G) + lin(C, C)
    up = 2 * F if config.activation in GATED else F
    block = att + lin(C, up) + lin(F, C) + 2 * norm
    total = V * C + L * block + final
    if config.structure == "encoder-decoder":
        total += L * block + final + L * (att + norm)
    total += (
        config.context * C * (config.position == "learned")
        + config.n_segments * C
    )
    total += norm * config.embedding_norm
    if config.head == "linear":
        total += V * C
    if config.head == "mlm":
        total += lin(C, C) + norm + V
    return total


# %% wrong: head_bias -- a bias in the linear head
# expects: a head of its own
def count_parameters(config):
    C, F, V, L = (
        config.width,
        config.hidden,
        config.vocab_size,
        config.n_layers,
    )
    G, bias = config.kv_heads * config.head_size, config.bias
    norm = 2 * C if config.norm == "layer" else C
    final = norm if config.final_norm else 0

    def lin(a, b):
        return a * b + b * bias

    att = lin(C, C + 2 * G) + lin(C, C)
    up = 2 * F if config.activation in GATED else F
    block = att + lin(C, up) + lin(F, C) + 2 * norm
    total = V * C + L * block + final
    if config.structure == "encoder-decoder":
        total += L * block + final + L * (att + norm)
    total += (
        config.context * C * (config.position == "learned")
        + config.n_segments * C
    )
    total += norm * config.embedding_norm
    if config.head == "linear":
        total += lin(C, V)
    if config.head == "mlm":
        total += C * C + C + norm + V
    return total


# %% wrong: gate_bias -- one bias for both halves of a gated layer
# expects: a gated feed-forward with biases
def count_parameters(config):
    C, F, V, L = (
        config.width,
        config.hidden,
        config.vocab_size,
        config.n_layers,
    )
    G, bias = config.kv_heads * config.head_size, config.bias
    norm = 2 * C if config.norm == "layer" else C
    final = norm if config.final_norm else 0

    def lin(a, b):
        return a * b + b * bias

    att = lin(C, C + 2 * G) + lin(C, C)
    ups = 2 if config.activation in GATED else 1
    block = att + ups * C * F + F * bias + lin(F, C) + 2 * norm
    total = V * C + L * block + final
    if config.structure == "encoder-decoder":
        total += L * block + final + L * (att + norm)
    total += (
        config.context * C * (config.position == "learned")
        + config.n_segments * C
    )
    total += norm * config.embedding_norm
    if config.head == "linear":
        total += V * C
    if config.head == "mlm":
        total += C * C + C + norm + V
    return total


# %% wrong: qkv_bias -- the bias of queries, keys and values has 3C numbers
# expects: one key head, with biases
def count_parameters(config):
    C, F, L, V = (
        config.width,
        config.hidden,
        config.n_layers,
        config.vocab_size,
    )
    G = config.kv_heads * config.head_size

    def linear(i, o):
        return i * o + (o if config.bias else 0)

    norm = 2 * C if config.norm == "layer" else C
    attention = C * (C + 2 * G) + 3 * C * config.bias + linear(C, C)
    gated = config.activation in GATED
    ff = linear(C, 2 * F if gated else F) + linear(F, C)
    block = attention + ff + 2 * norm
    n = V * C + L * block + norm * config.final_norm
    if config.structure == "encoder-decoder":
        n += L * (block + attention + norm) + norm * config.final_norm
    if config.position == "learned":
        n += config.context * C
    n += config.n_segments * C + norm * config.embedding_norm
    if config.head == "linear":
        n += V * C
    if config.head == "mlm":
        n += C * C + C + norm + V
    return n


# %% wrong: mlm_layer_norm -- the norm of the mlm head is always a LayerNorm
# expects: BERT's head with RMSNorm
def count_parameters(config):
    C, F, L, V = (
        config.width,
        config.hidden,
        config.n_layers,
        config.vocab_size,
    )
    G = config.kv_heads * config.head_size

    def linear(i, o):
        return i * o + (o if config.bias else 0)

    norm = 2 * C if config.norm == "layer" else C
    attention = linear(C, C + 2 * G) + linear(C, C)
    gated = config.activation in GATED
    ff = linear(C, 2 * F if gated else F) + linear(F, C)
    block = attention + ff + 2 * norm
    n = V * C + L * block + norm * config.final_norm
    if config.structure == "encoder-decoder":
        n += L * (block + attention + norm) + norm * config.final_norm
    if config.position == "learned":
        n += config.context * C
    n += config.n_segments * C + norm * config.embedding_norm
    if config.head == "linear":
        n += V * C
    if config.head == "mlm":
        n += C * C + C + 2 * C + V
    return n


# %% wrong: two_embedding_norms -- an encoder-decoder has two norms behind the embedding
# expects: one norm behind the embedding, for both stacks
def count_parameters(config):
    C, F, L, V = (
        config.width,
        config.hidden,
        config.n_layers,
        config.vocab_size,
    )
    G = config.kv_heads * config.head_size

    def linear(i, o):
        return i * o + (o if config.bias else 0)

    norm = 2 * C if config.norm == "layer" else C
    attention = linear(C, C + 2 * G) + linear(C, C)
    gated = config.activation in GATED
    ff = linear(C, 2 * F if gated else F) + linear(F, C)
    block = attention + ff + 2 * norm
    n = V * C + L * block + norm * config.final_norm
    if config.structure == "encoder-decoder":
        n += L * (block + attention + norm) + norm * config.final_norm
    if config.position == "learned":
        n += config.context * C
    n += config.n_segments * C + norm * config.embedding_norm * (
        2 if config.structure == "encoder-decoder" else 1
    )
    if config.head == "linear":
        n += V * C
    if config.head == "mlm":
        n += C * C + C + norm + V
    return n


# %% right: listed -- a list of all shapes
def count_parameters(config):
    C, F, V, L = (
        config.width,
        config.hidden,
        config.vocab_size,
        config.n_layers,
    )
    G = config.kv_heads * config.head_size
    shapes = [(V, C)]

    def linear(n_in, n_out, bias=config.bias):
        return [(n_in, n_out)] + ([(n_out,)] if bias else [])

    norm = [(C,)] * (2 if config.norm == "layer" else 1)
    attention = linear(C, C + 2 * G) + linear(C, C)
    up = linear(C, F * (2 if config.activation in GATED else 1))
    block = attention + up + linear(F, C) + norm + norm
    end = norm if config.final_norm else []
    shapes += block * L + end
    if config.structure == "encoder-decoder":
        shapes += block * L + end + (attention + norm) * L
    if config.position == "learned":
        shapes.append((config.context, C))
    shapes.append((config.n_segments, C))
    if config.embedding_norm:
        shapes += norm
    if config.head == "linear":
        shapes.append((V, C))
    elif config.head == "mlm":
        shapes += linear(C, C, True) + norm + [(V,)]
    return sum(math.prod(shape) for shape in shapes)


# %% right: meta -- builds the model without memory
def count_parameters(config):
    with torch.device("meta"):
        model = Transformer(config)
    return sum(p.numel() for p in model.parameters())


# %% right: by_stack -- counts a stack, then what differs
def count_parameters(config):
    C, F, b = config.width, config.hidden, int(config.bias)
    G = config.kv_heads * config.head_size
    norm = C + C * (config.norm == "layer")
    att = 2 * C * C + 2 * C * G + b * (2 * C + 2 * G)
    width = F + F * (config.activation in GATED)
    ffn = C * width + F * C + b * (width + C)
    two = config.structure == "encoder-decoder"
    total = config.n_layers * (att + ffn + 2 * norm) * (1 + two)
    total += config.n_layers * (att + norm) * two
    total += (
        norm * config.final_norm * (1 + two) + norm * config.embedding_norm
    )
    rows = config.vocab_size + config.n_segments
    rows += config.context if config.position == "learned" else 0
    rows += config.vocab_size if config.head == "linear" else 0
    total += rows * C
    if config.head == "mlm":
        total += C * C + C + norm + config.vocab_size
    return total


# %% wrong: cross_layer_norm -- the norm of the cross-attention is a LayerNorm always
# expects: RMSNorm, in the cross-attention
def count_parameters(config):
    C, F, L, V = (
        config.width,
        config.hidden,
        config.n_layers,
        config.vocab_size,
    )
    G = config.kv_heads * config.head_size
    norm = C if config.norm == "rms" else 2 * C

    def linear(n, m):
        return n * m + (m if config.bias else 0)

    attention = linear(C, C + 2 * G) + linear(C, C)
    up = 2 * F if config.activation in GATED else F
    block = attention + linear(C, up) + linear(F, C) + 2 * norm
    total = V * C + L * block + norm * config.final_norm
    if config.structure == "encoder-decoder":
        total += L * (block + attention + 2 * C) + norm * config.final_norm
    if config.position == "learned":
        total += config.context * C
    total += config.n_segments * C + norm * config.embedding_norm
    if config.head == "linear":
        total += V * C
    if config.head == "mlm":
        total += C * C + C + norm + V
    return total


# %% wrong: embedding_layer_norm -- the norm behind the embedding is a LayerNorm always
# expects: a norm behind the embedding, RMSNorm
def count_parameters(config):
    C, F, L, V = (
        config.width,
        config.hidden,
        config.n_layers,
        config.vocab_size,
    )
    G = config.kv_heads * config.head_size
    norm = C if config.norm == "rms" else 2 * C

    def linear(n, m):
        return n * m + (m if config.bias else 0)

    attention = linear(C, C + 2 * G) + linear(C, C)
    up = 2 * F if config.activation in GATED else F
    block = attention + linear(C, up) + linear(F, C) + 2 * norm
    total = V * C + L * block + norm * config.final_norm
    if config.structure == "encoder-decoder":
        total += L * (block + attention + norm) + norm * config.final_norm
    if config.position == "learned":
        total += config.context * C
    total += config.n_segments * C + 2 * C * config.embedding_norm
    if config.head == "linear":
        total += V * C
    if config.head == "mlm":
        total += C * C + C + norm + V
    return total


# %% wrong: a_float -- G is a quotient, so that the result is a float
# expects: a count is an int
def count_parameters(config):
    C, F, L, V = (
        config.width,
        config.hidden,
        config.n_layers,
        config.vocab_size,
    )
    G = config.kv_heads * C / config.n_heads
    norm = C if config.norm == "rms" else 2 * C

    def linear(n, m):
        return n * m + (m if config.bias else 0)

    attention = linear(C, C + 2 * G) + linear(C, C)
    up = 2 * F if config.activation in GATED else F
    block = attention + linear(C, up) + linear(F, C) + 2 * norm
    total = V * C + L * block + norm * config.final_norm
    if config.structure == "encoder-decoder":
        total += L * (block + attention + norm) + norm * config.final_norm
    if config.position == "learned":
        total += config.context * C
    total += config.n_segments * C + norm * config.embedding_norm
    if config.head == "linear":
        total += V * C
    if config.head == "mlm":
        total += C * C + C + norm + V
    return total


# %% wrong: segments_and_learned -- segments count only beside learned positions
# expects: 3 segments
def count_parameters(config):
    C, F, L, V = (
        config.width,
        config.hidden,
        config.n_layers,
        config.vocab_size,
    )
    G = config.kv_heads * config.head_size
    norm = C if config.norm == "rms" else 2 * C

    def linear(n, m):
        return n * m + (m if config.bias else 0)

    attention = linear(C, C + 2 * G) + linear(C, C)
    up = 2 * F if config.activation in GATED else F
    block = attention + linear(C, up) + linear(F, C) + 2 * norm
    total = V * C + L * block + norm * config.final_norm
    if config.structure == "encoder-decoder":
        total += L * (block + attention + norm) + norm * config.final_norm
    if config.position == "learned":
        total += (config.context + config.n_segments) * C
    total += norm * config.embedding_norm
    if config.head == "linear":
        total += V * C
    if config.head == "mlm":
        total += C * C + C + norm + V
    return total


# %% right: a_list -- a list of shapes, their products summed
def count_parameters(config):
    C, F, V = config.width, config.hidden, config.vocab_size
    G = config.head_size * config.kv_heads
    norm = [(C,)] if config.norm == "rms" else [(C,), (C,)]

    def linear(n, m):
        return [(n, m), (m,)] if config.bias else [(n, m)]

    attention = [*linear(C, C + G + G), *linear(C, C), *norm]
    gate = linear(C, F) if config.activation in GATED else []
    thinking = [*linear(C, F), *gate, *linear(F, C), *norm]
    end = norm if config.final_norm else []
    shapes = [(V, C)] + (attention + thinking) * config.n_layers + end
    if config.structure == "encoder-decoder":
        shapes += (attention + attention + thinking) * config.n_layers + end
    if config.position == "learned":
        shapes.append((config.context, C))
    shapes.append((config.n_segments, C))
    if config.embedding_norm:
        shapes += norm
    shapes += {
        "tied": [],
        "linear": [(V, C)],
        "mlm": [(C, C), (C,), (V,), *norm],
    }[config.head]
    return sum(math.prod(shape) for shape in shapes)


# %% wrong: builds -- builds the model
# expects: there is no memory for such a model
def count_parameters(config):
    return sum(p.numel() for p in Transformer(config).parameters())
