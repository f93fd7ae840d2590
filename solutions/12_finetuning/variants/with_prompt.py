import torch


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
# expects: the positions are 0 to 4
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
# expects: the positions should be
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
# expects: the mask holds
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


# %% right: repeat -- repeat instead of expand
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.repeat(B, 1, 1), x), dim=1)
    mask = torch.cat((torch.ones(B, m, dtype=torch.bool), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions


# %% right: stacked -- the prompt stacked for each text
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((torch.stack([prompt] * B), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions


# %% right: sum_before -- counts the real tokens before
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = torch.cumsum(mask.long(), 1).sub(1).clamp_min(0)
    return x, mask, positions


# %% right: filled -- an empty tensor is filled
def with_prompt(x, prompt, mask):
    B, m = len(x), len(prompt)
    new = x.new_zeros(B, m + x.shape[1], x.shape[2])
    new[:, :m], new[:, m:] = prompt, x
    x = new
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions
