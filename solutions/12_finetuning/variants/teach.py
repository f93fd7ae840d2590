import torch


# %% wrong: not_frozen -- nothing is frozen
# expects: 8 parameters; trained are
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = list(net.parameters())
    for p in trained:
        p.requires_grad_(True)
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: wrong_place -- the output layer is adapted
# expects: of `qkv` in all 4 blocks
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.out = LoRA(block.attention.out, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: first_block -- only the first block
# expects: of `qkv` in all 4 blocks
def teach(net, batches, r, rate, generator):
    for block in net.blocks[:1]:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: backwards -- the blocks from the last to the first
# expects: is not what the generator gives
def teach(net, batches, r, rate, generator):
    for block in reversed(net.blocks):
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: alpha_r -- alpha is r
# expects: expected the losses
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: no_step -- the optimizer never steps
# expects: it learns next to nothing
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
    return losses


# %% wrong: gradients_add -- gradients are not set to zero
# expects: the loss should be below
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: questions_too -- the loss counts at questions, too
# expects: expected the losses
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, torch.ones_like(mask))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: tensors -- returns tensors
# expects: a list of floats
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return losses


# %% wrong: last_loss -- returns the last loss
# expects: a list of floats
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses[-1] if losses else losses


# %% wrong: no_end -- the model never learns to end an answer
# expects: should be right
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask & (targets != EOS))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: only_a -- B is frozen
# expects: 8 parameters; trained are
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% right: setattr -- parts by name
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        old = block.attention.qkv
        block.attention.qkv = LoRA(old, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% right: zero_later -- gradients are set to zero behind the step
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


# %% right: frozen_by_hand -- freezing by hand
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = []
    for name, p in net.named_parameters():
        p.requires_grad_(name.endswith((".A", ".B")))
        if p.requires_grad:
            trained.append(p)
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        rows = [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
