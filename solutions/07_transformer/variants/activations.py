# %% wrong: tanh_for_exact -- gelu is the approximation
# expects: this is the approximation by tanh
def relu(x):
    return x.clamp(min=0)


def silu(x):
    return x * torch.sigmoid(x)


def gelu_tanh(x):
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1 + torch.tanh(inner))


def gelu(x):
    return gelu_tanh(x)


# %% wrong: sigmoid_for_exact -- gelu is x sigmoid(1.702 x)
# expects: x sigmoid(1.702 x)
def relu(x):
    return x.clamp(min=0)


def silu(x):
    return x * torch.sigmoid(x)


def gelu(x):
    return x * torch.sigmoid(1.702 * x)


def gelu_tanh(x):
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1 + torch.tanh(inner))


# %% wrong: exp -- a sigmoid that overflows
# expects: they must be finite
def relu(x):
    return x.clamp(min=0)


def silu(x):
    return x / (1 + torch.exp(-x))


def gelu(x):
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def gelu_tanh(x):
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1 + torch.tanh(inner))


# %% wrong: no_factor -- silu is the sigmoid
# expects: the factor x is missing
def relu(x):
    return x.clamp(min=0)


def silu(x):
    return torch.sigmoid(x)


def gelu(x):
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def gelu_tanh(x):
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1 + torch.tanh(inner))


# %% wrong: float32 -- always float32
# expects: float64 came in
def relu(x):
    return x.float().clamp(min=0)


def silu(x):
    return x * torch.sigmoid(x)


def gelu(x):
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def gelu_tanh(x):
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1 + torch.tanh(inner))


# %% wrong: clamp_in_place -- relu overwrites what it is given
# expects: it changed its argument
def relu(x):
    return x.clamp_(min=0)


# %% wrong: rounded_constant -- 0.0447 for 0.044715
# expects: the constant is 0.044715, not 0.0447
def gelu_tanh(x):
    inner = math.sqrt(2 / math.pi) * (x + 0.0447 * x**3)
    return 0.5 * x * (1 + torch.tanh(inner))


# %% wrong: erf_in_single -- the error function in float32
# expects: does each step keep float64
def gelu(x):
    return 0.5 * x * (1 + torch.erf(x.float() / math.sqrt(2)))


# %% right: ndtr -- by the normal distribution of torch.special
def relu(x):
    return torch.maximum(x, torch.zeros_like(x))


def silu(x):
    return x * x.sigmoid()


def gelu(x):
    return x * torch.special.ndtr(x)


def gelu_tanh(x):
    z = (2 / math.pi) ** 0.5 * (x + 0.044715 * x * x * x)
    return x * torch.sigmoid(2 * z)


# %% right: erfc -- by the complement, relu by where
def relu(x):
    return torch.where(x > 0, x, torch.zeros_like(x))


def silu(x):
    return x * (1 + torch.tanh(x / 2)) / 2


def gelu(x):
    return 0.5 * x * torch.erfc(-x / math.sqrt(2))


def gelu_tanh(x):
    z = math.sqrt(2 / math.pi) * (x + 0.044715 * torch.pow(x, 3))
    return 0.5 * x * torch.tanh(z) + 0.5 * x


# %% right: products -- relu by a comparison
def relu(x):
    return x * (x > 0)


def silu(x):
    return torch.sigmoid(x) * x


def gelu(x):
    return x * (torch.erf(x * 0.5**0.5) + 1) / 2


def gelu_tanh(x):
    cube = x * (1 + 0.044715 * x.square())
    return x * (torch.tanh(cube * math.sqrt(2 / math.pi)) + 1) / 2


# %% right: sigmoids -- the tanh of silu and the sigmoid of gelu_tanh exchanged
def silu(x):
    return x * (1 + torch.tanh(x / 2)) / 2


def gelu_tanh(x):
    return x * torch.sigmoid((8 / math.pi) ** 0.5 * (x + 0.044715 * x.pow(3)))


# %% wrong: single -- silu takes the sigmoid in float32
# expects: Only the first digits are right
def silu(x):
    return (x * torch.sigmoid(x.float())).to(x.dtype)


# %% right: other_words -- tanh for the sigmoid, erfc for the cdf, maximum
def relu(x):
    return torch.maximum(x, torch.zeros_like(x))


def silu(x):
    return x * (0.5 + 0.5 * (x / 2).tanh())


def gelu(x):
    return x * torch.erfc(-x * math.sqrt(0.5)) / 2


def gelu_tanh(x):
    c = (2 / math.pi) ** 0.5
    return x * torch.sigmoid(2 * c * (x + 0.044715 * x * x * x))


# %% wrong: one_plus_exp -- silu as x / (1 + exp(-x))
# expects: they must be finite
def relu(x):
    return x.clamp(min=0)


def silu(x):
    return x / (1 + torch.exp(-x))


def gelu(x):
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def gelu_tanh(x):
    return (
        0.5
        * x
        * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    )


# %% right: special -- torch.special
def relu(x):
    return torch.where(x > 0, x, torch.zeros_like(x))


def silu(x):
    return torch.mul(x, torch.special.expit(x))


def gelu(x):
    return x * torch.special.ndtr(x)


def gelu_tanh(x):
    inner = (2 / math.pi) ** 0.5 * (x + 0.044715 * x * x * x)
    return x * torch.sigmoid(2 * inner)


# %% wrong: no_root -- erf(x), not erf(x / sqrt 2)
# expects: x is divided by the root of 2
def gelu(x):
    return x * 0.5 * (1 + torch.erf(x))


# %% wrong: root_of_two_alone -- sqrt(2) / pi in gelu_tanh
# expects: The root is of 2 / pi
def gelu_tanh(x):
    inner = math.sqrt(2) / math.pi * (x + 0.044715 * x**3)
    return 0.5 * x * (1 + torch.tanh(inner))
