"""problem: layer_norm
mistake: returns an empty tensor, which is close to everything
expects: the shape stays
"""


class LayerNorm(nn.Module):
    def __init__(self, channels, epsilon=1e-5):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return x[:0]
