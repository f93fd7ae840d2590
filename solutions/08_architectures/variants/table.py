# %% wrong: bert_pre -- BERT with the norm in front
# expects: bert: residual is 'pre'
def table():
    rows = right()
    rows["bert"]["residual"] = "pre"
    return rows


def right():
    return {
        "original": {
            "structure": "encoder-decoder",
            "position": "sinusoidal",
            "activation": "relu",
            "norm": "layer",
            "residual": "post",
            "final_norm": False,
            "embedding_scale": True,
        },
        "bert": {
            "structure": "encoder",
            "position": "learned",
            "activation": "gelu",
            "norm": "layer",
            "residual": "post",
            "final_norm": False,
            "embedding_norm": True,
            "n_segments": 2,
            "eps": 1e-12,
            "head": "mlm",
        },
        "llama": {
            "structure": "decoder",
            "position": "rope",
            "activation": "swiglu",
            "norm": "rms",
            "residual": "pre",
            "bias": False,
            "eps": 1e-6,
            "head": "linear",
        },
        "chatglm": {
            "structure": "prefix",
            "position": "rope2d",
            "activation": "geglu_tanh",
            "norm": "layer",
            "residual": "deep",
        },
        "bloom": {
            "structure": "decoder",
            "position": "alibi",
            "activation": "gelu_tanh",
            "norm": "layer",
            "residual": "pre",
            "embedding_norm": True,
        },
    }


# %% wrong: bloom_rms -- BLOOM with RMSNorm, the default
# expects: bloom: norm is 'rms'
def table():
    rows = right()
    del rows["bloom"]["norm"]
    return rows


def right():
    return {
        "original": {
            "structure": "encoder-decoder",
            "position": "sinusoidal",
            "activation": "relu",
            "norm": "layer",
            "residual": "post",
            "final_norm": False,
            "embedding_scale": True,
        },
        "bert": {
            "structure": "encoder",
            "position": "learned",
            "activation": "gelu",
            "norm": "layer",
            "residual": "post",
            "final_norm": False,
            "embedding_norm": True,
            "n_segments": 2,
            "eps": 1e-12,
            "head": "mlm",
        },
        "llama": {
            "structure": "decoder",
            "position": "rope",
            "activation": "swiglu",
            "norm": "rms",
            "residual": "pre",
            "bias": False,
            "eps": 1e-6,
            "head": "linear",
        },
        "chatglm": {
            "structure": "prefix",
            "position": "rope2d",
            "activation": "geglu_tanh",
            "norm": "layer",
            "residual": "deep",
        },
        "bloom": {
            "structure": "decoder",
            "position": "alibi",
            "activation": "gelu_tanh",
            "norm": "layer",
            "residual": "pre",
            "embedding_norm": True,
        },
    }


# %% wrong: llama_biased -- LLaMA with biases, a misspelt position, a missing row
# expects: llama: bias is True
def table():
    return {
        "llama": {
            "structure": "decoder",
            "position": "rope",
            "activation": "swiglu",
            "norm": "rms",
            "residual": "pre",
            "eps": 1e-6,
            "head": "linear",
        },
        "bert": {"structure": "encoder", "position": "absolute"},
    }


# %% wrong: nothing -- no return
# expects: table() has no row
def table():
    pass


# %% wrong: llama_sizes -- sizes of 7B are settings
# expects: sizes are no settings of a row
def table():
    rows = {
        "original": {
            "structure": "encoder-decoder",
            "position": "sinusoidal",
            "activation": "relu",
            "norm": "layer",
            "residual": "post",
            "final_norm": False,
            "embedding_scale": True,
        },
        "bert": {
            "structure": "encoder",
            "position": "learned",
            "activation": "gelu",
            "norm": "layer",
            "residual": "post",
            "final_norm": False,
            "embedding_norm": True,
            "n_segments": 2,
            "eps": 1e-12,
            "head": "mlm",
        },
        "llama": {
            "structure": "decoder",
            "position": "rope",
            "activation": "swiglu",
            "norm": "rms",
            "residual": "pre",
            "bias": False,
            "eps": 1e-6,
            "head": "linear",
        },
        "chatglm": {
            "structure": "prefix",
            "position": "rope2d",
            "activation": "geglu_tanh",
            "norm": "layer",
            "residual": "deep",
        },
        "bloom": {
            "structure": "decoder",
            "position": "alibi",
            "activation": "gelu_tanh",
            "norm": "layer",
            "residual": "pre",
            "embedding_norm": True,
        },
    }
    rows["llama"].update(width=4096, n_heads=32, hidden=11008)
    return rows


# %% wrong: name_glm -- chatglm is called glm
# expects: has no row 'chatglm': its rows are
def table():
    rows = {
        "original": {
            "structure": "encoder-decoder",
            "position": "sinusoidal",
            "activation": "relu",
            "norm": "layer",
            "residual": "post",
            "final_norm": False,
            "embedding_scale": True,
        },
        "bert": {
            "structure": "encoder",
            "position": "learned",
            "activation": "gelu",
            "norm": "layer",
            "residual": "post",
            "final_norm": False,
            "embedding_norm": True,
            "n_segments": 2,
            "eps": 1e-12,
            "head": "mlm",
        },
        "llama": {
            "structure": "decoder",
            "position": "rope",
            "activation": "swiglu",
            "norm": "rms",
            "residual": "pre",
            "bias": False,
            "eps": 1e-6,
            "head": "linear",
        },
        "chatglm": {
            "structure": "prefix",
            "position": "rope2d",
            "activation": "geglu_tanh",
            "norm": "layer",
            "residual": "deep",
        },
        "bloom": {
            "structure": "decoder",
            "position": "alibi",
            "activation": "gelu_tanh",
            "norm": "layer",
            "residual": "pre",
            "embedding_norm": True,
        },
    }
    rows["glm"] = rows.pop("chatglm")
    return rows


# %% right: copies -- rows that share a common part
def table():
    layer = {"norm": "layer"}
    post = layer | {"residual": "post", "final_norm": False}
    return {
        "original": post
        | {
            "structure": "encoder-decoder",
            "position": "sinusoidal",
            "activation": "relu",
            "embedding_scale": True,
        },
        "bert": post
        | {
            "structure": "encoder",
            "position": "learned",
            "activation": "gelu",
            "embedding_norm": True,
            "n_segments": 2,
            "eps": 1e-12,
            "head": "mlm",
        },
        "llama": {"bias": False, "eps": 1e-6, "head": "linear"},
        "chatglm": layer
        | {
            "structure": "prefix",
            "position": "rope2d",
            "activation": "geglu_tanh",
            "residual": "deep",
        },
        "bloom": layer
        | {
            "position": "alibi",
            "activation": "gelu_tanh",
            "embedding_norm": True,
        },
    }


# %% right: all_named -- names defaults, too
def table():
    llama = {
        "structure": "decoder",
        "position": "rope",
        "activation": "swiglu",
        "norm": "rms",
        "residual": "pre",
        "bias": False,
        "eps": 0.000001,
        "head": "linear",
        "n_segments": 0,
        "final_norm": True,
        "dropout": 0.0,
    }
    bloom = {
        "structure": "decoder",
        "position": "alibi",
        "activation": "gelu_tanh",
        "norm": "layer",
        "residual": "pre",
        "embedding_norm": True,
        "head": "tied",
    }
    chatglm = {
        "structure": "prefix",
        "position": "rope2d",
        "activation": "geglu_tanh",
        "norm": "layer",
        "residual": "deep",
        "head": "tied",
        "bias": True,
    }
    bert = {
        "structure": "encoder",
        "position": "learned",
        "activation": "gelu",
        "norm": "layer",
        "residual": "post",
        "final_norm": False,
        "embedding_norm": True,
        "n_segments": 2,
        "eps": 1e-12,
        "head": "mlm",
    }
    original = {
        "structure": "encoder-decoder",
        "position": "sinusoidal",
        "activation": "relu",
        "norm": "layer",
        "residual": "post",
        "final_norm": False,
        "embedding_scale": True,
    }
    names = ["original", "bert", "llama", "chatglm", "bloom"]
    return dict(zip(names, (original, bert, llama, chatglm, bloom)))


# %% right: more_rows -- a row more than asked for
def table():
    norm = {"norm": "layer"}
    return {
        "original": norm
        | {
            "structure": "encoder-decoder",
            "position": "sinusoidal",
            "activation": "relu",
            "residual": "post",
            "final_norm": False,
            "embedding_scale": True,
        },
        "bert": norm
        | {
            "structure": "encoder",
            "position": "learned",
            "activation": "gelu",
            "residual": "post",
            "final_norm": False,
            "embedding_norm": True,
            "n_segments": 2,
            "eps": 1e-12,
            "head": "mlm",
        },
        "llama": {"bias": False, "eps": 1e-6, "head": "linear"},
        "chatglm": norm
        | {
            "structure": "prefix",
            "position": "rope2d",
            "activation": "geglu_tanh",
            "residual": "deep",
        },
        "bloom": norm
        | {
            "position": "alibi",
            "activation": "gelu_tanh",
            "embedding_norm": True,
        },
        "gpt-2": norm | {"position": "learned", "activation": "gelu_tanh"},
    }


# %% wrong: bloom_scaled -- bloom scales its embedding and has no norm behind it
# expects: bloom: embedding_norm is False
def table():
    return {
        "original": {
            "structure": "encoder-decoder",
            "position": "sinusoidal",
            "activation": "relu",
            "norm": "layer",
            "residual": "post",
            "final_norm": False,
            "embedding_scale": True,
        },
        "bert": {
            "structure": "encoder",
            "position": "learned",
            "activation": "gelu",
            "norm": "layer",
            "residual": "post",
            "final_norm": False,
            "embedding_norm": True,
            "n_segments": 2,
            "eps": 1e-12,
            "head": "mlm",
        },
        "llama": {"bias": False, "eps": 1e-6, "head": "linear"},
        "chatglm": {
            "structure": "prefix",
            "position": "rope2d",
            "activation": "geglu_tanh",
            "norm": "layer",
            "residual": "deep",
        },
        "bloom": {
            "position": "alibi",
            "activation": "gelu_tanh",
            "norm": "layer",
            "embedding_scale": True,
        },
    }


# %% right: defaults_said -- a common dictionary, every setting said
def table():
    common = {
        "structure": "decoder",
        "residual": "pre",
        "head": "tied",
        "bias": True,
        "eps": 1e-5,
    }
    layer = {**common, "norm": "layer"}
    behind = layer | {"residual": "post", "final_norm": False}
    return {
        "original": behind
        | {
            "structure": "encoder-decoder",
            "position": "sinusoidal",
            "activation": "relu",
            "embedding_scale": True,
        },
        "bert": behind
        | {
            "structure": "encoder",
            "position": "learned",
            "activation": "gelu",
            "embedding_norm": True,
            "n_segments": 2,
            "eps": 1e-12,
            "head": "mlm",
        },
        "llama": {
            **common,
            "norm": "rms",
            "position": "rope",
            "activation": "swiglu",
            "bias": False,
            "eps": 1e-6,
            "head": "linear",
        },
        "chatglm": layer
        | {
            "structure": "prefix",
            "position": "rope2d",
            "activation": "geglu_tanh",
            "residual": "deep",
        },
        "bloom": layer
        | {
            "position": "alibi",
            "activation": "gelu_tanh",
            "embedding_norm": True,
        },
    }
