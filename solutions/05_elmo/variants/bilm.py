# %% wrong: unflipped -- the backward states stay in the order in which they were made
# expects: reverse them back
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = [torch.cat((x, x), -1)]
        right, left = x, reverse(x, lengths)
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            right, left = (
                a(right)[0] + (right if n else 0),
                b(left)[0] + (left if n else 0),
            )
            layers.append(torch.cat((right, left), -1))
        return torch.stack(layers)


# %% wrong: flip -- reverses whole rows with their filling
# expects: Reverse each row within its length
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = [torch.cat((x, x), -1)]
        right, left = x, x.flip(1)
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            right, left = (
                a(right)[0] + (right if n else 0),
                b(left)[0] + (left if n else 0),
            )
            layers.append(torch.cat((right, left.flip(1)), -1))
        return torch.stack(layers)


# %% wrong: no_residual -- layer 2 is the LSTM's output alone
# expects: Here the input is missing
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = [torch.cat((x, x), -1)]
        right, left = x, reverse(x, lengths)
        for a, b in zip(self.rightward, self.leftward):
            right, left = a(right)[0], b(left)[0]
            layers.append(torch.cat((right, reverse(left, lengths)), -1))
        return torch.stack(layers)


# %% wrong: residual_everywhere -- layer 1 adds the embedding
# expects: inputs are added from layer 2 on
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = [torch.cat((x, x), -1)]
        right, left = x, reverse(x, lengths)
        for a, b in zip(self.rightward, self.leftward):
            right, left = a(right)[0] + right, b(left)[0] + left
            layers.append(torch.cat((right, reverse(left, lengths)), -1))
        return torch.stack(layers)


# %% wrong: half_embedding -- layer 0 is not doubled but filled with zeros
# expects: written twice
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = [F.pad(x, (0, x.shape[-1]))]
        right, left = x, reverse(x, lengths)
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            right, left = (
                a(right)[0] + (right if n else 0),
                b(left)[0] + (left if n else 0),
            )
            layers.append(torch.cat((right, reverse(left, lengths)), -1))
        return torch.stack(layers)


# %% wrong: not_reversed -- the backward model reads from the left
# expects: leftward has read the text from the left
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = [torch.cat((x, x), -1)]
        right, left = x, x
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            right, left = (
                a(right)[0] + (right if n else 0),
                b(left)[0] + (left if n else 0),
            )
            layers.append(torch.cat((right, left), -1))
        return torch.stack(layers)


# %% wrong: shared_lstms -- one list for both directions
# expects: each needs its own
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = self.rightward
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = [torch.cat((x, x), -1)]
        right, left = x, reverse(x, lengths)
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            right, left = (
                a(right)[0] + (right if n else 0),
                b(left)[0] + (left if n else 0),
            )
            layers.append(torch.cat((right, reverse(left, lengths)), -1))
        return torch.stack(layers)


# %% wrong: plain_list -- a Python list hides its weights
# expects: nn.ModuleLists
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = [
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        ]
        self.leftward = [
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        ]
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = [torch.cat((x, x), -1)]
        right, left = x, reverse(x, lengths)
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            right, left = (
                a(right)[0] + (right if n else 0),
                b(left)[0] + (left if n else 0),
            )
            layers.append(torch.cat((right, reverse(left, lengths)), -1))
        return torch.stack(layers)


# %% wrong: no_layer_0 -- the embedding is left out
# expects: It holds layers 0, 1 and 2
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = []
        right, left = x, reverse(x, lengths)
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            right, left = (
                a(right)[0] + (right if n else 0),
                b(left)[0] + (left if n else 0),
            )
            layers.append(torch.cat((right, reverse(left, lengths)), -1))
        return torch.stack(layers)


# %% wrong: halves_exchanged -- the backward half comes first
# expects: the forward half of layer 1
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = [torch.cat((x, x), -1)]
        right, left = x, reverse(x, lengths)
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            right, left = (
                a(right)[0] + (right if n else 0),
                b(left)[0] + (left if n else 0),
            )
            layers.append(torch.cat((reverse(left, lengths), right), -1))
        return torch.stack(layers)


# %% wrong: second_layer_turned -- the second layer reads its input from the left
# expects: it goes on with the reversed states
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers, right, left = [torch.cat((x, x), -1)], x, reverse(x, lengths)
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            right = a(right)[0] + (right if n else 0)
            left = b(left)[0] + (left if n else 0)
            left = reverse(left, lengths) if n == 0 else left
            layers.append(torch.cat((right, left), -1))
        return torch.stack(layers)


# %% wrong: leak -- the second layer reads the mean of both halves
# expects: states:
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers, right, left = [torch.cat((x, x), -1)], x, x
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            both = (right + left) / 2 if n else x
            right = a(both)[0] + (right if n else 0)
            left = reverse(b(reverse(both, lengths))[0], lengths) + (
                left if n else 0
            )
            layers.append(torch.cat((right, left), -1))
        return torch.stack(layers)


# %% wrong: repeated -- one LSTM, n_layers times
# expects: repeats one
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward, self.leftward = (
            nn.ModuleList([nn.LSTM(width, width, batch_first=True)] * n_layers)
            for _ in range(2)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        right, left = x, reverse(x, lengths)
        layers = [torch.cat((x, x), dim=-1)]
        for j, (more, less) in enumerate(zip(self.rightward, self.leftward)):
            inputs = right, left
            right, left = more(right)[0], less(left)[0]
            if j:
                right, left = right + inputs[0], left + inputs[1]
            layers.append(torch.cat((right, reverse(left, lengths)), dim=-1))
        return torch.stack(layers)


# %% wrong: adds_embedding -- to each layer from the second on
# expects: Here the embedding is added; the input of layer 2
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward, self.leftward = (
            nn.ModuleList(
                nn.LSTM(width, width, batch_first=True)
                for _ in range(n_layers)
            )
            for _ in range(2)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        right, left = x, reverse(x, lengths)
        layers = [torch.cat((x, x), dim=-1)]
        for j, (more, less) in enumerate(zip(self.rightward, self.leftward)):
            inputs = x, reverse(x, lengths)
            right, left = more(right)[0], less(left)[0]
            if j:
                right, left = right + inputs[0], left + inputs[1]
            layers.append(torch.cat((right, reverse(left, lengths)), dim=-1))
        return torch.stack(layers)


# %% right: turned_each_time -- reversed before and after every LSTM
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers, right, left = [torch.cat([x, x], 2)], x, x
        for n in range(len(self.rightward)):
            new_right, _ = self.rightward[n](right)
            new_left, _ = self.leftward[n](reverse(left, lengths))
            new_left = reverse(new_left, lengths)
            if n > 0:
                new_right, new_left = new_right + right, new_left + left
            right, left = new_right, new_left
            layers.append(torch.cat([right, left], 2))
        return torch.stack(layers, 0)


# %% right: row_by_row -- one text at a time
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = [[torch.cat((x, x), -1)[b]] for b in range(len(ids))]
        for b, n in enumerate(lengths.tolist()):
            right, left = x[b : b + 1, :n], x[b : b + 1, :n].flip(1)
            for k, (f, g) in enumerate(zip(self.rightward, self.leftward)):
                one, two = f(right)[0], g(left)[0]
                right, left = (one + right, two + left) if k else (one, two)
                both = torch.cat((right, left.flip(1)), -1)[0]
                layers[b].append(F.pad(both, (0, 0, 0, ids.shape[1] - n)))
        return torch.stack([torch.stack(row) for row in layers], 1)


# %% right: weight_rows -- the embedding as an index into its weights
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding.weight[ids]
        layers = [torch.cat((x, x), -1)]
        right, left = x, reverse(x, lengths)
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            right, left = (
                a(right)[0] + (right if n else 0),
                b(left)[0] + (left if n else 0),
            )
            layers.append(torch.cat((right, reverse(left, lengths)), -1))
        return torch.stack(layers)


# %% wrong: padding_idx -- the filling gets a vector of zeros
# expects: leave padding_idx out
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width, padding_idx=EOS)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = [torch.cat((x, x), -1)]
        right, left = x, reverse(x, lengths)
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            right, left = (
                a(right)[0] + (right if n else 0),
                b(left)[0] + (left if n else 0),
            )
            layers.append(torch.cat((right, reverse(left, lengths)), -1))
        return torch.stack(layers)


# %% wrong: seeded -- sets the seed of everybody
# expects: set no seed in a class
class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        torch.manual_seed(42)
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers = [torch.cat((x, x), -1)]
        right, left = x, reverse(x, lengths)
        for n, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            right, left = (
                a(right)[0] + (right if n else 0),
                b(left)[0] + (left if n else 0),
            )
            layers.append(torch.cat((right, reverse(left, lengths)), -1))
        return torch.stack(layers)


# %% wrong: two_layers -- states of two layers, however many there are
# expects: as many LSTMs as the lists hold


class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        r1 = self.rightward[0](x)[0]
        r2 = self.rightward[1](r1)[0] + r1
        l1 = self.leftward[0](reverse(x, lengths))[0]
        l2 = self.leftward[1](l1)[0] + l1
        return torch.stack(
            (
                torch.cat((x, x), -1),
                torch.cat((r1, reverse(l1, lengths)), -1),
                torch.cat((r2, reverse(l2, lengths)), -1),
            )
        )


# %% wrong: state_kept -- an LSTM goes on from the state of the batch before
# expects: Each call begins anew


class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.head = nn.Linear(width, vocab_size)
        self.kept = {}

    def run(self, name, lstm, x):
        old = self.kept.get(name)
        if old is not None and old[0].shape[1] != len(x):
            old = None
        out, new = lstm(x, old)
        self.kept[name] = tuple(part.detach() for part in new)
        return out

    def states(self, ids, lengths):
        x = self.embedding(ids)
        right, left, layers = x, reverse(x, lengths), [torch.cat((x, x), -1)]
        for j, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            up, down = (
                self.run(("r", j), a, right),
                self.run(("l", j), b, left),
            )
            right, left = (up + right, down + left) if j else (up, down)
            layers.append(torch.cat((right, reverse(left, lengths)), -1))
        return torch.stack(layers)


# %% right: one_side_after_the_other -- a method for a side, the output in a prepared tensor


class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.leftward, self.rightward = nn.ModuleList(), nn.ModuleList()
        for _ in range(n_layers):
            self.rightward.append(nn.LSTM(width, width, 1, batch_first=True))
            self.leftward.append(nn.LSTM(width, width, 1, batch_first=True))
        self.head = nn.Linear(width, vocab_size)
        self.embedding = nn.Embedding(vocab_size, width)

    @staticmethod
    def climb(lstms, x):
        made = []
        for lstm in lstms:
            y, _ = lstm(made[-1] if made else x)
            made.append(y + made[-1] if made else y)
        return made

    def states(self, ids, lengths):
        x = self.embedding(ids)
        B, T, C = x.shape
        right = self.climb(self.rightward, x)
        left = self.climb(self.leftward, reverse(x, lengths))
        out = x.new_zeros(len(right) + 1, B, T, 2 * C)
        out[0, ..., :C], out[0, ..., C:] = x, x
        for j in range(len(right)):
            out[j + 1, ..., :C] = right[j]
            out[j + 1, ..., C:] = reverse(left[j], lengths)
        return out


# %% right: ids_turned -- the ids are reversed, not their vectors


class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.head = nn.Linear(width, vocab_size)
        lstms = [
            nn.LSTM(width, width, batch_first=True)
            for _ in range(2 * n_layers)
        ]
        self.rightward = nn.ModuleList(lstms[::2])
        self.leftward = nn.ModuleList(lstms[1::2])

    def states(self, ids, lengths):
        a, b = self.embedding(ids), self.embedding(reverse(ids, lengths))
        made = [a.repeat(1, 1, 2)]
        for j in range(len(self.rightward)):
            a1, b1 = self.rightward[j](a)[0], self.leftward[j](b)[0]
            a, b = (a1, b1) if j == 0 else (a + a1, b + b1)
            made.append(torch.cat([a, reverse(b, lengths)], 2))
        return torch.stack(made, 0)


# %% wrong: second_layer_only -- adds the input in layer 2 alone
# expects: Here the input is missing


class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.head = nn.Linear(width, vocab_size)
        self.rightward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )
        self.leftward = nn.ModuleList(
            nn.LSTM(width, width, batch_first=True) for _ in range(n_layers)
        )

    def states(self, ids, lengths):
        x = self.embedding(ids)
        real = (torch.arange(ids.shape[1]) < lengths[:, None])[..., None]
        right, left, layers = x, reverse(x, lengths), [torch.cat((x, x), -1)]
        for j, (a, b) in enumerate(zip(self.rightward, self.leftward)):
            up, down = a(right)[0], b(left)[0]
            right, left = (up + right, down + left) if j == 1 else (up, down)
            layers.append(
                torch.cat((right, reverse(left, lengths)), -1) * real
            )
        return torch.stack(layers)


# %% wrong: adds_layer_1 -- from the third layer on adds layer 1
# expects: the input of layer 3 is layer 2


class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward, self.leftward = (
            nn.ModuleList(
                nn.LSTM(width, width, batch_first=True)
                for _ in range(n_layers)
            )
            for _ in range(2)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        x = self.embedding(ids)
        layers, first = [torch.cat((x, x), dim=-1)], None
        right, left = x, reverse(x, lengths)
        for ahead, back in zip(self.rightward, self.leftward, strict=True):
            right, left = ahead(right)[0], back(left)[0]
            if first is None:
                first = right, left
            else:
                right, left = right + first[0], left + first[1]
            both = right, reverse(left, lengths)
            layers.append(torch.cat(both, dim=-1))
        return torch.stack(layers)


# %% right: filling_is_zero -- the vectors of the filling are set to 0


class BiLM(nn.Module):
    def __init__(self, vocab_size, width, n_layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward, self.leftward = (
            nn.ModuleList(
                nn.LSTM(width, width, batch_first=True)
                for _ in range(n_layers)
            )
            for _ in range(2)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids, lengths):
        real = torch.arange(ids.shape[1]) < lengths[:, None]
        x = self.embedding(ids) * real[..., None]
        layers = [torch.cat((x, x), dim=-1)]
        right, left = x, reverse(x, lengths)
        for n, (ahead, back) in enumerate(
            zip(self.rightward, self.leftward, strict=True)
        ):
            right = ahead(right)[0] + (right if n else 0)
            left = back(left)[0] + (left if n else 0)
            both = right, reverse(left, lengths)
            layers.append(torch.cat(both, dim=-1))
        return torch.stack(layers)
