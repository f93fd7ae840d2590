import torch
from torch.nn import functional as F


# %% wrong: behind -- the prompt behind the text
# expects: the prompt stands behind the text
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((x, prompt.expand(B, -1, -1)), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions


# %% wrong: old_mask -- the mask stays as it was
# expects: m + T columns
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask[:, m:], positions


# %% wrong: restart -- positions restart at 0 behind the prompt
# expects: restart at 0 behind the prompt
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    text = (mask[:, m:].cumsum(dim=1) - 1).clamp(min=0)
    positions = torch.cat((torch.arange(m).expand(B, m), text), dim=1)
    return x, mask, positions


# %% wrong: from_one -- positions begin at 1
# expects: the positions are 0 to 5
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1)).clamp(min=0)
    return x, mask, positions


# %% wrong: count_padding -- padding is counted
# expects: padding must not be counted
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = torch.arange(mask.shape[1]).expand(B, -1)
    return x, mask, positions


# %% wrong: negative -- padding without a token before it has -1
# expects: has the position 0
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = mask.cumsum(dim=1) - 1
    return x, mask, positions


# %% wrong: zero_padding -- all padding has the position 0
# expects: not 0
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    positions = positions * mask
    return x, mask, positions


# %% wrong: hidden_prompt -- the prompt is hidden by the mask
# expects: without padding all is real
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_zeros(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions


# %% wrong: float_mask -- the mask holds floats
# expects: m + T columns holds float32
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((torch.ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions


# %% wrong: in_place -- the text is changed
# expects: an argument was changed
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x *= 1.0001
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions


# %% wrong: detached -- the prompt is copied by its numbers
# expects: gets no gradient
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.detach().expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions


# %% wrong: reversed_prompt -- the prompt in the wrong order
# expects: in their order
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.flip(0).expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions


# %% wrong: behind_padding -- the prompt between padding and text
# expects: the prompt comes first in row 1
def with_prompt(x, prompt, mask):
    B, m, T = len(x), len(prompt), x.shape[1]
    rows, masks = [], []
    for i in range(B):
        n = 0
        while n < T and not mask[i, n]:
            n += 1
        n = 0 if n == T else n
        rows.append(torch.cat((x[i, :n], prompt, x[i, n:])))
        masks.append(torch.cat((mask[i, :n], mask.new_ones(m), mask[i, n:])))
    x, mask = torch.stack(rows), torch.stack(masks)
    return x, mask, (mask.cumsum(dim=1) - 1).clamp(min=0)


# %% wrong: float_positions -- positions are floats
# expects: positions' tensor holds
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0).float()
    return x, mask, positions


# %% wrong: two_results -- the positions are not returned
# expects: return vectors, mask and positions
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask


# %% wrong: float32_buffer -- the vectors are written into torch.zeros, so float64 is lost
# expects: keep the type of x
def with_prompt(x, prompt, mask):
    B, T, C = x.shape
    m = len(prompt)
    out = torch.zeros(B, m + T, C)
    out[:, :m] = prompt
    out[:, m:] = x
    mask = torch.cat((torch.ones(B, m, dtype=torch.bool), mask), 1)
    return out, mask, (mask.long().cumsum(1) - 1).clamp(min=0)


# %% wrong: int32_positions -- positions of int32
# expects: yours are int32
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), 1)
    mask = torch.cat((mask.new_ones(B, m), mask), 1)
    return x, mask, (mask.int().cumsum(1).int() - 1).clamp(min=0)


# %% wrong: zeroed_padding -- vectors of padding are set to 0
# expects: at the places of padding, too
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x * mask[..., None]), 1)
    mask = torch.cat((mask.new_ones(B, m), mask), 1)
    return x, mask, (mask.long().cumsum(1) - 1).clamp(min=0)


# %% wrong: one_side -- the padding is found by the first place only: right padding counts on
# expects: A place of padding has that of the real token
def with_prompt(x, prompt, mask):
    B, T = mask.shape
    m = len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), 1)
    first = (~mask).long().cumprod(1).sum(1, keepdim=True)
    positions = (m + torch.arange(T) - first).clamp(min=max(m - 1, 0))
    positions = torch.cat((torch.arange(m).expand(B, m), positions), 1)
    return x, torch.cat((mask.new_ones(B, m), mask), 1), positions


# %% wrong: interleaved -- repeat_interleave mixes the vectors
# expects: in their order
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    soft = prompt.repeat_interleave(B, 0).view(B, m, -1) if m else x[:, :0]
    mask = torch.cat((mask.new_ones(B, m), mask), 1)
    return (
        torch.cat((soft, x), 1),
        mask,
        (mask.long().cumsum(1) - 1).clamp(min=0),
    )


# %% wrong: next_position -- padding gets the position of the next token
# expects: that the *next* token would have
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), 1)
    mask = torch.cat((mask.new_ones(B, m), mask), 1)
    return x, mask, mask.long().cumsum(1) - mask.long()


# %% wrong: overwrites -- the prompt takes the place of the first tokens
# expects: has the shape (3, 4, 7)
def with_prompt(x, prompt, mask):
    m = len(prompt)
    x = torch.cat((prompt.expand(len(x), -1, -1), x[:, m:]), 1)
    mask = torch.cat((mask.new_ones(len(x), m), mask[:, m:]), 1)
    return x, mask, (mask.long().cumsum(1) - 1).clamp(min=0)


# %% wrong: from_the_end -- positions of left padded texts only: the last place is the last position
# expects: In row 2 the prompt and the real tokens
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), 1)
    new = torch.cat((mask.new_ones(B, m), mask), 1)
    n = new.sum(1, keepdim=True)
    positions = torch.arange(x.shape[1]) - (x.shape[1] - n)
    positions[:, :m] = torch.arange(m)
    return (
        x,
        new,
        positions.clamp(min=max(m - 1, 0))
        if m == 0
        else torch.cat(
            (positions[:, :m], positions[:, m:].clamp(min=m - 1)), 1
        ),
    )


# %% wrong: m_plus -- positions of the text begin at m + 1
# expects: the positions are 0 to 5
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), 1)
    text = m + mask.long().cumsum(1)
    new = torch.cat((mask.new_ones(B, m), mask), 1)
    return x, new, torch.cat((torch.arange(m).expand(B, m), text), 1)


# %% right: repeat -- repeat instead of expand
def with_prompt(x, prompt, mask):
    prompt = prompt.to(x)
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.repeat(B, 1, 1), x), dim=1)
    mask = torch.cat((torch.ones(B, m, dtype=torch.bool), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions


# %% right: stacked -- the prompt stacked for each text
def with_prompt(x, prompt, mask):
    prompt = prompt.to(x)
    B, m = len(x), len(prompt)
    x = torch.cat((torch.stack([prompt] * B), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions


# %% right: sum_before -- counts the real tokens before
def with_prompt(x, prompt, mask):
    prompt = prompt.to(x)
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = torch.cumsum(mask.long(), 1).sub(1).clamp_min(0)
    return x, mask, positions


# %% right: filled -- an empty tensor is filled
def with_prompt(x, prompt, mask):
    prompt = prompt.to(x)
    B, m = len(x), len(prompt)
    new = x.new_zeros(B, m + x.shape[1], x.shape[2])
    new[:, :m], new[:, m:] = prompt, x
    x = new
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions


# %% right: loops -- row by row, place by place
def with_prompt(x, prompt, mask):
    prompt = prompt.to(x)
    rows, masks, places = [], [], []
    for row, real in zip(x, mask):
        rows.append(torch.cat([prompt, row]))
        bits = [True] * prompt.shape[0] + [bool(b) for b in real]
        masks.append(bits)
        last, positions = -1, []
        for bit in bits:
            if bit:
                last += 1
            positions.append(max(last, 0))
        places.append(positions)
    return torch.stack(rows), torch.tensor(masks), torch.tensor(places)


# %% right: pad_and_cummax -- F.pad, repeat, and a running maximum of positions
def with_prompt(x, prompt, mask):
    prompt = prompt.to(x)
    m = prompt.size(0)
    vectors = torch.cat([prompt[None].repeat(x.size(0), 1, 1), x], dim=1)
    real = F.pad(mask, (m, 0), value=True)
    index = torch.cumsum(real, dim=1) - 1
    return vectors, real, torch.where(real, index, 0).cummax(dim=1).values


# %% right: einsum -- einsum with ones
def with_prompt(x, prompt, mask):
    prompt = prompt.to(x)
    soft = torch.einsum(
        "b,mc->bmc", torch.ones(x.shape[0], dtype=x.dtype), prompt
    )
    real = torch.hstack([torch.full(soft.shape[:2], True), mask])
    return (
        torch.hstack([soft, x]),
        real,
        torch.maximum(real.cumsum(-1) - 1, torch.tensor(0)),
    )


# %% wrong: turned_mask -- the columns for the prompt are (m, B)
# expects: for x (3, 4, 7), a prompt (2, 7)
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(m, B), mask), dim=1)
    return x, mask, (mask.cumsum(dim=1) - 1).clamp(min=0)


# %% wrong: promoted -- torch.cat takes the wider of two types
# expects: for x of float16 and a prompt of float32
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    return x, mask, (mask.cumsum(dim=1) - 1).clamp(min=0)
