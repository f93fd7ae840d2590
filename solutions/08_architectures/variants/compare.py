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
