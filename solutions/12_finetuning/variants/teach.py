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
# expects: alpha / r = 2; yours by 1
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
# expects: yours took 0
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
# expects: The gradients add up
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
# expects: That is the loss of whole texts
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
# expects: they were not taught to end
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


# %% wrong: weight_decay -- AdamW with its own weight decay
# expects: set weight_decay=0
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    optimizer = torch.optim.AdamW(freeze(net, ["A", "B"]), lr=rate)
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )
        logits, _ = net(ids)
        loss = answer_loss(logits, targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: one_text_a_step -- each pair of a batch is a step of its own
# expects: yours took 16
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    optimizer = torch.optim.AdamW(
        freeze(net, ["A", "B"]), lr=rate, weight_decay=0
    )
    losses = []
    for batch in batches:
        total = 0.0
        for question, answer in batch:
            ids, targets, mask = stacked(
                [question_and_answer(question, answer, BOS, EOS)]
            )
            loss = answer_loss(net(ids)[0], targets, mask)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batch))
    return losses


# %% wrong: optimizer_each_step -- a new optimizer in each step
# expects: make one optimizer before the loop
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    pass
    losses = []
    for batch in batches:
        optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: loss_after -- the loss is computed again after the step
# expects: that of the untaught model
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(answer_loss(net(ids)[0], targets, mask).item())
    return losses


# %% wrong: text_means -- the loss is the mean of the losses of the pairs
# expects: a mean of the texts' means
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        optimizer.zero_grad()
        total = 0
        for q, a in batch:
            ids, targets, mask = stacked([question_and_answer(q, a, BOS, EOS)])
            total = total + answer_loss(net(ids)[0], targets, mask) / len(
                batch
            )
        total.backward()
        optimizer.step()
        losses.append(total.item())
    return losses


# %% wrong: sgd -- SGD
# expects: by the rate that was asked for
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.SGD(trained, lr=rate)
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: fixed_rate -- the rate is 1e-2 whatever is asked for
# expects: by the rate that was asked for
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=1e-2, weight_decay=0)
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: same_draws -- each block gets a generator of its own
# expects: pass the generator on
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(
            block.attention.qkv, r, 2 * r, torch.Generator().manual_seed(0)
        )
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: bos_twice -- BOS in the place of EOS
# expects: stands in the place of `EOS`
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, BOS) for q, a in batch]
        )
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: zero_between -- the gradients are set to zero between backward and step
# expects: not between it and the step
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )
        loss = answer_loss(net(ids)[0], targets, mask)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: optimizer_first -- the optimizer is made before the LoRA layers are there
# expects: frozen parameters only
def teach(net, batches, r, rate, generator):
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0)
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    freeze(net, ["A", "B"])
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: qkv_named -- freeze by qkv: the base of the layer is trained, too
# expects: 8 parameters; trained are 16
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["qkv"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: changed_places -- rank and alpha have changed places
# expects: yours by 0.5
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, 2 * r, r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: twice_over -- each batch is learned twice
# expects: yours took 8
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        for _ in range(2):
            ids, targets, mask = stacked(
                [question_and_answer(q, a, BOS, EOS) for q, a in batch]
            )
            loss = answer_loss(net(ids)[0], targets, mask)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            pass
        losses.append(loss.item())
    return losses


# %% wrong: norms_too -- norms are trained, too
# expects: trained are 12
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B", "norm"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% wrong: question_answer_swapped -- question and answer are swapped
# expects: have changed places
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(a, q, BOS, EOS) for q, a in batch]
        )
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


# %% right: all_parameters -- the optimizer gets all parameters; frozen ones have no gradient
def teach(net, batches, r, rate, generator):
    for i in range(len(net.blocks)):
        attention = net.blocks[i].attention
        attention.qkv = LoRA(
            attention.qkv, r=r, alpha=2.0 * r, generator=generator
        )
    freeze(net, ["qkv.A", "qkv.B"])
    net.train()
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    history = []
    for batch in batches:
        net.zero_grad()
        rows = []
        for question, answer in batch:
            rows.append(
                question_and_answer(question, answer, bos=BOS, eos=EOS)
            )
        ids, targets, mask = stacked(rows)
        loss = answer_loss(net(ids)[0], targets, mask)
        loss.backward()
        optimizer.step()
        history.append(float(loss.detach()))
    return history


# %% right: closure -- a closure
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    trained = freeze(net, ["A", "B"])
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )

        def closure(ids=ids, targets=targets, mask=mask):
            optimizer.zero_grad()
            loss = answer_loss(net(ids)[0], targets, mask)
            loss.backward()
            return loss

        losses.append(float(optimizer.step(closure)))
    return losses


# %% wrong: clips -- gradients are cut to a small norm
# expects: Alike up to step
def teach(net, batches, r, rate, generator):
    for block in net.blocks:
        block.attention.qkv = LoRA(block.attention.qkv, r, 2 * r, generator)
    optimizer = torch.optim.AdamW(
        freeze(net, ["A", "B"]), lr=rate, weight_decay=0
    )
    losses = []
    for batch in batches:
        ids, targets, mask = stacked(
            [question_and_answer(q, a, BOS, EOS) for q, a in batch]
        )
        loss = answer_loss(net(ids)[0], targets, mask)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(
            [p for p in net.parameters() if p.requires_grad], 1e-2
        )
        optimizer.step()
        losses.append(loss.item())
    return losses
