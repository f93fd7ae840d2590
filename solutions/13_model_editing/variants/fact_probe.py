import torch
from minillm.corpus import BOS, EOS
from minillm.network import evaluating
from torch.nn.utils.rnn import pad_sequence


# %% wrong: no_space -- the object is encoded without the space before it
# expects: The space before the object is missing
def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not prompts:
        raise ValueError("one object for each prompt")
    total, rank = [], []
    starts = [[BOS, *tokenizer.encode(p.rstrip())] for p in prompts]
    answers = [torch.tensor(tokenizer.encode(o).tolist()) for o in objects]
    rows = [torch.cat((torch.tensor(s), a)) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    for row, start, answer in zip(log_p, starts, answers):
        said = row[len(start) - 1 : len(start) + len(answer) - 1]
        own = said.gather(1, answer[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(-1).max())
    return torch.stack(total), torch.stack(rank)


# %% wrong: first_token -- only the first token is scored
# expects: Only the first token of each object is counted
def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not prompts:
        raise ValueError("one object for each prompt")
    total, rank = [], []
    for prompt, name in zip(prompts, objects):
        ids = torch.tensor(
            [[BOS, *tokenizer.encode(prompt.rstrip()).tolist()]]
        )
        token = int(tokenizer.encode(" " + name)[0])
        with evaluating(net), torch.inference_mode():
            z = net(ids)[0][0, -1].log_softmax(-1)
        total.append(z[token])
        rank.append(1 + (z > z[token]).sum())
    return torch.stack(total), torch.stack(rank)


# %% wrong: mean -- the mean over the tokens instead of the sum
# expects: The mean over the tokens was taken
def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not prompts:
        raise ValueError("one object for each prompt")
    total, rank = [], []
    starts = [[BOS, *tokenizer.encode(p.rstrip())] for p in prompts]
    answers = [
        torch.tensor(tokenizer.encode(" " + o).tolist()) for o in objects
    ]
    rows = [torch.cat((torch.tensor(s), a)) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    for row, start, answer in zip(log_p, starts, answers):
        said = row[len(start) - 1 : len(start) + len(answer) - 1]
        own = said.gather(1, answer[:, None])
        total.append(own.mean())
        rank.append(1 + (said > own).sum(-1).max())
    return torch.stack(total), torch.stack(rank)


# %% wrong: added -- probabilities are added along an object
# expects: The probabilities were added along the object
def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not prompts:
        raise ValueError("one object for each prompt")
    total, rank = [], []
    starts = [[BOS, *tokenizer.encode(p.rstrip())] for p in prompts]
    answers = [
        torch.tensor(tokenizer.encode(" " + o).tolist()) for o in objects
    ]
    rows = [torch.cat((torch.tensor(s), a)) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    for row, start, answer in zip(log_p, starts, answers):
        said = row[len(start) - 1 : len(start) + len(answer) - 1]
        own = said.gather(1, answer[:, None])
        total.append(own.exp().sum().log())
        rank.append(1 + (said > own).sum(-1).max())
    return torch.stack(total), torch.stack(rank)


# %% wrong: from_zero -- ranks count from 0
# expects: The likeliest token has rank 1, not 0
def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not prompts:
        raise ValueError("one object for each prompt")
    total, rank = [], []
    starts = [[BOS, *tokenizer.encode(p.rstrip())] for p in prompts]
    answers = [
        torch.tensor(tokenizer.encode(" " + o).tolist()) for o in objects
    ]
    rows = [torch.cat((torch.tensor(s), a)) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    for row, start, answer in zip(log_p, starts, answers):
        said = row[len(start) - 1 : len(start) + len(answer) - 1]
        own = said.gather(1, answer[:, None])
        total.append(own.sum())
        rank.append((said > own).sum(-1).max())
    return torch.stack(total), torch.stack(rank)


# %% wrong: first_rank -- the rank of the first token
# expects: This is the rank of the first token
def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not prompts:
        raise ValueError("one object for each prompt")
    total, rank = [], []
    starts = [[BOS, *tokenizer.encode(p.rstrip())] for p in prompts]
    answers = [
        torch.tensor(tokenizer.encode(" " + o).tolist()) for o in objects
    ]
    rows = [torch.cat((torch.tensor(s), a)) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    for row, start, answer in zip(log_p, starts, answers):
        said = row[len(start) - 1 : len(start) + len(answer) - 1]
        own = said.gather(1, answer[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(-1)[0])
    return torch.stack(total), torch.stack(rank)


# %% wrong: left -- rows are filled up on the left, and the places are not moved
# expects: fact_probe
def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not prompts:
        raise ValueError("one object for each prompt")
    starts = [[BOS, *tokenizer.encode(p.rstrip()).tolist()] for p in prompts]
    answers = [
        torch.tensor(tokenizer.encode(" " + o).tolist()) for o in objects
    ]
    rows = [torch.cat((torch.tensor(s), a)) for s, a in zip(starts, answers)]
    ids = pad_sequence(
        rows, batch_first=True, padding_value=EOS, padding_side="left"
    )
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    total, rank = [], []
    for row, start, answer in zip(log_p, starts, answers):
        said = row[len(start) - 1 : len(start) + len(answer) - 1]
        own = said.gather(1, answer[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(-1).max())
    return torch.stack(total), torch.stack(rank)


# %% wrong: trailing -- spaces at the end of a prompt stay
# expects: take the spaces at the end of the prompt off
def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not prompts:
        raise ValueError("one object for each prompt")
    starts = [[BOS, *tokenizer.encode(p).tolist()] for p in prompts]
    answers = [
        torch.tensor(tokenizer.encode(" " + o).tolist()) for o in objects
    ]
    rows = [torch.cat((torch.tensor(s), a)) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    total, rank = [], []
    for row, start, answer in zip(log_p, starts, answers):
        said = row[len(start) - 1 : len(start) + len(answer) - 1]
        own = said.gather(1, answer[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(-1).max())
    return torch.stack(total), torch.stack(rank)


# %% wrong: unchecked -- lists of unequal length are cut
# expects: 8 prompts and 3 objects must raise a ValueError
def fact_probe(net, tokenizer, prompts, objects):
    starts = [[BOS, *tokenizer.encode(p.rstrip()).tolist()] for p in prompts]
    answers = [
        torch.tensor(tokenizer.encode(" " + o).tolist()) for o in objects
    ]
    rows = [torch.cat((torch.tensor(s), a)) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    total, rank = [], []
    for row, start, answer in zip(log_p, starts, answers):
        said = row[len(start) - 1 : len(start) + len(answer) - 1]
        own = said.gather(1, answer[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(-1).max())
    return torch.stack(total), torch.stack(rank)


# %% wrong: one_by_one -- each row goes through the network on its own
# expects: the network ran 12 times for 12 pairs
def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not prompts:
        raise ValueError("one object for each prompt")
    total, rank = [], []
    for prompt, name in zip(prompts, objects):
        start = [BOS, *tokenizer.encode(prompt.rstrip()).tolist()]
        answer = torch.tensor(tokenizer.encode(" " + name).tolist())
        with evaluating(net), torch.no_grad():
            z = net(torch.cat((torch.tensor(start), answer))[None])[0][
                0
            ].log_softmax(-1)
        said = z[len(start) - 1 : -1]
        own = said.gather(1, answer[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(-1).max())
    return torch.stack(total), torch.stack(rank)


# %% right: python -- loops over tokens, tensors at the end
def fact_probe(net, tokenizer, prompts, objects):
    if not len(prompts) == len(objects) > 0:
        raise ValueError("lists")
    rows = []
    for p, o in zip(prompts, objects):
        a = [BOS, *map(int, tokenizer.encode(p.rstrip(" ")))]
        b = list(map(int, tokenizer.encode(" " + o)))
        rows.append((a, b))
    longest = max(len(a) + len(b) for a, b in rows)
    ids = torch.tensor(
        [a + b + [EOS] * (longest - len(a) - len(b)) for a, b in rows]
    )
    with evaluating(net), torch.inference_mode():
        z = net(ids)[0]
    logs, ranks = [], []
    for i, (a, b) in enumerate(rows):
        log, worst = 0.0, 1
        for n, token in enumerate(b):
            row = z[i, len(a) - 1 + n]
            log += float(row[token] - row.logsumexp(0))
            worst = max(worst, 1 + int((row > row[token]).sum()))
        logs.append(log)
        ranks.append(worst)
    return torch.tensor(logs), torch.tensor(ranks)


# %% right: masked -- one gather for all rows
def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or len(prompts) == 0:
        raise ValueError("lists")
    starts = [[BOS, *tokenizer.encode(p.rstrip()).tolist()] for p in prompts]
    answers = [tokenizer.encode(" " + o).tolist() for o in objects]
    ids = pad_sequence(
        [torch.tensor(s + a) for s, a in zip(starts, answers)],
        batch_first=True,
        padding_value=EOS,
    )
    with evaluating(net), torch.inference_mode():
        log_p = net(ids[:, :-1])[0].log_softmax(-1)
    own = log_p.gather(2, ids[:, 1:, None])
    above = (log_p > own).sum(-1)
    at = torch.arange(ids.shape[1] - 1)
    first = torch.tensor([len(s) - 1 for s in starts])[:, None]
    size = torch.tensor([len(a) for a in answers])[:, None]
    asked = (at >= first) & (at < first + size)
    return (own[..., 0] * asked).sum(1), (above * asked).amax(1) + 1


# %% wrong: ties_count -- equally likely tokens push the object back
# expects: all ranks are 1


def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not len(prompts):
        raise ValueError("lists of unequal or no length")
    starts = [[BOS, *tokenizer.encode(p.rstrip()).tolist()] for p in prompts]
    answers = [tokenizer.encode(" " + o).tolist() for o in objects]
    rows = [torch.tensor(s + a) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    total, rank = [], []
    for row, s, a in zip(log_p, starts, answers):
        said = row[len(s) - 1 : len(s) - 1 + len(a)]
        own = said.gather(1, torch.tensor(a)[:, None])
        total.append(own.sum())
        rank.append((said >= own).sum(1).max())
    return torch.stack(total), torch.stack(rank)


# %% wrong: stays_in_eval -- net.eval() is called and the mode is not put back
# expects: use evaluating(net)


def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not len(prompts):
        raise ValueError("lists of unequal or no length")
    net.eval()
    starts = [[BOS, *tokenizer.encode(p.rstrip()).tolist()] for p in prompts]
    answers = [tokenizer.encode(" " + o).tolist() for o in objects]
    rows = [torch.tensor(s + a) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    total, rank = [], []
    for row, s, a in zip(log_p, starts, answers):
        said = row[len(s) - 1 : len(s) - 1 + len(a)]
        own = said.gather(1, torch.tensor(a)[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(1).max())
    return torch.stack(total), torch.stack(rank)


# %% wrong: cut_to_shortest -- zip drops what is too much instead of refusing it
# expects: 8 prompts and 3 objects


def fact_probe(net, tokenizer, prompts, objects):
    if not prompts or not objects:
        raise ValueError("an empty list")
    starts = [[BOS, *tokenizer.encode(p.rstrip()).tolist()] for p in prompts]
    answers = [tokenizer.encode(" " + o).tolist() for o in objects]
    rows = [torch.tensor(s + a) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    total, rank = [], []
    for row, s, a in zip(log_p, starts, answers):
        said = row[len(s) - 1 : len(s) - 1 + len(a)]
        own = said.gather(1, torch.tensor(a)[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(1).max())
    return torch.stack(total), torch.stack(rank)


# %% right: encoded_together -- prompt and object as one text, one-dimensional loops


def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) == 0 or len(prompts) != len(objects):
        raise ValueError(f"{len(prompts)} prompts, {len(objects)} objects")
    rows, lengths = [], []
    for p, o in zip(prompts, objects):
        while p.endswith(" "):
            p = p[:-1]
        rows.append(
            [BOS]
            + [int(i) for i in tokenizer.encode(p)]
            + [int(i) for i in tokenizer.encode(" " + o)]
        )
        lengths.append(len(tokenizer.encode(" " + o)))
    T = max(map(len, rows))
    ids = torch.full((len(rows), T), EOS)
    for b, r in enumerate(rows):
        ids[b, : len(r)] = torch.tensor(r)
    with evaluating(net), torch.inference_mode():
        logits, _ = net(ids)
        log_p = F.log_softmax(logits.double(), dim=-1)
        scores = torch.zeros(len(rows))
        ranks = torch.zeros(len(rows), dtype=torch.long)
        for b, (r, m) in enumerate(zip(rows, lengths)):
            for t in range(len(r) - m, len(r)):
                p = log_p[b, t - 1]
                scores[b] += p[r[t]]
                ranks[b] = max(int(ranks[b]), int((p > p[r[t]]).sum()) + 1)
    return scores, ranks


# %% right: with_a_mask -- gather over the whole batch, and a mask for the places of the objects


def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or len(objects) < 1:
        raise ValueError("one object for each prompt, at least one")
    texts, masks_ = [], []
    for p, o in zip(prompts, objects):
        s = [BOS, *tokenizer.encode(p.rstrip(" "))]
        a = [*tokenizer.encode(" " + o)]
        texts.append(torch.as_tensor([int(x) for x in s + a]))
        masks_.append(torch.tensor([False] * len(s) + [True] * len(a)))
    ids = pad_sequence(texts, batch_first=True, padding_value=EOS)
    mask = pad_sequence(masks_, batch_first=True)[:, 1:]
    with evaluating(net), torch.inference_mode():
        z = net(ids)[0][:, :-1]
        own = z.gather(-1, ids[:, 1:, None])
        log_p = own[..., 0] - z.logsumexp(-1)
        rank = 1 + (z > own).sum(-1)
        return torch.where(mask, log_p, 0).sum(1), torch.where(
            mask, rank, 0
        ).amax(1)


# %% wrong: wrong_axis -- log_softmax over the tokens of the text
# expects: log_softmax runs over the tokens


def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or len(prompts) == 0:
        raise ValueError(f"{len(prompts)} prompts and {len(objects)} objects")
    starts = [
        [BOS, *tokenizer.encode(p.rstrip(" ")).tolist()] for p in prompts
    ]
    answers = [tokenizer.encode(" " + o).tolist() for o in objects]
    rows = [torch.tensor(s + a) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(1)
    total, rank = [], []
    for row, s, a in zip(log_p, starts, answers):
        said = row[len(s) - 1 : len(s) - 1 + len(a)]
        own = said.gather(1, torch.tensor(a)[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(1).max())
    return torch.stack(total), torch.stack(rank)


# %% wrong: prompts_changed -- strips the prompts in the caller's list
# expects: the lists of prompts and objects were changed


def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or len(prompts) == 0:
        raise ValueError(f"{len(prompts)} prompts and {len(objects)} objects")
    for i in range(len(prompts)):
        prompts[i] = prompts[i].rstrip()
    starts = [
        [BOS, *tokenizer.encode(p.rstrip(" ")).tolist()] for p in prompts
    ]
    answers = [tokenizer.encode(" " + o).tolist() for o in objects]
    rows = [torch.tensor(s + a) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    total, rank = [], []
    for row, s, a in zip(log_p, starts, answers):
        said = row[len(s) - 1 : len(s) - 1 + len(a)]
        own = said.gather(1, torch.tensor(a)[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(1).max())
    return torch.stack(total), torch.stack(rank)


# %% wrong: mean_rank -- the mean of the ranks
# expects: not whole numbers


def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or len(prompts) == 0:
        raise ValueError(f"{len(prompts)} prompts and {len(objects)} objects")
    starts = [
        [BOS, *tokenizer.encode(p.rstrip(" ")).tolist()] for p in prompts
    ]
    answers = [tokenizer.encode(" " + o).tolist() for o in objects]
    rows = [torch.tensor(s + a) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    total, rank = [], []
    for row, s, a in zip(log_p, starts, answers):
        said = row[len(s) - 1 : len(s) - 1 + len(a)]
        own = said.gather(1, torch.tensor(a)[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(1).double().mean())
    return torch.stack(total), torch.stack(rank)


# %% wrong: no_bos -- the text has no BOS
# expects: The text has no BOS


def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or len(prompts) == 0:
        raise ValueError(f"{len(prompts)} prompts and {len(objects)} objects")
    starts = [[*tokenizer.encode(p.rstrip(" ")).tolist()] for p in prompts]
    answers = [tokenizer.encode(" " + o).tolist() for o in objects]
    rows = [torch.tensor(s + a) for s, a in zip(starts, answers)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
    total, rank = [], []
    for row, s, a in zip(log_p, starts, answers):
        said = row[len(s) - 1 : len(s) - 1 + len(a)]
        own = said.gather(1, torch.tensor(a)[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(1).max())
    return torch.stack(total), torch.stack(rank)


# %% wrong: one_space -- one space is taken off the end of a prompt
# expects: take all of them
def fact_probe(net, tokenizer, prompts, objects):
    if not len(prompts) == len(objects) > 0:
        raise ValueError("lists")
    rows = []
    for p, o in zip(prompts, objects):
        a = [BOS, *map(int, tokenizer.encode(p.removesuffix(" ")))]
        b = list(map(int, tokenizer.encode(" " + o)))
        rows.append((a, b))
    longest = max(len(a) + len(b) for a, b in rows)
    ids = torch.tensor(
        [a + b + [EOS] * (longest - len(a) - len(b)) for a, b in rows]
    )
    with evaluating(net), torch.inference_mode():
        z = net(ids)[0]
    logs, ranks = [], []
    for i, (a, b) in enumerate(rows):
        log, worst = 0.0, 1
        for n, token in enumerate(b):
            row = z[i, len(a) - 1 + n]
            log += float(row[token] - row.logsumexp(0))
            worst = max(worst, 1 + int((row > row[token]).sum()))
        logs.append(log)
        ranks.append(worst)
    return torch.tensor(logs), torch.tensor(ranks)


# %% wrong: strips_both -- spaces in front of a prompt are taken off, too
# expects: only those at the end
def fact_probe(net, tokenizer, prompts, objects):
    if not len(prompts) == len(objects) > 0:
        raise ValueError("lists")
    rows = []
    for p, o in zip(prompts, objects):
        a = [BOS, *map(int, tokenizer.encode(p.strip()))]
        b = list(map(int, tokenizer.encode(" " + o)))
        rows.append((a, b))
    longest = max(len(a) + len(b) for a, b in rows)
    ids = torch.tensor(
        [a + b + [EOS] * (longest - len(a) - len(b)) for a, b in rows]
    )
    with evaluating(net), torch.inference_mode():
        z = net(ids)[0]
    logs, ranks = [], []
    for i, (a, b) in enumerate(rows):
        log, worst = 0.0, 1
        for n, token in enumerate(b):
            row = z[i, len(a) - 1 + n]
            log += float(row[token] - row.logsumexp(0))
            worst = max(worst, 1 + int((row > row[token]).sum()))
        logs.append(log)
        ranks.append(worst)
    return torch.tensor(logs), torch.tensor(ranks)


# %% wrong: stays_training -- the network runs in the mode that it has
# expects: the network ran in training mode
def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not len(prompts):
        raise ValueError("lists of unequal length, or empty")
    starts = [
        [BOS, *tokenizer.encode(p.rstrip(" ")).tolist()] for p in prompts
    ]
    ends = [tokenizer.encode(" " + o).tolist() for o in objects]
    rows = [torch.tensor(s + e) for s, e in zip(starts, ends)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
        total, rank = [], []
        for i, (s, e) in enumerate(zip(starts, ends)):
            said = log_p[i, len(s) - 1 : len(s) - 1 + len(e)]
            own = said.gather(1, torch.tensor(e)[:, None])
            total.append(own.sum())
            rank.append(1 + (said > own).sum(1).max())
        return torch.stack(total), torch.stack(rank)


# %% wrong: adds_likelier -- the likelier tokens are added up
# expects: were added up over the object
def fact_probe(net, tokenizer, prompts, objects):
    if len(prompts) != len(objects) or not len(prompts):
        raise ValueError("lists of unequal length, or empty")
    starts = [
        [BOS, *tokenizer.encode(p.rstrip(" ")).tolist()] for p in prompts
    ]
    ends = [tokenizer.encode(" " + o).tolist() for o in objects]
    rows = [torch.tensor(s + e) for s, e in zip(starts, ends)]
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)
        total, rank = [], []
        for i, (s, e) in enumerate(zip(starts, ends)):
            said = log_p[i, len(s) - 1 : len(s) - 1 + len(e)]
            own = said.gather(1, torch.tensor(e)[:, None])
            total.append(own.sum())
            rank.append(1 + (said > own).sum())
        return torch.stack(total), torch.stack(rank)
