# %% wrong: half -- 10 % of the rest in place of half of it
# expects: stay as they are; 10 % should
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = (
        (torch.rand(rows.shape, generator=generator) < share)
        & (rows != BOS)
        & (rows != EOS)
    )
    masked = asked & (torch.rand(rows.shape, generator=generator) < 0.8)
    random = (
        asked & ~masked & (torch.rand(rows.shape, generator=generator) < 0.1)
    )
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = torch.where(random, noise, rows.masked_fill(masked, mask_id))
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: late_targets -- targets after the corruption
# expects: a target is the mask's id
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    draws = torch.rand(2, *rows.shape, generator=generator)
    asked = (draws[0] < share) & (rows != BOS) & (rows != EOS)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = rows.masked_fill(asked & (draws[1] < 0.8), mask_id)
    ids = torch.where(asked & (draws[1] >= 0.9), noise, ids)
    return Task(ids, ids.masked_fill(~asked, IGNORE), {})


# %% wrong: one_draw -- one number decides both
# expects: are masked; 80 % should be
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    draw = torch.rand(rows.shape, generator=generator)
    asked = (draw < share) & (rows != BOS) & (rows != EOS)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = rows.masked_fill(asked & (draw < 0.8), mask_id)
    ids = torch.where(asked & (draw >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: global_rand -- the global random numbers
# expects: draw everything from `generator`
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    draws = torch.rand(2, *rows.shape)
    asked = (draws[0] < share) & (rows != BOS) & (rows != EOS)
    noise = torch.randint(vocab_size, rows.shape)
    ids = rows.masked_fill(asked & (draws[1] < 0.8), mask_id)
    ids = torch.where(asked & (draws[1] >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: specials -- asks for BOS and EOS
# expects: BOS was asked for
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    draws = torch.rand(2, *rows.shape, generator=generator)
    asked = draws[0] < share
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = rows.masked_fill(asked & (draws[1] < 0.8), mask_id)
    ids = torch.where(asked & (draws[1] >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: ends_by_place -- leaves out the first and last column, not the ids
# expects: in the middle of a row
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    draws = torch.rand(2, *rows.shape, generator=generator)
    asked = draws[0] < share
    asked[:, 0] = asked[:, -1] = False
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = rows.masked_fill(asked & (draws[1] < 0.8), mask_id)
    ids = torch.where(asked & (draws[1] >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: only_masks -- every token that is asked for is masked
# expects: are masked; 80 % should be
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = (torch.rand(rows.shape, generator=generator) < share) & (
        rows > EOS
    )
    return Task(
        rows.masked_fill(asked, mask_id), rows.masked_fill(~asked, IGNORE), {}
    )


# %% wrong: targets_by_mask -- finds the questions by the masks
# expects: a token that is not asked for was changed
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    draws = torch.rand(2, *rows.shape, generator=generator)
    asked = (draws[0] < share) & (rows != BOS) & (rows != EOS)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = rows.masked_fill(asked & (draws[1] < 0.8), mask_id)
    ids = torch.where(asked & (draws[1] >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(ids != mask_id, IGNORE), {})


# %% wrong: one_noise -- one random id for all
# expects: each place has its own draw
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    draws = torch.rand(2, *rows.shape, generator=generator)
    asked = (draws[0] < share) & (rows != BOS) & (rows != EOS)
    noise = torch.randint(vocab_size, (1,), generator=generator)
    ids = rows.masked_fill(asked & (draws[1] < 0.8), mask_id)
    ids = torch.where(asked & (draws[1] >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: fixed_seed -- its own generator
# expects: ask the same questions
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    generator = torch.Generator().manual_seed(0)
    draws = torch.rand(2, *rows.shape, generator=generator)
    asked = (draws[0] < share) & (rows != BOS) & (rows != EOS)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = rows.masked_fill(asked & (draws[1] < 0.8), mask_id)
    ids = torch.where(asked & (draws[1] >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: in_place -- changes rows
# expects: `rows` was changed
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    targets = rows.clone()
    draws = torch.rand(2, *rows.shape, generator=generator)
    asked = (draws[0] < share) & (rows != BOS) & (rows != EOS)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    rows[asked & (draws[1] < 0.8)] = mask_id
    change = asked & (draws[1] >= 0.9)
    rows[change] = noise[change]
    return Task(rows, targets.masked_fill(~asked, IGNORE), {})


# %% wrong: same_columns -- the same places in each row
# expects: asked at the same places
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    draws = (
        torch.rand(2, rows.shape[1], generator=generator)
        .unsqueeze(1)
        .expand(2, *rows.shape)
    )
    asked = (draws[0] < share) & (rows != BOS) & (rows != EOS)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    kind = torch.rand(rows.shape, generator=generator)
    ids = rows.masked_fill(asked & (kind < 0.8), mask_id)
    ids = torch.where(asked & (kind >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: last_id_never -- random ids end at vocab_size - 2
# expects: they go from 0 to 59
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = torch.rand(rows.shape, generator=generator) < share
    asked &= (rows != BOS) & (rows != EOS)
    what = torch.rand(rows.shape, generator=generator)
    noise = torch.randint(0, vocab_size - 1, rows.shape, generator=generator)
    ids = torch.where(asked & (what < 0.8), mask_id, rows)
    ids = torch.where(asked & (what >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: exact_number -- each row is asked for exactly share of its tokens
# expects: nearly all the same number
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    n = round(share * rows.shape[1])
    asked = (
        torch.rand(rows.shape, generator=generator).argsort(1).argsort(1) < n
    )
    asked &= (rows != BOS) & (rows != EOS)
    what = torch.rand(rows.shape, generator=generator)
    noise = torch.randint(0, vocab_size, rows.shape, generator=generator)
    ids = torch.where(asked & (what < 0.8), mask_id, rows)
    ids = torch.where(asked & (what >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: nothing_else -- the mask's id and those below it are never asked for
# expects: only BOS and EOS are left out
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = torch.rand(rows.shape, generator=generator) < share
    asked &= rows > 2
    what = torch.rand(rows.shape, generator=generator)
    noise = torch.randint(0, vocab_size, rows.shape, generator=generator)
    ids = torch.where(asked & (what < 0.8), mask_id, rows)
    ids = torch.where(asked & (what >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: what_per_row -- one draw for each row says what happens
# expects: in some rows nearly all asked tokens are masked
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = torch.rand(rows.shape, generator=generator) < share
    asked &= (rows != BOS) & (rows != EOS)
    what = torch.rand(rows.shape[0], 1, generator=generator).expand(rows.shape)
    noise = torch.randint(0, vocab_size, rows.shape, generator=generator)
    ids = torch.where(asked & (what < 0.8), mask_id, rows)
    ids = torch.where(asked & (what >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: noise_of_rows -- noise is a token of another place
# expects: draw from all ids, not from the rows
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = torch.rand(rows.shape, generator=generator) < share
    asked &= (rows != BOS) & (rows != EOS)
    what = torch.rand(rows.shape, generator=generator)
    noise = rows.flatten()[
        torch.randperm(rows.numel(), generator=generator)
    ].view_as(rows)
    ids = torch.where(asked & (what < 0.8), mask_id, rows)
    ids = torch.where(asked & (what >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: noise_per_column -- one random id for each place of all texts
# expects: each place has its own draw
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = torch.rand(rows.shape, generator=generator) < share
    asked &= (rows != BOS) & (rows != EOS)
    what = torch.rand(rows.shape, generator=generator)
    noise = torch.randint(
        0, vocab_size, rows.shape[1:], generator=generator
    ).expand(rows.shape)
    ids = torch.where(asked & (what < 0.8), mask_id, rows)
    ids = torch.where(asked & (what >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: share_fixed -- share is always 0.15
# expects: with share 0.4
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = torch.rand(rows.shape, generator=generator) < 0.15
    asked &= (rows != BOS) & (rows != EOS)
    what = torch.rand(rows.shape, generator=generator)
    noise = torch.randint(0, vocab_size, rows.shape, generator=generator)
    ids = torch.where(asked & (what < 0.8), mask_id, rows)
    ids = torch.where(asked & (what >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% right: choice -- draws one of three fates
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = torch.bernoulli(
        torch.full(rows.shape, share), generator=generator
    ).bool()
    asked &= (rows != BOS) & (rows != EOS)
    fate = torch.multinomial(
        torch.tensor([0.8, 0.1, 0.1]), rows.numel(), True, generator=generator
    )
    fate = fate.view(rows.shape)
    noise = torch.randint(0, vocab_size, rows.shape, generator=generator)
    ids = rows.clone()
    ids[asked & (fate == 0)] = mask_id
    ids[asked & (fate == 1)] = noise[asked & (fate == 1)]
    targets = torch.full_like(rows, IGNORE)
    targets[asked] = rows[asked]
    return Task(ids, targets, {})


# %% right: half_of_the_rest -- 80 %, then half of what is left
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = (
        (torch.rand(rows.shape, generator=generator) < share)
        & (rows != BOS)
        & (rows != EOS)
    )
    masked = asked & (torch.rand(rows.shape, generator=generator) < 0.8)
    random = (
        asked & ~masked & (torch.rand(rows.shape, generator=generator) < 0.5)
    )
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = torch.where(random, noise, rows.masked_fill(masked, mask_id))
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% right: only_asked -- draws only for those that are asked for
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = (torch.rand(rows.shape, generator=generator) < share) & (rows > 1)
    places = asked.nonzero(as_tuple=True)
    n = len(places[0])
    draw = torch.rand(n, generator=generator)
    new = rows[places].clone()
    new[draw < 0.8] = mask_id
    swap = draw > 0.9
    new[swap] = torch.randint(
        vocab_size, (int(swap.sum()),), generator=generator
    )
    ids, targets = rows.clone(), torch.full_like(rows, IGNORE)
    ids[places], targets[places] = new, rows[places]
    return Task(ids, targets, {})


# %% right: scaled_draw -- one draw says both
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    draw = torch.empty(rows.shape, dtype=torch.float64).uniform_(
        generator=generator
    )
    special = (rows == BOS) | (rows == EOS)
    draw[special] = 2
    asked = draw < share
    ids = rows.clone()
    ids[draw < 0.8 * share] = mask_id
    noisy = asked & (draw >= 0.9 * share)
    ids[noisy] = torch.randint(
        vocab_size, (int(noisy.sum()),), generator=generator
    )
    targets = torch.full_like(rows, IGNORE)
    targets[asked] = rows[asked]
    return Task(ids, targets, {})


# %% right: dice -- a die with ten faces, bernoulli
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    p = torch.full(rows.shape, share).masked_fill(
        torch.isin(rows, torch.tensor([BOS, EOS])), 0.0
    )
    asked = torch.bernoulli(p, generator=generator).bool()
    die = torch.randint(10, rows.shape, generator=generator)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = rows * ~asked + asked * (
        mask_id * (die < 8) + noise * (die == 8) + rows * (die == 9)
    )
    return Task(ids, torch.where(asked, rows, torch.tensor(IGNORE)), {})


# %% right: token_by_token -- a loop over all tokens
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    draws = torch.rand(*rows.shape, 3, generator=generator).tolist()
    ids, targets = [], []
    for row, three in zip(rows.tolist(), draws):
        new, want = [], []
        for token, (a, b, c) in zip(row, three):
            if token in (BOS, EOS) or a >= share:
                new.append(token)
                want.append(IGNORE)
                continue
            want.append(token)
            new.append(
                mask_id
                if b < 0.8
                else int(c * vocab_size)
                if b < 0.9
                else token
            )
        ids.append(new)
        targets.append(want)
    return Task(torch.tensor(ids), torch.tensor(targets), {})


# %% wrong: asked_given -- given says which tokens are asked for
# expects: so `given` is {}
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = torch.rand(rows.shape, generator=generator) < share
    asked &= (rows != BOS) & (rows != EOS)
    kind = torch.rand(rows.shape, generator=generator)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = rows.masked_fill(asked & (kind < 0.8), mask_id)
    ids = torch.where(asked & (kind >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {"asked": asked})


# %% wrong: above_the_mask -- ids up to the mask's are taken for special ones
# expects: is never asked for
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = (torch.rand(rows.shape, generator=generator) < share) & (
        rows > mask_id
    )
    kind = torch.rand(rows.shape, generator=generator)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = rows.masked_fill(asked & (kind < 0.8), mask_id)
    ids = torch.where(asked & (kind >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: fifteen -- share is not used
# expects: with share 0.5
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = (
        (torch.rand(rows.shape, generator=generator) < 0.15)
        & (rows != BOS)
        & (rows != EOS)
    )
    kind = torch.rand(rows.shape, generator=generator)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = rows.masked_fill(asked & (kind < 0.8), mask_id)
    ids = torch.where(asked & (kind >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: from_the_text -- random tokens are drawn from the text, not from all ids
# expects: draw from all ids, not from the rows
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = torch.rand(rows.shape, generator=generator) < share
    asked &= (rows != BOS) & (rows != EOS)
    what = torch.rand(rows.shape, generator=generator)
    order = torch.randperm(rows.numel(), generator=generator)
    noise = rows.flatten()[order].view(rows.shape)
    ids = torch.where(asked & (what < 0.8), mask_id, rows)
    ids = torch.where(asked & (what >= 0.9), noise, ids)
    return Task(ids, torch.where(asked, rows, IGNORE), {})


# %% wrong: never_the_mask -- places that hold the mask's id are not asked for
# expects: the mask's id itself stands in
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = torch.rand(rows.shape, generator=generator) < share
    for special in (BOS, EOS, mask_id):
        asked &= rows != special
    kind = torch.rand(rows.shape, generator=generator)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = torch.where(asked & (kind < 0.8), mask_id, rows)
    ids = torch.where(asked & (kind >= 0.9), noise, ids)
    return Task(ids, torch.where(asked, rows, IGNORE), {})


# %% wrong: another_id -- a random id is never the one that stood there
# expects: the vocabulary has 4 ids
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    asked = torch.rand(rows.shape, generator=generator) < share
    asked &= (rows != BOS) & (rows != EOS)
    kind = torch.rand(rows.shape, generator=generator)
    step = torch.randint(1, vocab_size, rows.shape, generator=generator)
    ids = torch.where(asked & (kind < 0.8), mask_id, rows)
    noise = (rows + step) % vocab_size
    ids = torch.where(asked & (kind >= 0.9), noise, ids)
    return Task(ids, torch.where(asked, rows, IGNORE), {})


# %% wrong: at_least_one -- each row has a question, whatever the draws say
# expects: with share 0 nothing is asked for
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    draws = torch.rand(2, *rows.shape, generator=generator)
    draws[0][(rows == BOS) | (rows == EOS)] = 2
    asked = draws[0] < share
    asked |= draws[0] == draws[0].min(dim=1, keepdim=True).values
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = rows.masked_fill(asked & (draws[1] < 0.8), mask_id)
    ids = torch.where(asked & (draws[1] >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})


# %% wrong: in_pairs -- one draw for two neighbours
# expects: two neighbours are both asked for
def denoising(rows, mask_id, vocab_size, generator, share=0.15):
    draws = torch.rand(2, *rows.shape, generator=generator)
    draws[0, :, 1::2] = draws[0, :, : rows.shape[1] // 2 * 2 : 2]
    asked = (draws[0] < share) & (rows != BOS) & (rows != EOS)
    noise = torch.randint(vocab_size, rows.shape, generator=generator)
    ids = rows.masked_fill(asked & (draws[1] < 0.8), mask_id)
    ids = torch.where(asked & (draws[1] >= 0.9), noise, ids)
    return Task(ids, rows.masked_fill(~asked, IGNORE), {})
