# %% wrong: normed_skip -- x = norm(x); x + f(x) for pre
# expects: the skip carries the normed vector
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        x = norm(x)
        return x + sublayer(x)
    if kind == "post":
        return norm(alpha * x + sublayer(x))
    if kind == "deep":
        n = norm(x)
        return alpha * n + sublayer(n)
    raise ValueError(kind)


# %% wrong: norm_of_sublayer -- x + norm(f(x)) for post
# expects: the norm goes around the sum
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        return x + sublayer(norm(x))
    if kind == "post":
        return alpha * x + norm(sublayer(x))
    if kind == "deep":
        n = norm(x)
        return alpha * n + sublayer(n)
    raise ValueError(kind)


# %% wrong: alpha_on_sublayer -- alpha weighs f in post
# expects: alpha weighs the skip, not the sublayer
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        return x + sublayer(norm(x))
    if kind == "post":
        return norm(x + alpha * sublayer(x))
    if kind == "deep":
        n = norm(x)
        return alpha * n + sublayer(n)
    raise ValueError(kind)


# %% wrong: alpha_in_pre -- alpha weighs the skip in pre
# expects: alpha has no part in 'pre'
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        return alpha * x + sublayer(norm(x))
    if kind == "post":
        return norm(alpha * x + sublayer(x))
    if kind == "deep":
        n = norm(x)
        return alpha * n + sublayer(n)
    raise ValueError(kind)


# %% wrong: deep_skips_x -- the skip of deep carries x
# expects: in 'deep' it carries the normed vector
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        return x + sublayer(norm(x))
    if kind == "post":
        return norm(alpha * x + sublayer(x))
    if kind == "deep":
        return alpha * x + sublayer(norm(x))
    raise ValueError(kind)


# %% wrong: deep_is_post -- deep as post
# expects: kind 'deep': the sublayer must get
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        return x + sublayer(norm(x))
    if kind in ("post", "deep"):
        return norm(alpha * x + sublayer(x))
    raise ValueError(kind)


# %% wrong: norm_twice -- deep calls the norm twice
# expects: keep its result in a variable
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        return x + sublayer(norm(x))
    if kind == "post":
        return norm(alpha * x + sublayer(x))
    if kind == "deep":
        return alpha * norm(x) + sublayer(norm(x))
    raise ValueError(kind)


# %% wrong: in_place -- the stream is changed
# expects: changed x
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        x += sublayer(norm(x))
        return x
    if kind == "post":
        return norm(alpha * x + sublayer(x))
    if kind == "deep":
        n = norm(x)
        return alpha * n + sublayer(n)
    raise ValueError(kind)


# %% wrong: any_kind -- unknown kinds are post
# expects: must raise a ValueError
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        return x + sublayer(norm(x))
    if kind == "deep":
        n = norm(x)
        return alpha * n + sublayer(n)
    return norm(alpha * x + sublayer(x))


# %% wrong: post_in_place -- post changes x
# expects: kind 'post' changed x
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        return x + sublayer(norm(x))
    if kind == "post":
        y = sublayer(x)
        x *= alpha
        x += y
        return norm(x)
    if kind == "deep":
        n = norm(x)
        return alpha * n + sublayer(n)
    raise ValueError(kind)


# %% wrong: first_letters -- the beginning of the word is enough
# expects: must raise a ValueError
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind.startswith("pre"):
        return x + sublayer(norm(x))
    if kind.startswith("post"):
        return norm(alpha * x + sublayer(x))
    if kind.startswith("de"):
        n = norm(x)
        return alpha * n + sublayer(n)
    raise ValueError(kind)


# %% right: match -- by match
def residual(x, sublayer, norm, kind, alpha=1.0):
    match kind:
        case "pre":
            return sublayer(norm(x)) + x
        case "post":
            return norm(sublayer(x) + x * alpha)
        case "deep":
            x = norm(x)
            return sublayer(x) + x * alpha
        case _:
            raise ValueError(f"unknown: {kind}")


# %% right: flags -- what the sublayer reads, and what comes after
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind not in {"pre", "post", "deep"}:
        raise ValueError("no such kind")
    y = x if kind == "post" else norm(x)
    skip = x if kind == "pre" else alpha * (x if kind == "post" else y)
    out = torch.add(skip, sublayer(y))
    return norm(out) if kind == "post" else out


# %% right: table -- a table of functions
def residual(x, sublayer, norm, kind, alpha=1.0):
    def deep():
        n = norm(x)
        return torch.add(sublayer(n), n, alpha=alpha)

    ways = {
        "pre": lambda: x + sublayer(norm(x)),
        "post": lambda: norm(torch.add(sublayer(x), x, alpha=alpha)),
        "deep": deep,
    }
    if kind not in ways:
        raise ValueError(kind)
    return ways[kind]()


# %% wrong: error_returned -- the ValueError is returned
# expects: returned, not raised
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        return x + sublayer(norm(x))
    if kind == "post":
        return norm(alpha * x + sublayer(x))
    if kind == "deep":
        n = norm(x)
        return alpha * n + sublayer(n)
    return ValueError(f"unknown kind {kind}")


# %% wrong: into_the_sublayer -- the skip is added to the sublayer's result in place
# expects: what the sublayer had returned
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        return x + sublayer(norm(x))
    if kind == "post":
        y = sublayer(x)
        y += alpha * x
        return norm(y)
    if kind == "deep":
        n = norm(x)
        return alpha * n + sublayer(n)
    raise ValueError(f"unknown kind {kind}")


# %% right: matched -- match and torch.add
def residual(x, sublayer, norm, kind, alpha=1.0):
    match kind:
        case "pre":
            return torch.add(x, sublayer(norm(x)))
        case "post":
            return norm(torch.add(sublayer(x), x, alpha=alpha))
        case "deep":
            x = norm(x)
            return torch.add(sublayer(x), x, alpha=alpha)
        case _:
            raise ValueError(kind)


# %% wrong: alpha_inside -- alpha multiplies what the sublayer writes
# expects: alpha weighs the skip, not the sublayer
def residual(x, sublayer, norm, kind, alpha=1.0):
    if kind == "pre":
        return x + sublayer(norm(x))
    if kind == "post":
        return norm(x + alpha * sublayer(x))
    if kind == "deep":
        n = norm(x)
        return n + alpha * sublayer(n)
    raise ValueError(f"kind is pre, post or deep, not {kind!r}")
