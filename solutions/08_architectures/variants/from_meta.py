# %% wrong: unturned -- leaves q and k in Meta's order
# expects: its pairs are neighbours


def from_meta(state_dict, config):
    unused = dict(state_dict)
    unused.pop("rope.freqs", None)

    def take(name):
        if name not in unused:
            raise ValueError(f"no {name!r}")
        return unused.pop(name)

    out = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for i in range(config.n_layers):
        q, k, v, o = (
            take(f"layers.{i}.attention.w{c}.weight") for c in "qkvo"
        )
        out[f"blocks.{i}.attention.qkv.weight"] = torch.cat([q, k, v])
        out[f"blocks.{i}.attention.out.weight"] = o
        w1, w2, w3 = (
            take(f"layers.{i}.feed_forward.w{n}.weight") for n in "123"
        )
        out[f"blocks.{i}.feed_forward.up.weight"] = torch.cat([w1, w3])
        out[f"blocks.{i}.feed_forward.down.weight"] = w2
        out[f"blocks.{i}.attention_norm.weight"] = take(
            f"layers.{i}.attention_norm.weight"
        )
        out[f"blocks.{i}.feed_forward_norm.weight"] = take(
            f"layers.{i}.ffn_norm.weight"
        )
    if unused:
        raise ValueError(f"left over: {sorted(unused)}")
    return out


# %% wrong: v_too -- reorders v, too
# expects: v is not turned by RoPE
def from_meta(state_dict, config):
    unused = dict(state_dict)
    unused.pop("rope.freqs", None)

    def take(name):
        if name not in unused:
            raise ValueError(f"no {name!r}")
        return unused.pop(name)

    D = config.head_size
    out = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for i in range(config.n_layers):
        q, k, v, o = (
            take(f"layers.{i}.attention.w{c}.weight") for c in "qkvo"
        )
        q, k = neighbours_to_halves(q, D), neighbours_to_halves(k, D)
        v = neighbours_to_halves(v, D)
        out[f"blocks.{i}.attention.qkv.weight"] = torch.cat([q, k, v])
        out[f"blocks.{i}.attention.out.weight"] = o
        w1, w2, w3 = (
            take(f"layers.{i}.feed_forward.w{n}.weight") for n in "123"
        )
        out[f"blocks.{i}.feed_forward.up.weight"] = torch.cat([w1, w3])
        out[f"blocks.{i}.feed_forward.down.weight"] = w2
        out[f"blocks.{i}.attention_norm.weight"] = take(
            f"layers.{i}.attention_norm.weight"
        )
        out[f"blocks.{i}.feed_forward_norm.weight"] = take(
            f"layers.{i}.ffn_norm.weight"
        )
    if unused:
        raise ValueError(f"left over: {sorted(unused)}")
    return out


# %% wrong: q_alone -- reorders q alone
# expects: the rows of k must be
def from_meta(state_dict, config):
    unused = dict(state_dict)
    unused.pop("rope.freqs", None)

    def take(name):
        if name not in unused:
            raise ValueError(f"no {name!r}")
        return unused.pop(name)

    D = config.head_size
    out = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for i in range(config.n_layers):
        q, k, v, o = (
            take(f"layers.{i}.attention.w{c}.weight") for c in "qkvo"
        )
        q = neighbours_to_halves(q, D)
        out[f"blocks.{i}.attention.qkv.weight"] = torch.cat([q, k, v])
        out[f"blocks.{i}.attention.out.weight"] = o
        w1, w2, w3 = (
            take(f"layers.{i}.feed_forward.w{n}.weight") for n in "123"
        )
        out[f"blocks.{i}.feed_forward.up.weight"] = torch.cat([w1, w3])
        out[f"blocks.{i}.feed_forward.down.weight"] = w2
        out[f"blocks.{i}.attention_norm.weight"] = take(
            f"layers.{i}.attention_norm.weight"
        )
        out[f"blocks.{i}.feed_forward_norm.weight"] = take(
            f"layers.{i}.ffn_norm.weight"
        )
    if unused:
        raise ValueError(f"left over: {sorted(unused)}")
    return out


# %% wrong: gate_below -- the gate below
# expects: w1, the gate, stands above w3
def from_meta(state_dict, config):
    unused = dict(state_dict)
    unused.pop("rope.freqs", None)

    def take(name):
        if name not in unused:
            raise ValueError(f"no {name!r}")
        return unused.pop(name)

    D = config.head_size
    out = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for i in range(config.n_layers):
        q, k, v, o = (
            take(f"layers.{i}.attention.w{c}.weight") for c in "qkvo"
        )
        q, k = neighbours_to_halves(q, D), neighbours_to_halves(k, D)
        out[f"blocks.{i}.attention.qkv.weight"] = torch.cat([q, k, v])
        out[f"blocks.{i}.attention.out.weight"] = o
        w1, w2, w3 = (
            take(f"layers.{i}.feed_forward.w{n}.weight") for n in "123"
        )
        out[f"blocks.{i}.feed_forward.up.weight"] = torch.cat([w3, w1])
        out[f"blocks.{i}.feed_forward.down.weight"] = w2
        out[f"blocks.{i}.attention_norm.weight"] = take(
            f"layers.{i}.attention_norm.weight"
        )
        out[f"blocks.{i}.feed_forward_norm.weight"] = take(
            f"layers.{i}.ffn_norm.weight"
        )
    if unused:
        raise ValueError(f"left over: {sorted(unused)}")
    return out


# %% wrong: leftovers -- ignores what is left over
# expects: is left over: expected a ValueError
def from_meta(state_dict, config):
    unused = dict(state_dict)
    unused.pop("rope.freqs", None)

    def take(name):
        if name not in unused:
            raise ValueError(f"no {name!r}")
        return unused.pop(name)

    D = config.head_size
    out = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for i in range(config.n_layers):
        q, k, v, o = (
            take(f"layers.{i}.attention.w{c}.weight") for c in "qkvo"
        )
        q, k = neighbours_to_halves(q, D), neighbours_to_halves(k, D)
        out[f"blocks.{i}.attention.qkv.weight"] = torch.cat([q, k, v])
        out[f"blocks.{i}.attention.out.weight"] = o
        w1, w2, w3 = (
            take(f"layers.{i}.feed_forward.w{n}.weight") for n in "123"
        )
        out[f"blocks.{i}.feed_forward.up.weight"] = torch.cat([w1, w3])
        out[f"blocks.{i}.feed_forward.down.weight"] = w2
        out[f"blocks.{i}.attention_norm.weight"] = take(
            f"layers.{i}.attention_norm.weight"
        )
        out[f"blocks.{i}.feed_forward_norm.weight"] = take(
            f"layers.{i}.ffn_norm.weight"
        )
    return out


# %% wrong: key_error -- a KeyError for what is missing
# expects: make it a ValueError
def from_meta(state_dict, config):
    unused = dict(state_dict)
    unused.pop("rope.freqs", None)

    def take(name):
        return unused.pop(name)

    D = config.head_size
    out = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for i in range(config.n_layers):
        q, k, v, o = (
            take(f"layers.{i}.attention.w{c}.weight") for c in "qkvo"
        )
        q, k = neighbours_to_halves(q, D), neighbours_to_halves(k, D)
        out[f"blocks.{i}.attention.qkv.weight"] = torch.cat([q, k, v])
        out[f"blocks.{i}.attention.out.weight"] = o
        w1, w2, w3 = (
            take(f"layers.{i}.feed_forward.w{n}.weight") for n in "123"
        )
        out[f"blocks.{i}.feed_forward.up.weight"] = torch.cat([w1, w3])
        out[f"blocks.{i}.feed_forward.down.weight"] = w2
        out[f"blocks.{i}.attention_norm.weight"] = take(
            f"layers.{i}.attention_norm.weight"
        )
        out[f"blocks.{i}.feed_forward_norm.weight"] = take(
            f"layers.{i}.ffn_norm.weight"
        )
    if unused:
        raise ValueError(f"left over: {sorted(unused)}")
    return out


# %% wrong: pops -- takes weights out of the checkpoint itself
# expects: take weights out of a copy
def from_meta(state_dict, config):
    unused = state_dict
    unused.pop("rope.freqs", None)

    def take(name):
        if name not in unused:
            raise ValueError(f"no {name!r}")
        return unused.pop(name)

    D = config.head_size
    out = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for i in range(config.n_layers):
        q, k, v, o = (
            take(f"layers.{i}.attention.w{c}.weight") for c in "qkvo"
        )
        q, k = neighbours_to_halves(q, D), neighbours_to_halves(k, D)
        out[f"blocks.{i}.attention.qkv.weight"] = torch.cat([q, k, v])
        out[f"blocks.{i}.attention.out.weight"] = o
        w1, w2, w3 = (
            take(f"layers.{i}.feed_forward.w{n}.weight") for n in "123"
        )
        out[f"blocks.{i}.feed_forward.up.weight"] = torch.cat([w1, w3])
        out[f"blocks.{i}.feed_forward.down.weight"] = w2
        out[f"blocks.{i}.attention_norm.weight"] = take(
            f"layers.{i}.attention_norm.weight"
        )
        out[f"blocks.{i}.feed_forward_norm.weight"] = take(
            f"layers.{i}.ffn_norm.weight"
        )
    if unused:
        raise ValueError(f"left over: {sorted(unused)}")
    return out


# %% wrong: freqs -- takes the constant for a leftover
# expects: rope.freqs is a constant
def from_meta(state_dict, config):
    unused = dict(state_dict)

    def take(name):
        if name not in unused:
            raise ValueError(f"no {name!r}")
        return unused.pop(name)

    D = config.head_size
    out = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for i in range(config.n_layers):
        q, k, v, o = (
            take(f"layers.{i}.attention.w{c}.weight") for c in "qkvo"
        )
        q, k = neighbours_to_halves(q, D), neighbours_to_halves(k, D)
        out[f"blocks.{i}.attention.qkv.weight"] = torch.cat([q, k, v])
        out[f"blocks.{i}.attention.out.weight"] = o
        w1, w2, w3 = (
            take(f"layers.{i}.feed_forward.w{n}.weight") for n in "123"
        )
        out[f"blocks.{i}.feed_forward.up.weight"] = torch.cat([w1, w3])
        out[f"blocks.{i}.feed_forward.down.weight"] = w2
        out[f"blocks.{i}.attention_norm.weight"] = take(
            f"layers.{i}.attention_norm.weight"
        )
        out[f"blocks.{i}.feed_forward_norm.weight"] = take(
            f"layers.{i}.ffn_norm.weight"
        )
    if unused:
        raise ValueError(f"left over: {sorted(unused)}")
    return out


# %% wrong: whole_matrix -- reorders q over all heads at once
# expects: the rows of q must be
def from_meta(state_dict, config):
    unused = dict(state_dict)
    unused.pop("rope.freqs", None)

    def take(name):
        if name not in unused:
            raise ValueError(f"no {name!r}")
        return unused.pop(name)

    D = config.head_size
    out = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for i in range(config.n_layers):
        q, k, v, o = (
            take(f"layers.{i}.attention.w{c}.weight") for c in "qkvo"
        )
        q, k = neighbours_to_halves(q, len(q)), neighbours_to_halves(k, D)
        out[f"blocks.{i}.attention.qkv.weight"] = torch.cat([q, k, v])
        out[f"blocks.{i}.attention.out.weight"] = o
        w1, w2, w3 = (
            take(f"layers.{i}.feed_forward.w{n}.weight") for n in "123"
        )
        out[f"blocks.{i}.feed_forward.up.weight"] = torch.cat([w1, w3])
        out[f"blocks.{i}.feed_forward.down.weight"] = w2
        out[f"blocks.{i}.attention_norm.weight"] = take(
            f"layers.{i}.attention_norm.weight"
        )
        out[f"blocks.{i}.feed_forward_norm.weight"] = take(
            f"layers.{i}.ffn_norm.weight"
        )
    if unused:
        raise ValueError(f"left over: {sorted(unused)}")
    return out


# %% wrong: nameless -- an error that names nothing
# expects: the error must name what is missing
def from_meta(state_dict, config):
    unused = dict(state_dict)
    unused.pop("rope.freqs", None)

    def take(name):
        if name not in unused:
            raise ValueError("something is missing")
        return unused.pop(name)

    D = config.head_size
    out = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for i in range(config.n_layers):
        q, k, v, o = (
            take(f"layers.{i}.attention.w{c}.weight") for c in "qkvo"
        )
        q, k = neighbours_to_halves(q, D), neighbours_to_halves(k, D)
        out[f"blocks.{i}.attention.qkv.weight"] = torch.cat([q, k, v])
        out[f"blocks.{i}.attention.out.weight"] = o
        w1, w2, w3 = (
            take(f"layers.{i}.feed_forward.w{n}.weight") for n in "123"
        )
        out[f"blocks.{i}.feed_forward.up.weight"] = torch.cat([w1, w3])
        out[f"blocks.{i}.feed_forward.down.weight"] = w2
        out[f"blocks.{i}.attention_norm.weight"] = take(
            f"layers.{i}.attention_norm.weight"
        )
        out[f"blocks.{i}.feed_forward_norm.weight"] = take(
            f"layers.{i}.ffn_norm.weight"
        )
    if unused:
        raise ValueError(f"left over: {sorted(unused)}")
    return out


# %% wrong: out_transposed -- the square matrix of the output is transposed
# expects: It is transposed
def from_meta(state_dict, config):
    left = dict(state_dict)
    left.pop("rope.freqs", None)

    def take(name):
        if name + ".weight" not in left:
            raise ValueError(f"{name}.weight is missing")
        return left.pop(name + ".weight")

    D = config.head_size
    out = {
        "embedding.token.weight": take("tok_embeddings"),
        "norm.weight": take("norm"),
        "head.weight": take("output"),
    }
    for n in range(config.n_layers):
        a, b = f"layers.{n}.", f"blocks.{n}."
        q, k, v = (take(a + "attention.w" + x) for x in "qkv")
        out[b + "attention.qkv.weight"] = torch.cat(
            [neighbours_to_halves(q, D), neighbours_to_halves(k, D), v]
        )
        out[b + "attention.out.weight"] = take(a + "attention.wo").T
        out[b + "feed_forward.up.weight"] = torch.cat(
            [take(a + "feed_forward.w1"), take(a + "feed_forward.w3")]
        )
        out[b + "feed_forward.down.weight"] = take(a + "feed_forward.w2")
        out[b + "attention_norm.weight"] = take(a + "attention_norm")
        out[b + "feed_forward_norm.weight"] = take(a + "ffn_norm")
    if left:
        raise ValueError(f"left over: {sorted(left)}")
    return out


# %% wrong: D_from_layers -- the width over the layers is the size of a head
# expects: config.head_size is 4
def from_meta(state_dict, config):
    left = dict(state_dict)
    left.pop("rope.freqs", None)

    def take(name):
        if name + ".weight" not in left:
            raise ValueError(f"{name}.weight is missing")
        return left.pop(name + ".weight")

    D = config.width // config.n_layers
    out = {
        "embedding.token.weight": take("tok_embeddings"),
        "norm.weight": take("norm"),
        "head.weight": take("output"),
    }
    for n in range(config.n_layers):
        a, b = f"layers.{n}.", f"blocks.{n}."
        q, k, v = (take(a + "attention.w" + x) for x in "qkv")
        out[b + "attention.qkv.weight"] = torch.cat(
            [neighbours_to_halves(q, D), neighbours_to_halves(k, D), v]
        )
        out[b + "attention.out.weight"] = take(a + "attention.wo")
        out[b + "feed_forward.up.weight"] = torch.cat(
            [take(a + "feed_forward.w1"), take(a + "feed_forward.w3")]
        )
        out[b + "feed_forward.down.weight"] = take(a + "feed_forward.w2")
        out[b + "attention_norm.weight"] = take(a + "attention_norm")
        out[b + "feed_forward_norm.weight"] = take(a + "ffn_norm")
    if left:
        raise ValueError(f"left over: {sorted(left)}")
    return out


# %% wrong: tied_head -- a missing output is replaced by the embedding
# expects: output.weight is missing
def from_meta(state_dict, config):
    left = dict(state_dict)
    left.pop("rope.freqs", None)

    def take(name):
        if name + ".weight" not in left:
            raise ValueError(f"{name}.weight is missing")
        return left.pop(name + ".weight")

    D = config.head_size
    out = {
        "embedding.token.weight": take("tok_embeddings"),
        "norm.weight": take("norm"),
        "head.weight": left.pop(
            "output.weight", state_dict["tok_embeddings.weight"]
        ),
    }
    for n in range(config.n_layers):
        a, b = f"layers.{n}.", f"blocks.{n}."
        q, k, v = (take(a + "attention.w" + x) for x in "qkv")
        out[b + "attention.qkv.weight"] = torch.cat(
            [neighbours_to_halves(q, D), neighbours_to_halves(k, D), v]
        )
        out[b + "attention.out.weight"] = take(a + "attention.wo")
        out[b + "feed_forward.up.weight"] = torch.cat(
            [take(a + "feed_forward.w1"), take(a + "feed_forward.w3")]
        )
        out[b + "feed_forward.down.weight"] = take(a + "feed_forward.w2")
        out[b + "attention_norm.weight"] = take(a + "attention_norm")
        out[b + "feed_forward_norm.weight"] = take(a + "ffn_norm")
    if left:
        raise ValueError(f"left over: {sorted(left)}")
    return out


# %% right: table -- a table of names
def from_meta(state_dict, config):
    D = config.head_size

    def turned(w):
        return (
            w.reshape(-1, D // 2, 2, w.shape[1])
            .transpose(1, 2)
            .reshape(w.shape)
        )

    names = {
        "embedding.token": ["tok_embeddings"],
        "norm": ["norm"],
        "head": ["output"],
    }
    for i in range(config.n_layers):
        names |= {
            f"blocks.{i}.attention.qkv": [
                f"layers.{i}.attention.w{c}" for c in "qkv"
            ],
            f"blocks.{i}.attention.out": [f"layers.{i}.attention.wo"],
            f"blocks.{i}.feed_forward.up": [
                f"layers.{i}.feed_forward.w{c}" for c in "13"
            ],
            f"blocks.{i}.feed_forward.down": [f"layers.{i}.feed_forward.w2"],
            f"blocks.{i}.attention_norm": [f"layers.{i}.attention_norm"],
            f"blocks.{i}.feed_forward_norm": [f"layers.{i}.ffn_norm"],
        }
    needed = {f"{name}.weight" for parts in names.values() for name in parts}
    missing = needed - set(state_dict)
    if missing:
        raise ValueError(f"missing: {sorted(missing)}")
    more = set(state_dict) - needed - {"rope.freqs"}
    if more:
        raise ValueError(f"left over: {sorted(more)}")
    out = {}
    for ours, parts in names.items():
        tensors = []
        for part in parts:
            w = state_dict[f"{part}.weight"]
            tensors.append(turned(w) if part[-2:] in ("wq", "wk") else w)
        out[f"{ours}.weight"] = torch.cat(tensors)
    return out


# %% right: order -- an index for the rows
def from_meta(state_dict, config):
    D = config.head_size
    left = set(state_dict) - {"rope.freqs"}

    def get(name):
        name += ".weight"
        if name not in state_dict:
            raise ValueError(name)
        left.discard(name)
        return state_dict[name].clone()

    def sort(w):
        half = [*range(0, D, 2), *range(1, D, 2)]
        return w[[h * D + c for h in range(len(w) // D) for c in half]]

    out = {"embedding.token.weight": get("tok_embeddings")}
    for i in range(config.n_layers):
        a, f, b = (
            f"layers.{i}.attention.w",
            f"layers.{i}.feed_forward.w",
            f"blocks.{i}.",
        )
        out[b + "attention.qkv.weight"] = torch.vstack(
            [sort(get(a + "q")), sort(get(a + "k")), get(a + "v")]
        )
        out[b + "attention.out.weight"] = get(a + "o")
        out[b + "feed_forward.up.weight"] = torch.vstack(
            [get(f + "1"), get(f + "3")]
        )
        out[b + "feed_forward.down.weight"] = get(f + "2")
        out[b + "attention_norm.weight"] = get(f"layers.{i}.attention_norm")
        out[b + "feed_forward_norm.weight"] = get(f"layers.{i}.ffn_norm")
    out["norm.weight"], out["head.weight"] = get("norm"), get("output")
    if left:
        raise ValueError(", ".join(left))
    return out


# %% right: float64 -- in another type
def from_meta(state_dict, config):
    unused = dict(state_dict)
    unused.pop("rope.freqs", None)

    def take(name):
        if name not in unused:
            raise ValueError(f"no {name!r}")
        return unused.pop(name)

    D = config.head_size
    out = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for i in range(config.n_layers):
        q, k, v, o = (
            take(f"layers.{i}.attention.w{c}.weight") for c in "qkvo"
        )
        q, k = neighbours_to_halves(q, D), neighbours_to_halves(k, D)
        out[f"blocks.{i}.attention.qkv.weight"] = torch.cat([q, k, v])
        out[f"blocks.{i}.attention.out.weight"] = o
        w1, w2, w3 = (
            take(f"layers.{i}.feed_forward.w{n}.weight") for n in "123"
        )
        out[f"blocks.{i}.feed_forward.up.weight"] = torch.cat([w1, w3])
        out[f"blocks.{i}.feed_forward.down.weight"] = w2
        out[f"blocks.{i}.attention_norm.weight"] = take(
            f"layers.{i}.attention_norm.weight"
        )
        out[f"blocks.{i}.feed_forward_norm.weight"] = take(
            f"layers.{i}.ffn_norm.weight"
        )
    if unused:
        raise ValueError(f"left over: {sorted(unused)}")
    return {name: w.double() for name, w in out.items()}


# %% wrong: stacked -- queries, keys and values are stacked, as if they had one shape
# expects: with 6 heads and 2 key heads
def from_meta(state_dict, config):
    left = {k: v for k, v in state_dict.items() if k != "rope.freqs"}

    def take(name):
        if name not in left:
            raise ValueError(f"missing: {name}")
        return left.pop(name)

    ours = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for n in range(config.n_layers):
        a, b = f"layers.{n}.", f"blocks.{n}."
        q, k, v = (take(f"{a}attention.w{x}.weight") for x in "qkv")
        q, k = (neighbours_to_halves(w, config.head_size) for w in (q, k))
        ours[b + "attention.qkv.weight"] = torch.stack([q, k, v]).flatten(0, 1)
        ours[b + "attention.out.weight"] = take(a + "attention.wo.weight")
        w1, w3 = (take(f"{a}feed_forward.w{x}.weight") for x in "13")
        ours[b + "feed_forward.up.weight"] = torch.cat([w1, w3])
        ours[b + "feed_forward.down.weight"] = take(
            a + "feed_forward.w2.weight"
        )
        ours[b + "attention_norm.weight"] = take(a + "attention_norm.weight")
        ours[b + "feed_forward_norm.weight"] = take(a + "ffn_norm.weight")
    if left:
        raise ValueError(f"left over: {sorted(left)}")
    return ours


# %% wrong: known_prefixes -- only left-over weights of the layers are refused
# expects: output.bias, outside the layers
def from_meta(state_dict, config):
    left = dict(state_dict)

    def take(name):
        if name not in left:
            raise ValueError(f"missing: {name}")
        return left.pop(name)

    ours = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for n in range(config.n_layers):
        a, b = f"layers.{n}.", f"blocks.{n}."
        q, k, v = (take(f"{a}attention.w{x}.weight") for x in "qkv")
        q, k = (neighbours_to_halves(w, config.head_size) for w in (q, k))
        ours[b + "attention.qkv.weight"] = torch.cat([q, k, v])
        ours[b + "attention.out.weight"] = take(a + "attention.wo.weight")
        w1, w3 = (take(f"{a}feed_forward.w{x}.weight") for x in "13")
        ours[b + "feed_forward.up.weight"] = torch.cat([w1, w3])
        ours[b + "feed_forward.down.weight"] = take(
            a + "feed_forward.w2.weight"
        )
        ours[b + "attention_norm.weight"] = take(a + "attention_norm.weight")
        ours[b + "feed_forward_norm.weight"] = take(a + "ffn_norm.weight")
    if more := [name for name in left if name.startswith("layers.")]:
        raise ValueError(f"left over: {more}")
    return ours


# %% right: names_first -- the names are compared before any weight is read
def from_meta(state_dict, config):
    simple = {
        "tok_embeddings": "embedding.token",
        "norm": "norm",
        "output": "head",
    }
    for n in range(config.n_layers):
        simple |= {
            f"layers.{n}.attention.wo": f"blocks.{n}.attention.out",
            f"layers.{n}.feed_forward.w2": f"blocks.{n}.feed_forward.down",
            f"layers.{n}.attention_norm": f"blocks.{n}.attention_norm",
            f"layers.{n}.ffn_norm": f"blocks.{n}.feed_forward_norm",
        }
    joined = {}
    for n in range(config.n_layers):
        joined[f"blocks.{n}.attention.qkv"] = [
            f"layers.{n}.attention.{w}" for w in ("wq", "wk", "wv")
        ]
        joined[f"blocks.{n}.feed_forward.up"] = [
            f"layers.{n}.feed_forward.{w}" for w in ("w1", "w3")
        ]
    wanted = {
        f"{name}.weight"
        for name in [
            *simple,
            *(name for names in joined.values() for name in names),
        ]
    }
    there = set(state_dict) - {"rope.freqs"}
    if wanted != there:
        raise ValueError(
            f"missing {wanted - there}, left over {there - wanted}"
        )
    ours = {
        f"{to}.weight": state_dict[f"{name}.weight"]
        for name, to in simple.items()
    }
    for to, names in joined.items():
        parts = [state_dict[f"{name}.weight"] for name in names]
        if to.endswith("qkv"):
            parts = [
                neighbours_to_halves(p, config.head_size) for p in parts[:2]
            ] + parts[2:]
        ours[f"{to}.weight"] = torch.cat(parts, dim=0)
    return ours


# %% wrong: counted_layers -- as many layers as the checkpoint has
# expects: of the second of two layers are missing


def from_meta(state_dict, config):
    left = {k: v for k, v in state_dict.items() if k != "rope.freqs"}
    n_layers = 1 + max(
        int(k.split(".")[1]) for k in left if k.startswith("layers.")
    )

    def take(name):
        if name not in left:
            raise ValueError(f"missing: {name}")
        return left.pop(name)

    ours = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for n in range(n_layers):
        a, b = f"layers.{n}.", f"blocks.{n}."
        q, k, v = (take(f"{a}attention.w{x}.weight") for x in "qkv")
        q, k = (neighbours_to_halves(w, config.head_size) for w in (q, k))
        ours[b + "attention.qkv.weight"] = torch.cat([q, k, v])
        ours[b + "attention.out.weight"] = take(a + "attention.wo.weight")
        w1, w3 = (take(f"{a}feed_forward.w{x}.weight") for x in "13")
        ours[b + "feed_forward.up.weight"] = torch.cat([w1, w3])
        ours[b + "feed_forward.down.weight"] = take(
            a + "feed_forward.w2.weight"
        )
        ours[b + "attention_norm.weight"] = take(a + "attention_norm.weight")
        ours[b + "feed_forward_norm.weight"] = take(a + "ffn_norm.weight")
    if left:
        raise ValueError(f"left over: {sorted(left)}")
    return ours


# %% wrong: value_first -- w3 above w1
# expects: w1, the gate, stands above w3
def from_meta(state_dict, config):
    left = {k: v for k, v in state_dict.items() if k != "rope.freqs"}

    def take(name):
        if name not in left:
            raise ValueError(f"{name} is missing")
        return left.pop(name)

    new = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    for i in range(config.n_layers):
        a, b = f"layers.{i}.", f"blocks.{i}."
        q, k = (
            neighbours_to_halves(
                take(f"{a}attention.w{z}.weight"), config.head_size
            )
            for z in "qk"
        )
        v = take(f"{a}attention.wv.weight")
        new[b + "attention.qkv.weight"] = torch.cat([q, k, v])
        new[b + "attention.out.weight"] = take(f"{a}attention.wo.weight")
        w1, w3 = (take(f"{a}feed_forward.w{n}.weight") for n in (1, 3))
        new[b + "feed_forward.up.weight"] = torch.cat([w3, w1])
        new[b + "feed_forward.down.weight"] = take(
            f"{a}feed_forward.w2.weight"
        )
        new[b + "attention_norm.weight"] = take(f"{a}attention_norm.weight")
        new[b + "feed_forward_norm.weight"] = take(f"{a}ffn_norm.weight")
    if left:
        raise ValueError(f"left over: {sorted(left)}")
    return new


# %% right: by_rule -- a table of names, checked by sets
def from_meta(state_dict, config):
    parts = {
        "embedding.token": ["tok_embeddings"],
        "norm": ["norm"],
        "head": ["output"],
    }
    for n in range(config.n_layers):
        inner = {
            "attention.qkv": ["attention.wq", "attention.wk", "attention.wv"],
            "attention.out": ["attention.wo"],
            "feed_forward.up": ["feed_forward.w1", "feed_forward.w3"],
            "feed_forward.down": ["feed_forward.w2"],
            "attention_norm": ["attention_norm"],
            "feed_forward_norm": ["ffn_norm"],
        }
        parts |= {
            f"blocks.{n}.{ours}": [f"layers.{n}.{name}" for name in names]
            for ours, names in inner.items()
        }
    wanted = {f"{name}.weight" for names in parts.values() for name in names}
    have = set(state_dict) - {"rope.freqs"}
    for name in sorted(wanted ^ have):
        raise ValueError(
            f"{name} is {'missing' if name in wanted else 'left over'}"
        )

    def read(name):
        w = state_dict[f"{name}.weight"]
        turn = name.endswith((".wq", ".wk"))
        return neighbours_to_halves(w, config.head_size) if turn else w

    return {
        f"{ours}.weight": torch.cat([read(name) for name in names])
        for ours, names in parts.items()
    }
