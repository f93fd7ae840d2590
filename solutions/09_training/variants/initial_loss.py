# %% wrong: only_ln -- forgets the variance
# expects: the variance of the logits is missing
def initial_loss(vocab_size, width, std=0.02):
    return math.log(vocab_size)


# %% wrong: whole_variance -- forgets the half
# expects: counts half
def initial_loss(vocab_size, width, std=0.02):
    return math.log(vocab_size) + width * std**2


# %% wrong: not_squared -- the deviation in place of the variance
# expects: std squared
def initial_loss(vocab_size, width, std=0.02):
    return math.log(vocab_size) + width * std / 2


# %% wrong: bits -- to base 2
# expects: base 2
def initial_loss(vocab_size, width, std=0.02):
    return math.log2(vocab_size) + width * std**2 / 2


# %% wrong: fixed_std -- ignores the deviation that is passed in
# expects: use the argument `std`
def initial_loss(vocab_size, width, std=0.02):
    return math.log(vocab_size) + width * 0.0004 / 2


# %% wrong: half_deviation -- half the standard deviation of a logit
# expects: half its variance
def initial_loss(vocab_size, width, std=0.02):
    return math.log(vocab_size) + std * math.sqrt(width) / 2


# %% right: numpy -- with NumPy
def initial_loss(vocab_size, width, std=0.02):
    return np.log(vocab_size) + 0.5 * np.sum(np.full(width, std) ** 2)


# %% right: negative -- minus the log of 1 / V
def initial_loss(vocab_size, width, std=0.02):
    return -math.log(1 / vocab_size) + width / 2 * std * std


# %% right: by_terms -- adds the variances one by one
def initial_loss(vocab_size, width, std=0.02):
    variance = 0.0
    for _ in range(width):
        variance += std * std
    return (
        float(torch.tensor(float(vocab_size), dtype=torch.float64).log())
        + 0.5 * variance
    )
