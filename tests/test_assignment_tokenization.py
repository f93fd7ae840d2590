"""What the assignment on tokenization says about real texts is what the library and others find."""

import hashlib
import json
import re

import numpy as np
import pytest
import tokenizers
from repository import ROOT
from tokenizers import models, pre_tokenizers, trainers

from minillm.corpus import DATA, austen
from minillm.pretokenizer import PATTERN
from minillm.tokenizer import Tokenizer
from minillm.tokenizer_file import from_printable

SOURCE = (ROOT / "solutions/02_tokenization/02_tokenization.md").read_text(encoding="utf-8")
N_MERGES = 500


@pytest.fixture(scope="module")
def train() -> list[str]:
    return [chapter.text for chapter in austen("train")]


@pytest.fixture(scope="module")
def library(train) -> Tokenizer:
    return Tokenizer.train(train, 258 + N_MERGES)


def test_merges_that_the_check_wants_are_the_librarys(library):
    digest = hashlib.sha256(repr(library.merges).encode()).hexdigest()
    assert f'"{digest}"' in SOURCE
    assert len(library.merges) == N_MERGES


def test_first_merges_of_austen_equal_those_of_tokenizers(train, library):
    cut = pre_tokenizers.Split(tokenizers.Regex(PATTERN), "isolated")
    last = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    theirs = tokenizers.Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizers.Sequence([cut, last])
    trainer = trainers.BpeTrainer(
        vocab_size=258 + N_MERGES,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    theirs.train_from_iterator(train, trainer)
    merges = json.loads(theirs.to_str())["model"]["merges"]
    pairs = [tuple(map(from_printable, merge)) for merge in merges]
    tokens = library.tokens
    assert [(tokens[left], tokens[right]) for left, right in library.merges] == pairs


def test_numbers_of_the_written_question_are_the_measured_ones():
    """Perplexity, tokens and bytes of both teams, and the bits per byte of the model answer."""
    rows = json.loads((DATA / "results" / "vocabularies.json").read_text())["rows"]
    table = re.search(r"^\| tokens in the vocabulary .*?(?=\n\n)", SOURCE, re.M | re.S)
    numbers = [
        [float(cell.replace(",", "")) for cell in line.split("|")[2:4]]
        for line in (table[0] if table else "").split("\n")
        if re.search(r"\d", line)
    ]
    sizes, perplexities, n_tokens, n_bytes = np.array(numbers)
    for i, size in enumerate(sizes):
        row = next(row for row in rows if row["size"] == size)
        assert perplexities[i] == pytest.approx(2 ** row["bits_per_token"], rel=0.002)
        assert n_bytes[i] == sum(row["bytes_of_each_text"])
        bits_per_byte = np.log2(perplexities[i]) * n_tokens[i] / n_bytes[i]
        assert bits_per_byte == pytest.approx(row["valid"], abs=0.0006)
        assert f"{bits_per_byte:.3f}" in SOURCE
