# %% wrong: mean_of_texts -- the mean of each text's bits per byte
# expects: That is the mean over the texts
@torch.inference_mode()
def compare(kinds, texts):
    out = {"decoder": 0.0, "encoder": 0.0}
    for text in texts:
        ids, n = kinds.ids(text), len(text.encode())
        out["decoder"] -= (
            float(
                log_likelihood(
                    lambda x: kinds.models["decoder"](x)[0], ids
                ).sum()
            )
            / n
        )
        gaps = pseudo_log_likelihood(
            lambda x: kinds.models["encoder"](x)[0], ids, kinds.mask_id
        )
        out["encoder"] -= float(gaps.sum()) / n
    return {name: x / len(texts) for name, x in out.items()}


# %% wrong: characters -- characters in place of bytes
# expects: some letters of several bytes
@torch.inference_mode()
def compare(kinds, texts):
    out = {"decoder": 0.0, "encoder": 0.0}
    for text in texts:
        ids = kinds.ids(text)
        out["decoder"] -= float(
            log_likelihood(lambda x: kinds.models["decoder"](x)[0], ids).sum()
        )
        gaps = pseudo_log_likelihood(
            lambda x: kinds.models["encoder"](x)[0], ids, kinds.mask_id
        )
        out["encoder"] -= float(gaps.sum())
    return {name: x / sum(map(len, texts)) for name, x in out.items()}


# %% wrong: per_token -- bits per token
# expects: That is bits per token
@torch.inference_mode()
def compare(kinds, texts):
    out, n = {"decoder": 0.0, "encoder": 0.0}, 0
    for text in texts:
        ids = kinds.ids(text)
        n += len(ids) - 1
        out["decoder"] -= float(
            log_likelihood(lambda x: kinds.models["decoder"](x)[0], ids).sum()
        )
        gaps = pseudo_log_likelihood(
            lambda x: kinds.models["encoder"](x)[0], ids, kinds.mask_id
        )
        out["encoder"] -= float(gaps.sum())
    return {name: x / n for name, x in out.items()}


# %% wrong: decoder_inner -- the decoder without the end of the text
# expects: is a token that the decoder predicts, too
@torch.inference_mode()
def compare(kinds, texts):
    n = sum(len(text.encode()) for text in texts)
    d = e = 0.0
    for text in texts:
        ids = kinds.ids(text)
        d -= float(
            log_likelihood(
                lambda x: kinds.models["decoder"](x)[0], ids[:-1]
            ).sum()
        )
        e -= float(
            pseudo_log_likelihood(
                lambda x: kinds.models["encoder"](x)[0], ids, kinds.mask_id
            ).sum()
        )
    return {"decoder": d / n, "encoder": e / n}


# %% right: join -- generators and a join
@torch.inference_mode()
def compare(kinds, texts):
    n_bytes = len("".join(texts).encode())
    d, e = (
        lambda x, m=kinds.models[name]: m(x)[0]
        for name in ("decoder", "encoder")
    )
    chain = sum(log_likelihood(d, kinds.ids(t)).sum().item() for t in texts)
    gaps = sum(
        pseudo_log_likelihood(e, kinds.ids(t), kinds.mask_id).sum().item()
        for t in texts
    )
    return {"decoder": -chain / n_bytes, "encoder": -gaps / n_bytes}


# %% right: one_list -- all scores of a kind in one tensor
@torch.inference_mode()
def compare(kinds, texts):
    chain, gaps = [], []
    for text in texts:
        ids = kinds.ids(text)
        chain.append(
            log_likelihood(lambda x: kinds.models["decoder"](x)[0], ids)
        )
        gaps.append(
            pseudo_log_likelihood(
                lambda x: kinds.models["encoder"](x)[0],
                ids,
                mask_id=kinds.mask_id,
            )
        )
    size = sum(len(text.encode("utf-8")) for text in texts)
    return {
        "decoder": -torch.cat(chain).sum().item() / size,
        "encoder": -torch.cat(gaps).sum().item() / size,
    }


# %% right: tensors -- returns tensors of one number
@torch.inference_mode()
def compare(kinds, texts):
    size = len(b"".join(text.encode() for text in texts))

    def bits(name, score, *more):
        net = kinds.models[name]
        return -sum(
            score(lambda x: net(x)[0], kinds.ids(text), *more).sum()
            for text in texts
        )

    return {
        "encoder": bits("encoder", pseudo_log_likelihood, kinds.mask_id)
        / size,
        "decoder": bits("decoder", log_likelihood) / size,
    }


# %% right: own_loops -- sums of tensors in a dictionary comprehension
@torch.inference_mode()
def compare(kinds, texts):
    n_bytes = len("".join(texts).encode("utf-8"))
    predict = {
        name: (lambda x, m=m: m(x)[0]) for name, m in kinds.models.items()
    }
    rows = [kinds.ids(text) for text in texts]
    left = torch.cat([log_likelihood(predict["decoder"], ids) for ids in rows])
    gaps = [
        pseudo_log_likelihood(predict["encoder"], ids, kinds.mask_id)
        for ids in rows
    ]
    return {
        "decoder": -left.sum().item() / n_bytes,
        "encoder": -torch.cat(gaps).sum().item() / n_bytes,
    }
