"""Tables of vectors (V, C), and the one that the course has trained."""

import numpy as np

from minillm.corpus import DATA
from minillm.lexicon import Lexicon


def unit(table: np.ndarray) -> np.ndarray:
    """The rows of a table (V, C), or one vector (C,), at length 1.

    A row of zeros has no direction and stays as it is.
    """
    length = np.linalg.norm(table, axis=-1, keepdims=True)
    return table / np.where(length > 0, length, 1)


def austen() -> tuple[Lexicon, np.ndarray, np.ndarray]:
    """The course's vectors, stored: lexicon, inputs (V, C), outputs (F, C).

    Learned from Austen's training chapters by `python -m tools.word2vec`. The
    outputs are those of the F most frequent words. Each number was rounded to
    a byte: the largest of a row is 127.
    """
    with np.load(DATA / "models" / "word2vec_austen.npz") as stored:
        words = str(stored["words"]).split("\n")
        lexicon = Lexicon(dict(zip(words, stored["counts"], strict=True)))
        inputs, outputs = (
            stored[f"{name}_bytes"] * stored[f"{name}_scale"]
            for name in ("inputs", "outputs")
        )
    return lexicon, inputs, outputs
