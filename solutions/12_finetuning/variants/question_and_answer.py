import itertools


# %% wrong: no_end -- the end does not count
# expects: the end token must count
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [bos, *question, *answer, eos]
    counts = [False] * len(question) + [True] * len(answer) + [False]
    return text[:-1], text[1:], counts


# %% wrong: late -- the mask is one token late
# expects: one token late
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [bos, *question, *answer, eos]
    counts = [False] * (len(question) + 1) + [True] * len(answer)
    return text[:-1], text[1:], counts


# %% wrong: early -- the last token of the question counts
# expects: what counts should be
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [bos, *question, *answer, eos]
    counts = [False] * (len(question) - 1) + [True] * (len(answer) + 2)
    return text[:-1], text[1:], counts


# %% wrong: all_count -- questions count, too
# expects: what counts should be
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [bos, *question, *answer, eos]
    counts = [True] * len(question) + [True] * (len(answer) + 1)
    return text[:-1], text[1:], counts


# %% wrong: no_shift -- targets are the tokens themselves
# expects: the *next* tokens
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [bos, *question, *answer, eos]
    counts = [False] * len(question) + [True] * (len(answer) + 1)
    return text[:-1], text[:-1], counts


# %% wrong: no_bos -- bos is forgotten
# expects: are read as [0, 5, 6, 7]
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [*question, *answer, eos]
    counts = [False] * len(question) + [True] * (len(answer) + 1)
    return text[:-1], text[1:], counts


# %% wrong: no_eos -- eos is forgotten
# expects: are read as [0, 5, 6, 7]
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [bos, *question, *answer]
    counts = [False] * len(question) + [True] * (len(answer) + 1)
    return text[:-1], text[1:], counts


# %% wrong: whole_text -- eos is read, too
# expects: are read as [0, 5, 6, 7]
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [bos, *question, *answer, eos]
    counts = [False] * len(question) + [True] * (len(answer) + 1)
    return text, text[1:], counts


# %% wrong: empty_allowed -- an empty answer is accepted
# expects: an empty answer, [], must raise
def question_and_answer(question, answer, bos, eos):
    text = [bos, *question, *answer, eos]
    counts = [False] * len(question) + [True] * (len(answer) + 1)
    return text[:-1], text[1:], counts


# %% wrong: at_most_64 -- what counts is cut off after 64 tokens
# expects: what counts: expected the shape
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [bos, *question, *answer, eos]
    counts = ([False] * len(question) + [True] * (len(answer) + 1))[:64]
    return text[:-1], text[1:], counts


# %% wrong: changes -- the question is changed
# expects: an argument was changed
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    question.insert(0, bos)
    question.pop(0)
    answer.append(eos)
    answer = answer[:-1]
    text = [bos, *question, *answer, eos]
    counts = [False] * len(question) + [True] * (len(answer) + 1)
    return text[:-1], text[1:], counts


# %% wrong: fixed_ids -- bos and eos are 0 and 1
# expects: 200 and 400 tokens
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [0, *question, *answer, 1]
    counts = [False] * len(question) + [True] * (len(answer) + 1)
    return text[:-1], text[1:], counts


# %% wrong: looked_up -- a target counts if it is one of the answer's tokens or eos
# expects: Go by the places
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("the answer is empty")
    text = [bos, *question, *answer, eos]
    return text[:-1], text[1:], [t in answer or t == eos for t in text[1:]]


# %% wrong: lists_only -- list + list, so a tuple or a range raises a TypeError
# expects: takes any sequence
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("the answer is empty")
    text = [bos] + question + answer + [eos]  # noqa: RUF005
    return (
        text[:-1],
        text[1:],
        [False] * len(question) + [True] * (len(answer) + 1),
    )


# %% wrong: zeros_and_ones -- counts are ints, not bools
# expects: holds True and False
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("the answer is empty")
    text = [bos, *question, *answer, eos]
    return text[:-1], text[1:], [0] * len(question) + [1] * (len(answer) + 1)


# %% wrong: question_needed -- an empty question raises, too
# expects: an empty question is allowed
def question_and_answer(question, answer, bos, eos):
    if not question or not answer:
        raise ValueError("nothing there")
    text = [bos, *question, *answer, eos]
    return (
        text[:-1],
        text[1:],
        [False] * len(question) + [True] * (len(answer) + 1),
    )


# %% wrong: up_to_eos -- what counts is searched from the first token of the answer
# expects: Go by the places
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("nothing there")
    text = [bos, *question, *answer, eos]
    start = text[1:].index(answer[0])
    return text[:-1], text[1:], [i >= start for i in range(len(text) - 1)]


# %% wrong: unequal -- the mask covers bos, too: it is longer
# expects: three lists of the same length
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [bos, *question, *answer, eos]
    return (
        text[:-1],
        text[1:],
        [False] * (1 + len(question)) + [True] * (1 + len(answer)),
    )


# %% right: plus -- lists are added
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [bos, *list(question), *list(answer), eos]
    counts = [False] * len(question) + [True] * (len(answer) + 1)
    return text[:-1], text[1:], counts


# %% right: by_place -- by the place of each target
def question_and_answer(question, answer, bos, eos):
    if not answer:
        raise ValueError("empty")
    text = [bos, *question, *answer, eos]
    counts = [
        i >= len(question) for i in range(len(question) + len(answer) + 1)
    ]
    return text[:-1], text[1:], counts


# %% right: apart -- ids and targets are made apart
def question_and_answer(question, answer, bos, eos):
    question, answer = list(question), list(answer)
    if len(answer) == 0:
        raise ValueError("an answer has a token or more")
    ids = [bos, *question, *answer]
    targets = [*question, *answer, eos]
    counts = []
    for _ in question:
        counts.append(False)
    for _ in [*answer, eos]:
        counts.append(True)
    return ids, targets, counts


# %% right: places -- a comparison of places
def question_and_answer(question, answer, bos, eos):
    if len(answer) < 1:
        raise ValueError("no answer")
    question, answer = list(question), list(answer)
    ids = [bos, *question, *answer]
    targets = question + answer + [eos]
    counts = []
    for i, _ in enumerate(targets):
        counts.append(i >= len(question))
    return (ids, targets, counts)


# %% right: chained -- itertools
def question_and_answer(question, answer, bos, eos):
    if len(answer) == 0:
        raise ValueError(answer)
    text = list(itertools.chain([bos], question, answer, [eos]))
    pairs = list(itertools.pairwise(text))
    counts = list(
        itertools.chain(
            itertools.repeat(False, len(question)),
            itertools.repeat(True, len(answer) + 1),
        )
    )
    return [a for a, _ in pairs], [b for _, b in pairs], counts


# %% right: slices -- slices of one list
def question_and_answer(question, answer, bos, eos):
    n, k = len(question), len(answer)
    if k == 0:
        raise ValueError("an answer is needed")
    text = [bos]
    text.extend(question)
    text.extend(answer)
    text.append(eos)
    flags = [False] * (n + k + 1)
    flags[n:] = [True] * (k + 1)
    return text[: n + k + 1], text[1 : n + k + 2], flags


# %% wrong: empty_list -- the answer is compared with an empty list
# expects: an empty answer, (), must raise
def question_and_answer(question, answer, bos, eos):
    if answer == []:
        raise ValueError("empty")
    text = [bos, *question, *answer, eos]
    counts = [False] * len(question) + [True] * (len(answer) + 1)
    return text[:-1], text[1:], counts
