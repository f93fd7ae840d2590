# %% wrong: no_softmax -- s as it is
# expects: The weights are softmax(s)
class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.ones(()))

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError(len(layers))
        return self.gamma * torch.tensordot(self.s, layers, dims=1)


# %% wrong: no_gamma -- gamma is never used
# expects: gamma is missing
class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.ones(()))

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError(len(layers))
        return torch.tensordot(self.s.softmax(0), layers, dims=1)


# %% wrong: plain_tensors -- tensors that no optimizer finds
# expects: use nn.Parameter
class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = torch.zeros(n_layers)
        self.gamma = torch.ones(())

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError(len(layers))
        return self.gamma * torch.tensordot(self.s.softmax(0), layers, dims=1)


# %% wrong: gamma_vector -- a gamma for each layer
# expects: gamma ()
class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.ones(n_layers))

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError(len(layers))
        return torch.tensordot(self.gamma * self.s.softmax(0), layers, dims=1)


# %% wrong: ones -- s starts at 1
# expects: s starts at 0
class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.ones(n_layers))
        self.gamma = nn.Parameter(torch.ones(()))

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError(len(layers))
        return self.gamma * torch.tensordot(self.s.softmax(0), layers, dims=1)


# %% wrong: unchecked -- broadcasting hides a missing layer
# expects: 2 layers must raise a ValueError
class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.ones(()))

    def forward(self, layers):
        w = self.s.softmax(0).view(-1, *[1] * (layers.dim() - 1))
        return self.gamma * (w * layers).sum(0)


# %% wrong: cut_gradient -- the weights are cut off
# expects: s and gamma must get gradients
class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.ones(()))

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError(len(layers))
        return self.gamma.detach() * torch.tensordot(
            self.s.softmax(0).detach(), layers, dims=1
        )


# %% wrong: exp_by_hand -- a softmax that overflows
# expects: s from -2 to 301
class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.ones(()))

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError(len(layers))
        w = self.s.exp() / self.s.exp().sum()
        return self.gamma * torch.tensordot(w, layers, dims=1)


# %% wrong: gamma_in_a_row -- gamma has the shape (1,)
# expects: gamma ()
class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.ones(1))

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError(f"{len(layers)} layers")
        weights = self.s.softmax(0)
        return self.gamma * torch.tensordot(weights, layers, dims=1)


# %% right: einsum -- by einsum
class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.ones(()))

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError(len(layers))
        return self.gamma * torch.einsum(
            "j,j...->...", torch.softmax(self.s, 0), layers
        )


# %% right: loop -- layer by layer
class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.ones(()))

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError(len(layers))
        return self.gamma * sum(
            w * h for w, h in zip(self.s.softmax(0), layers)
        )


# %% right: broadcast -- weights with axes behind
class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.tensor(1.0))

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError(len(layers))
        w = (self.gamma * self.s.softmax(0)).reshape(
            -1, *[1] * (layers.ndim - 1)
        )
        return (w * layers).sum(0)


# %% wrong: two_axes -- weighs layers of two axes only
# expects: there may be any axes behind the first


class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.tensor(1.0))

    def forward(self, layers):
        if layers.shape[0] != len(self.s):
            raise ValueError("wrong number of layers")
        return self.gamma * (self.s.softmax(0)[:, None] * layers).sum(0)


# %% right: einsum_too -- einsum with an ellipsis


class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(()))
        self.s = nn.Parameter(torch.zeros((n_layers,)))

    def forward(self, layers):
        if len(layers) != self.s.numel():
            raise ValueError(f"{self.s.numel()} layers, please")
        return torch.einsum(
            "l,l...->...", self.gamma * F.softmax(self.s, dim=0), layers
        )


# %% wrong: overwrites -- writes the softmax into s
# expects: changes nothing


class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.tensor(1.0))

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError("layers")
        w = self.s.softmax(0)
        self.s.data = w.detach().clone()
        return self.gamma * torch.tensordot(w, layers, dims=1)


# %% wrong: normalised -- a normalisation of each layer before the mix
# expects: not brought to a mean of 0


class ScalarMix(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.ones(()))

    def forward(self, layers):
        if len(layers) != len(self.s):
            raise ValueError(f"{len(layers)} layers")
        layers = F.layer_norm(layers, layers.shape[-1:])
        return self.gamma * torch.einsum(
            "l...,l->...", layers, self.s.softmax(0)
        )
