# %% wrong: from_zero -- h begins at 0
# expects: h begins at 1
def alibi_slopes(H):
    power = 2 ** math.floor(math.log2(H))
    first = 2.0 ** (-8 / power * torch.arange(power))
    between = 2.0 ** (-4 / power * (2 * torch.arange(H - power) + 1))
    return torch.cat((first, between))


# %% wrong: series -- 2^(-8h/H) for every H
# expects: right for powers of two only
def alibi_slopes(H):
    return 2.0 ** (-8 / H * torch.arange(1, H + 1))


# %% wrong: sorted -- steepest first
# expects: not between them
def alibi_slopes(H):
    power = 2 ** math.floor(math.log2(H))
    first = 2.0 ** (-8 / power * torch.arange(1, power + 1))
    between = 2.0 ** (-4 / power * (2 * torch.arange(H - power) + 1))
    return torch.cat((first, between)).sort(descending=True).values


# %% wrong: larger_power -- the first H of the larger list
# expects: the first 12 slopes of 16 heads
def alibi_slopes(H):
    power = 2 ** math.ceil(math.log2(H))
    return (2.0 ** (-8 / power * torch.arange(1, power + 1)))[:H]


# %% wrong: even_ones -- the second, fourth, ... of the larger list
# expects: for 12 heads
def alibi_slopes(H):
    power = 2 ** math.floor(math.log2(H))
    first = 2.0 ** (-8 / power * torch.arange(1, power + 1))
    between = 2.0 ** (-8 / power * torch.arange(1, H - power + 1))
    return torch.cat((first, between))


# %% wrong: halves -- 1/2, 1/4, ... for every H
# expects: the last slope is 2^-8
def alibi_slopes(H):
    return 2.0 ** -torch.arange(1.0, H + 1)


# %% wrong: eight_first -- other numbers begin with the slopes of 8 heads
# expects: the first slopes of 8 heads; here the smaller power of two is 2
def alibi_slopes(H):
    if H & (H - 1) == 0:
        return 2 ** (-8 * torch.arange(1, H + 1) / H)
    first = [2.0**-h for h in range(1, 9)]
    return torch.tensor((first + [2 ** (-h / 2) for h in range(1, 17, 2)])[:H])


# %% right: recursion -- the authors' way
def alibi_slopes(H):
    power = 1
    while 2 * power <= H:
        power *= 2
    slopes = torch.tensor([2 ** (-8 * h / power) for h in range(1, power + 1)])
    if power == H:
        return slopes
    return torch.cat((slopes, alibi_slopes(2 * power)[::2][: H - power]))


# %% right: list -- with bit_length
def alibi_slopes(H):
    P = 1 << (H.bit_length() - 1)
    exponents = [8 * h / P for h in range(1, P + 1)]
    exponents += [4 * h / P for h in range(1, 2 * (H - P), 2)]
    return torch.tensor([0.5**e for e in exponents])


# %% right: powers -- torch.pow with tensors of exponents
def alibi_slopes(H):
    P = 2 ** int(math.log2(H))
    exponents = torch.cat(
        (torch.arange(2, 2 * P + 1, 2), torch.arange(1, 2 * (H - P) + 1, 2))
    )
    return torch.pow(2.0, -4.0 * exponents / P)


# %% wrong: whole_exponents -- 8 // H: right up to 8 heads
# expects: need not be a whole number
def alibi_slopes(H):
    P = 2 ** math.floor(math.log2(H))
    first = [2.0 ** (-(8 // P) * h) for h in range(1, P + 1)]
    more = [2.0 ** (-4 * h / P) for h in range(1, 2 * (H - P), 2)]
    return torch.tensor(first + more)


# %% wrong: next_smaller -- a power of two takes the slopes of half as many heads, filled up
# expects: is a power of two itself
def alibi_slopes(H):
    P = 1
    while 2 * P < H:
        P *= 2
    first = [2.0 ** (-8 * h / P) for h in range(1, P + 1)]
    more = [2.0 ** (-4 * h / P) for h in range(1, 2 * (H - P), 2)]
    return torch.tensor(first + more)


# %% right: recursive -- the list of a power of two by repeated products
def slopes_of(P):
    step = 2 ** (-8 / P)
    return [step ** (h + 1) for h in range(P)]


def alibi_slopes(H):
    P = 1 << (H.bit_length() - 1)
    if P == H:
        return torch.tensor(slopes_of(H))
    return torch.cat(
        (alibi_slopes(P), torch.tensor(slopes_of(2 * P)[::2][: H - P]))
    )


# %% wrong: next_power -- the first H slopes of the next larger power of two
# expects: first 12 slopes of 16 heads
def alibi_slopes(H):
    P = 2 ** math.ceil(math.log2(H))
    return torch.tensor([2 ** (-8 * h / P) for h in range(1, H + 1)])


# %% right: itself -- the rest by the function itself
def alibi_slopes(H):
    P = 1 << (H.bit_length() - 1)
    first = torch.tensor([2.0 ** (-8 * (h + 1) / P) for h in range(P)])
    if P == H:
        return first
    return torch.cat([first, alibi_slopes(2 * P)[::2][: H - P]])
