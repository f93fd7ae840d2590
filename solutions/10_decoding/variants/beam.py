import torch


# %% wrong: ends_go_on -- a finished text is continued
# expects: was continued
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        if len(finished) >= width:
            break
        texts, scores = longer[:width], beams.scores[:width]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: end_in_text -- the end sign stands in the ids
# expects: does not belong to the text's ids
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        longer[i].tolist(),
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: first_end -- stops with the first finished text
# expects: A text that is finished first need not be the best
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if finished or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: forgotten -- only the last step's texts are returned
# expects: the empty text, finished in step 1
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, total = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        0,
    )
    for n in range(1, longest + 1):
        finished = []
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        total += len(finished)
        going = (~ended).nonzero()[:width, 0]
        if total >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: parents -- texts are not reordered to their parents
# expects: behind the text of its own row
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        parents = torch.arange(len(beams.ids)) % len(texts)
        longer = torch.cat((texts[parents], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: narrow -- only `width` continuations are looked at
# expects: because you look at 2 * width continuations
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: no_penalty -- alpha is not used
# expects: with alpha 1
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (float(beams.scores[i]), ids[:-1] if ended[i] else ids)
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: any_end -- ends among all 2 * width count
# expects: only the first `width` of the 2 * width may finish
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(len(ended)):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: never_stops -- goes on to the longest text whatever is finished
# expects: two texts are finished in step 2
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: eos_zero -- 0 ends the text, whatever eos says
# expects: with eos = 2
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == 0
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: unsorted -- finished texts in the order in which they ended
# expects: beam: with alpha 1
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return finished[:width]


# %% wrong: not_at_longest -- texts without an end sign are never finished
# expects: one that has `longest` tokens is finished
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i]:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1],
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: drops_zeros -- every 0 is dropped, not the end sign
# expects: the ids 0 and 1 are words
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        b = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[b.rows], b.ids[:, None]), dim=1)
        ended = b.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = [x for x in longer[i].tolist() if x]
                finished.append(
                    (float(b.scores[i]) / length_penalty(n, alpha), ids)
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or len(going) == 0:
            break
        texts, scores = longer[going], b.scores[going]
    return sorted(finished, reverse=True)[:width]


# %% wrong: exactly_width -- stops where exactly width texts are finished
# expects: the search is over
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        b = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[b.rows], b.ids[:, None]), dim=1)
        ended = b.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i, :-1] if ended[i] else longer[i]
                finished.append(
                    (
                        float(b.scores[i]) / length_penalty(n, alpha),
                        ids.tolist(),
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) == width or len(going) == 0:
            break
        texts, scores = longer[going], b.scores[going]
    return sorted(finished, reverse=True)[:width]


# %% wrong: cut_first -- cut to width, then sorted
# expects: Sort all
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        b = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[b.rows], b.ids[:, None]), dim=1)
        ended = b.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i, :-1] if ended[i] else longer[i]
                finished.append(
                    (
                        float(b.scores[i]) / length_penalty(n, alpha),
                        ids.tolist(),
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or len(going) == 0:
            break
        texts, scores = longer[going], b.scores[going]
    return sorted(finished[:width], reverse=True)


# %% wrong: end_not_counted -- the end sign is not counted
# expects: are 2 tokens
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        b = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[b.rows], b.ids[:, None]), dim=1)
        ended = b.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = (longer[i, :-1] if ended[i] else longer[i]).tolist()
                finished.append(
                    (
                        float(b.scores[i])
                        / length_penalty(max(1, len(ids)), alpha),
                        ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or len(going) == 0:
            break
        texts, scores = longer[going], b.scores[going]
    return sorted(finished, reverse=True)[:width]


# %% wrong: penalty_inside -- open beams carry divided scores
# expects: was used in each step
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        b = continuations(step(texts), scores, 2 * width)
        b = Beams(b.scores / length_penalty(n, alpha), b.rows, b.ids)
        longer = torch.cat((texts[b.rows], b.ids[:, None]), dim=1)
        ended = b.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i, :-1] if ended[i] else longer[i]
                finished.append((float(b.scores[i]), ids.tolist()))
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or len(going) == 0:
            break
        texts, scores = longer[going], b.scores[going]
    return sorted(finished, reverse=True)[:width]


# %% wrong: underflow -- probabilities are multiplied
# expects: Add log-probabilities
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, probs, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.ones(1),
        [],
    )
    for n in range(1, longest + 1):
        b = continuations(step(texts), probs.log(), 2 * width)
        p = b.scores.exp()
        longer = torch.cat((texts[b.rows], b.ids[:, None]), dim=1)
        ended = b.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i, :-1] if ended[i] else longer[i]
                finished.append(
                    (
                        float(p[i].log()) / length_penalty(n, alpha),
                        ids.tolist(),
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or len(going) == 0:
            break
        texts, probs = longer[going], p[going]
    return sorted(finished, reverse=True)[:width]


# %% wrong: kept_between_calls -- the finished texts are a default argument
# expects: does a list live on between the calls
def beam(step, width, longest, alpha=0.0, eos=0, finished=[]):  # noqa: B006
    texts, scores = torch.zeros(1, 0, dtype=torch.long), torch.zeros(1)
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                score = float(beams.scores[i]) / length_penalty(n, alpha)
                finished.append((score, ids[:-1] if ended[i] else ids))
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda text: -text[0])[:width]


# %% wrong: two_more -- width + 2 continuations are looked at
# expects: make room for others
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, width + 2)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: worst_first -- sorted from the lowest score on
# expects: the best score stands first
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: x[0])[:width]


# %% wrong: equal_starts -- begins with width empty texts
# expects: was found twice
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(width, 0, dtype=torch.long),
        torch.zeros(width),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: other_penalty -- the length penalty of the other kind
# expects: Yours found
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i])
                        / length_penalty(n, alpha, "gnmt"),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: scores_stay -- the scores are not those of the beams that go on
# expects: beam:
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(ended))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if ended[i] else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[: len(going)]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% right: lists -- beams as Python lists, without continuations
def beam(step, width, longest, alpha=0.0, eos=0):
    open_, found = [(0.0, [])], []
    for n in range(1, longest + 1):
        texts = torch.tensor([ids for _, ids in open_], dtype=torch.long).view(
            len(open_), n - 1
        )
        rows = step(texts).tolist()
        longer = [
            (s + z, [*ids, v])
            for (s, ids), row in zip(open_, rows)
            for v, z in enumerate(row)
        ]
        longer.sort(key=lambda x: x[0], reverse=True)
        longer = longer[: 2 * width]
        for s, ids in longer[:width]:
            if ids[-1] == eos:
                found.append((s / length_penalty(n, alpha), ids[:-1]))
            elif n == longest:
                found.append((s / length_penalty(n, alpha), ids))
        open_ = [x for x in longer if x[1][-1] != eos][:width]
        if len(found) >= width or not open_:
            break
    found.sort(key=lambda x: x[0], reverse=True)
    return found[:width]


# %% right: while_loop -- a while loop and tensors
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores = torch.empty(1, 0, dtype=torch.int64), torch.tensor([0.0])
    done, n = [], 0
    while n < longest and len(done) < width and len(texts):
        n += 1
        scores, rows, ids = continuations(step(texts), scores, 2 * width)
        texts = torch.hstack((texts[rows], ids.unsqueeze(1)))
        for s, text in list(zip(scores.tolist(), texts.tolist()))[:width]:
            if text[-1] == eos or n == longest:
                done += [
                    (
                        s / length_penalty(n, alpha),
                        [i for i in text if i != eos],
                    )
                ]
        keep = torch.tensor(
            [i for i, t in enumerate(ids.tolist()) if t != eos][:width],
            dtype=torch.int64,
        )
        texts, scores = texts[keep], scores[keep]
    return sorted(done, reverse=True)[:width]


# %% right: recursive -- each step is a call
def beam(step, width, longest, alpha=0.0, eos=0):
    def go_on(texts, scores, n, finished):
        best = continuations(step(texts), scores, 2 * width)
        texts = torch.cat([texts[best.rows], best.ids.view(-1, 1)], 1)
        over = best.ids.eq(eos)
        for i in range(min(width, len(over))):
            if over[i] or n == longest:
                text = texts[i, :-1] if over[i] else texts[i]
                finished.append(
                    (
                        best.scores[i].item() / length_penalty(n, alpha),
                        text.tolist(),
                    )
                )
        left = torch.where(~over)[0][:width]
        if len(finished) < width and n < longest and len(left):
            go_on(texts[left], best.scores[left], n + 1, finished)
        return finished

    found = go_on(torch.zeros((1, 0), dtype=torch.long), torch.zeros(1), 1, [])
    return sorted(found, key=lambda x: x[0], reverse=True)[:width]


# %% wrong: keeps_last_end -- keeps an end sign in the last place
# expects: does not belong to the ids
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        beams = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[beams.rows], beams.ids[:, None]), dim=1)
        ended = beams.ids == eos
        for i in range(min(width, len(longer))):
            if ended[i] or n == longest:
                ids = longer[i].tolist()
                cut = ended[i] and n < longest
                finished.append(
                    (
                        float(beams.scores[i]) / length_penalty(n, alpha),
                        ids[:-1] if cut else ids,
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or not len(going):
            break
        texts, scores = longer[going], beams.scores[going]
    return sorted(finished, key=lambda x: -x[0])[:width]


# %% wrong: unsorted_too -- in the order in which they ended
# expects: so sort them
def beam(step, width, longest, alpha=0.0, eos=0):
    texts, scores, finished = (
        torch.zeros(1, 0, dtype=torch.long),
        torch.zeros(1),
        [],
    )
    for n in range(1, longest + 1):
        best = continuations(step(texts), scores, 2 * width)
        longer = torch.cat((texts[best.rows], best.ids[:, None]), 1)
        ended = best.ids == eos
        for i in range(min(width, len(longer))):
            if ended[i] or n == longest:
                ids = longer[i, :-1] if ended[i] else longer[i]
                finished.append(
                    (
                        float(best.scores[i]) / length_penalty(n, alpha),
                        ids.tolist(),
                    )
                )
        going = (~ended).nonzero()[:width, 0]
        if len(finished) >= width or len(going) == 0:
            break
        texts, scores = longer[going], best.scores[going]
    return finished[:width]
