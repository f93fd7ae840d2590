# %% wrong: neighbours -- pairs (2i, 2i + 1)
# expects: you turn the neighbours
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** -(torch.arange(0, D, 2) / D)
    a = (positions[..., None] * speeds)[:, :, None, None]
    return torch.cat((a.cos(), a.cos()), -1), torch.cat(
        (-a.sin(), a.sin()), -1
    )


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    c, s = (
        cos[:, :, :, 0, :half].to(x.dtype),
        sin[:, :, :, 0, half:].to(x.dtype),
    )
    even, odd = x[..., ::2], x[..., 1::2]
    return torch.stack((even * c - odd * s, odd * c + even * s), -1).flatten(
        -2
    )


# %% wrong: backwards -- turned the other way
# expects: key ahead and key behind are exchanged
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** -(torch.arange(0, D, 2) / D)
    a = (positions[..., None] * speeds)[:, :, None, None]
    return torch.cat((a.cos(), a.cos()), -1), torch.cat(
        (a.sin(), -a.sin()), -1
    )


def rotate(x, cos, sin):
    cos, sin = cos.squeeze(3).to(x.dtype), sin.squeeze(3).to(x.dtype)
    return x * cos + x.roll(x.shape[-1] // 2, -1) * sin


# %% wrong: no_sign -- both halves of sin are positive
# expects: a turn keeps lengths
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** -(torch.arange(0, D, 2) / D)
    a = (positions[..., None] * speeds)[:, :, None, None]
    return torch.cat((a.cos(), a.cos()), -1), torch.cat((a.sin(), a.sin()), -1)


def rotate(x, cos, sin):
    cos, sin = cos.squeeze(3).to(x.dtype), sin.squeeze(3).to(x.dtype)
    return x * cos + x.roll(x.shape[-1] // 2, -1) * sin


# %% wrong: one_based -- positions count from 1
# expects: at position 0 nothing is turned
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** -(torch.arange(0, D, 2) / D)
    a = ((positions[..., None] + 1) * speeds)[:, :, None, None]
    return torch.cat((a.cos(), a.cos()), -1), torch.cat(
        (-a.sin(), a.sin()), -1
    )


def rotate(x, cos, sin):
    cos, sin = cos.squeeze(3).to(x.dtype), sin.squeeze(3).to(x.dtype)
    return x * cos + x.roll(x.shape[-1] // 2, -1) * sin


# %% wrong: half_exponent -- i / D for 2i / D
# expects: not 0.1
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** -(torch.arange(D // 2) / D)
    a = (positions[..., None] * speeds)[:, :, None, None]
    return torch.cat((a.cos(), a.cos()), -1), torch.cat(
        (-a.sin(), a.sin()), -1
    )


def rotate(x, cos, sin):
    cos, sin = cos.squeeze(3).to(x.dtype), sin.squeeze(3).to(x.dtype)
    return x * cos + x.roll(x.shape[-1] // 2, -1) * sin


# %% wrong: no_theta -- theta is always 10,000
# expects: theta = 500
def rope_angles(positions, D, theta=10_000.0):
    speeds = 10_000.0 ** -(torch.arange(0, D, 2) / D)
    a = (positions[..., None] * speeds)[:, :, None, None]
    return torch.cat((a.cos(), a.cos()), -1), torch.cat(
        (-a.sin(), a.sin()), -1
    )


def rotate(x, cos, sin):
    cos, sin = cos.squeeze(3).to(x.dtype), sin.squeeze(3).to(x.dtype)
    return x * cos + x.roll(x.shape[-1] // 2, -1) * sin


# %% wrong: places_not_positions -- the angle of the place in the row
# expects: they must be equal
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** -(torch.arange(0, D, 2) / D)
    places = torch.arange(positions.shape[1]).expand_as(positions)
    a = (places[..., None] * speeds)[:, :, None, None]
    return torch.cat((a.cos(), a.cos()), -1), torch.cat(
        (-a.sin(), a.sin()), -1
    )


def rotate(x, cos, sin):
    cos, sin = cos.squeeze(3).to(x.dtype), sin.squeeze(3).to(x.dtype)
    return x * cos + x.roll(x.shape[-1] // 2, -1) * sin


# %% wrong: first_text -- the positions of the first text for all
# expects: each has positions of its own
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** -(torch.arange(0, D, 2) / D)
    a = (positions[:1, :, None] * speeds)[:, :, None, None].repeat(
        len(positions), 1, 1, 1, 1
    )
    return torch.cat((a.cos(), a.cos()), -1), torch.cat(
        (-a.sin(), a.sin()), -1
    )


def rotate(x, cos, sin):
    cos, sin = cos.squeeze(3).to(x.dtype), sin.squeeze(3).to(x.dtype)
    return x * cos + x.roll(x.shape[-1] // 2, -1) * sin


# %% wrong: by_head -- the angle of the head, not of the token
# expects: the angle belongs to the token
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** -(torch.arange(0, D, 2) / D)
    a = (positions[..., None] * speeds)[:, :, None, None]
    return torch.cat((a.cos(), a.cos()), -1), torch.cat(
        (-a.sin(), a.sin()), -1
    )


def rotate(x, cos, sin):
    H = x.shape[2]
    cos, sin = (t[:, :, 0, 0].to(x.dtype) for t in (cos, sin))
    cos, sin = (t.repeat(1, H, 1)[:, None, :H] for t in (cos, sin))
    return x * cos + x.roll(x.shape[-1] // 2, -1) * sin


# %% wrong: layout -- the halves' trick is left out, angles have D / 2 channels
# expects: cos for 3 positions and D = 4 has the shape
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** -(torch.arange(0, D, 2) / D)
    a = (positions[..., None] * speeds)[:, :, None, None]
    return a.cos(), a.sin()


def rotate(x, cos, sin):
    cos, sin = cos.squeeze(3).to(x.dtype), sin.squeeze(3).to(x.dtype)
    one, two = x.chunk(2, -1)
    return torch.cat((one * cos - two * sin, two * cos + one * sin), -1)


# %% wrong: from_first -- positions count from the first token of the text
# expects: turn by the positions themselves
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** -(torch.arange(0, D, 2) / D)
    a = (positions - positions[:, :1])[..., None] * speeds
    cos, sin = (
        torch.cat((a.cos(), a.cos()), -1),
        torch.cat((-a.sin(), a.sin()), -1),
    )
    return cos[:, :, None, None], sin[:, :, None, None]


# %% wrong: squeeze_all -- every axis of size 1 is dropped
# expects: for x (2, 1, 3, 6), the result has the shape
def rotate(x, cos, sin):
    cos, sin = cos.squeeze()[..., None, :], sin.squeeze()[..., None, :]
    return (x * cos + x.roll(x.shape[-1] // 2, -1) * sin).to(x.dtype)


# %% wrong: comes_back_wide -- bfloat16 becomes float32
# expects: torch.bfloat16 came in, torch.float32 came out
def rotate(x, cos, sin):
    return x * cos.squeeze(3) + x.roll(x.shape[-1] // 2, -1) * sin.squeeze(3)


# %% right: chunks -- halves by chunk
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** (-2 * torch.arange(D // 2) / D)
    a = torch.einsum("bt,i->bti", positions.float(), speeds)
    cos, sin = a.cos(), a.sin()
    shape = (*positions.shape, 1, 1, D)
    return torch.cat((cos, cos), -1).view(shape), torch.cat(
        (-sin, sin), -1
    ).view(shape)


def rotate(x, cos, sin):
    one, two = x.chunk(2, dim=-1)
    cos, sin = cos[:, :, :, 0].to(x.dtype), sin[:, :, :, 0].to(x.dtype)
    return x * cos + torch.cat((two, one), dim=-1) * sin


# %% right: complex -- each pair as one complex number
def rope_angles(positions, D, theta=10_000.0):
    i = torch.arange(D // 2, dtype=torch.float64)
    a = positions.double()[:, :, None] * torch.exp(
        -2 * i / D * math.log(theta)
    )
    turn = torch.polar(torch.ones_like(a), a)
    cos, sin = turn.real.float(), turn.imag.float()
    return tuple(
        t[:, :, None, None]
        for t in (torch.cat((cos, cos), -1), torch.cat((-sin, sin), -1))
    )


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    turn = torch.complex(cos[..., 0, :half], sin[..., 0, half:])
    wide = x if x.dtype == torch.float64 else x.float()
    y = torch.complex(wide[..., :half], wide[..., half:]) * turn
    return torch.cat((y.real, y.imag), -1).to(x.dtype)


# %% right: loop -- pair by pair
def rope_angles(positions, D, theta=10_000.0):
    cos = torch.empty(*positions.shape, 1, 1, D)
    sin = torch.empty(*positions.shape, 1, 1, D)
    for i in range(D // 2):
        a = (positions * theta ** (-2 * i / D)).float()[..., None, None]
        cos[..., i] = cos[..., i + D // 2] = a.cos()
        sin[..., i], sin[..., i + D // 2] = -a.sin(), a.sin()
    return cos, sin


def rotate(x, cos, sin):
    D = x.shape[-1]
    order = [*range(D // 2, D), *range(D // 2)]
    cos, sin = cos.flatten(3).to(x.dtype), sin.flatten(3).to(x.dtype)
    return x * cos + x[..., order] * sin


# %% right: unsqueezed -- x gets the axis, the halves change places by flip
def rope_angles(positions, D, theta=10_000.0):
    speeds = 1.0 / torch.pow(
        torch.tensor(theta), torch.arange(0, D, 2).float() / D
    )
    a = positions[:, :, None, None, None].float() * speeds
    return a.cos().repeat(1, 1, 1, 1, 2), torch.cat(
        (a.sin().neg(), a.sin()), -1
    )


def rotate(x, cos, sin):
    y = x.unsqueeze(3)
    exchanged = y.unflatten(-1, (2, -1)).flip(-2).flatten(-2)
    return (y * cos + exchanged * sin).squeeze(3).to(x.dtype)


# %% wrong: angles_dtype -- rotate gives the dtype of the angles for half precision
# expects: torch.float32 came out
def rotate(x, cos, sin):
    cos, sin = cos.squeeze(3), sin.squeeze(3)
    return x * cos + x.roll(x.shape[-1] // 2, dims=-1) * sin


# %% wrong: kept_angles -- the angles of a shape are kept and used again
# expects: keep nothing from the call before
ANGLES = {}


def rope_angles(positions, D, theta=10_000.0):
    key = (tuple(positions.shape), D, theta)
    if key not in ANGLES:
        speeds = theta ** -(torch.arange(0, D, 2) / D)
        a = positions[..., None] * speeds
        cos = torch.cat((a.cos(), a.cos()), -1)[:, :, None, None]
        sin = torch.cat((-a.sin(), a.sin()), -1)[:, :, None, None]
        ANGLES[key] = cos, sin
    return ANGLES[key]


# %% wrong: table -- angles are looked up in a table of 1,024 positions
# expects: out of bounds
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** -(torch.arange(0, D, 2) / D)
    table = torch.arange(1024)[:, None] * speeds
    a = table[positions]
    cos = torch.cat((a.cos(), a.cos()), -1)[:, :, None, None]
    sin = torch.cat((-a.sin(), a.sin()), -1)[:, :, None, None]
    return cos, sin


# %% wrong: interleaved_angles -- each angle twice in a row, as neighbours need it
# expects: this repeats each number beside itself
def rope_angles(positions, D, theta=10_000.0):
    speeds = theta ** -(torch.arange(0, D, 2) / D)
    angles = (positions[..., None] * speeds).repeat_interleave(2, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    sin = torch.cat([-sin[..., : D // 2], sin[..., D // 2 :]], dim=-1)
    return cos[:, :, None, None], sin[:, :, None, None]


def rotate(x, cos, sin):
    cos, sin = cos.squeeze(3), sin.squeeze(3)
    y = x * cos + x.roll(x.shape[-1] // 2, dims=-1) * sin
    return y.to(x.dtype)


# %% right: complex_pairs -- complex numbers
def rope_angles(positions, D, theta=10_000.0):
    speeds = torch.tensor([theta ** (-2 * i / D) for i in range(D // 2)])
    turn = torch.polar(torch.ones(1), positions[..., None].float() * speeds)
    cos = torch.cat([turn.real, turn.real], -1)
    sin = torch.cat([-turn.imag, turn.imag], -1)
    return cos.unsqueeze(2).unsqueeze(2), sin.unsqueeze(2).unsqueeze(2)


def rotate(x, cos, sin):
    n = x.shape[-1] // 2
    c, s = cos[..., 0, :n], sin[..., 0, n:]
    a, b = x[..., :n], x[..., n:]
    return torch.cat([a * c - b * s, b * c + a * s], -1).to(x.dtype)


# %% wrong: rolled_flat -- roll without dims goes through all numbers
# expects: exchange the halves of its channels
def rotate(x, cos, sin):
    cos, sin = cos.squeeze(3), sin.squeeze(3)
    return (x * cos + x.roll(x.shape[-1] // 2) * sin).to(x.dtype)


# %% wrong: in_place -- turns x itself
# expects: x was changed
def rotate(x, cos, sin):
    cos, sin = cos.squeeze(3).to(x.dtype), sin.squeeze(3).to(x.dtype)
    exchanged = x.roll(x.shape[-1] // 2, dims=-1) * sin
    x *= cos
    x += exchanged
    return x
