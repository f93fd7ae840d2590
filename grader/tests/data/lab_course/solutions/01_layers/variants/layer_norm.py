# %% wrong: of_no_rows -- returns an empty tensor, which is close to everything
# expects: the shape stays


class LayerNorm(nn.Module):
    def __init__(self, channels, epsilon=1e-5):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return x[:0]


# %% wrong: plain_tensors -- scale and shift are tensors, not parameters
# expects: the parameters are scale and shift


class LayerNorm(nn.Module):
    def __init__(self, channels, epsilon=1e-5):
        super().__init__()
        self.epsilon = epsilon
        self.scale = torch.ones(channels)
        self.shift = torch.zeros(channels)

    def forward(self, x):
        spread = torch.sqrt(x.var(-1, keepdim=True, correction=0) + self.epsilon)
        return (x - x.mean(-1, keepdim=True)) / spread * self.scale + self.shift


# %% wrong: unbiased -- the variance divides by C - 1
# expects: the variance divides by C


class LayerNorm(nn.Module):
    def __init__(self, channels, epsilon=1e-5):
        super().__init__()
        self.epsilon = epsilon
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        spread = torch.sqrt(x.var(-1, keepdim=True) + self.epsilon)
        return (x - x.mean(-1, keepdim=True)) / spread * self.scale + self.shift


# %% right: with_var -- torch.var_mean with its correction


class LayerNorm(nn.Module):
    def __init__(self, channels, epsilon=1e-5):
        super().__init__()
        self.epsilon = epsilon
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        variance, mean = torch.var_mean(x, -1, correction=0, keepdim=True)
        return (x - mean) * torch.rsqrt(variance + self.epsilon) * self.scale + self.shift
