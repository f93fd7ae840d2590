"""problem: layer_norm
mistake: scale and shift are tensors, not parameters
expects: the parameters are scale and shift
"""


class LayerNorm(nn.Module):
    def __init__(self, channels, epsilon=1e-5):
        super().__init__()
        self.epsilon = epsilon
        self.scale = torch.ones(channels)
        self.shift = torch.zeros(channels)

    def forward(self, x):
        spread = torch.sqrt(x.var(-1, keepdim=True, correction=0) + self.epsilon)
        return (x - x.mean(-1, keepdim=True)) / spread * self.scale + self.shift
