"""problem: layer_norm
mistake: the variance divides by C - 1
expects: the variance divides by C
"""


class LayerNorm(nn.Module):
    def __init__(self, channels, epsilon=1e-5):
        super().__init__()
        self.epsilon = epsilon
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        spread = torch.sqrt(x.var(-1, keepdim=True) + self.epsilon)
        return (x - x.mean(-1, keepdim=True)) / spread * self.scale + self.shift
