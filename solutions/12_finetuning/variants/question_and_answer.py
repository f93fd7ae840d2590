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
# expects: an empty answer must raise
def question_and_answer(question, answer, bos, eos):
    text = [bos, *question, *answer, eos]
    counts = [False] * len(question) + [True] * (len(answer) + 1)
    return text[:-1], text[1:], counts


# %% wrong: zeros_and_ones -- 0 and 1 for False and True
# expects: question_and_answer: 200 and 400 tokens
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
