"""The book's interactive figures, for its pages and as widgets of notebooks.

A figure is one ES module in `book/figures/`. On a page `page.js` mounts it on
data that `python -m minillm.figures` has written; in a notebook the same
module is the front end of a widget:

    counting()    a window fills the table of n-grams of your text
    discount()    what Kneser-Ney takes from each count, and where it goes
    explorer()    next words, and the orders that their probability comes from
    smoothing()   what k and the discount do, and cost in bits per byte
    shannon()     guess the next letter, and bound the entropy of English
    merges()      how merges cut a text, one after the other
    fertility()   how many tokens a text takes in bytes, BPE and words
    onehot()      a product with a one-hot vector is a lookup
    sgns()        one step of skip-gram with negative sampling
    wordmap()     neighbours among the course's word vectors
    configurator()  a published model: its parameters and its memory
    twoletters()  the chain rule and the product of conditionals
    highway()     how much of a gradient is left some steps back
    gates()       a trained LSTM reads your sentence, gate by gate
    reading()     which tokens a state has read, in two directions
    bankmap()     vectors of a homonym in context, layer by layer
    attending()   attention by hand: four tokens in the plane
    blocks()      attention in blocks of keys, without the square of scores
    heads()       the heads of the course's mini-LLM on your sentence
    rope()        two positions turn a query and a key
    norms()       what norms and skips do in an untrained stack
    quiz(...)     questions whose right answers a cell has computed
"""

import gzip
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import numpy as np
import traitlets
from IPython.display import HTML

from minillm.corpus import austen, chinese
from minillm.export import PAGE
from minillm.figure_data import (
    explorer_data,
    highway_data,
    shannon_data,
    smoothing_data,
    to_json,
    wordmap_data,
)
from minillm.figure_senses import bankmap_data
from minillm.figure_stack import norms_data
from minillm.figure_tokens import merges_data
from minillm.lexicon import Lexicon
from minillm.places import COURSE
from minillm.vectors import austen as austen_vectors

if TYPE_CHECKING:
    from minillm.language_model import LanguageModel

FIGURES = COURSE / "book" / "figures"
IMPORT = re.compile(r'^import [^;]* from "\./(\w+\.js)";\n', re.MULTILINE)
TOY = ("the cat sat", "the dog sat", "my cat ran")
HISTORIES = (
    " Miss", " Mr", " the", " very", " could", " of", " said", " happy",
    " Highbury",
)  # fmt: skip
SENTENCES = (
    "I shall never forget her appearance this morning.",
    "He has imposed on me, but he has not injured me.",
    "Each sister believed herself the favourite.",
    "You will soon have exhausted each favourite topic.",
    "Her father was growing distressed for money.",
    "It is a match that must give universal satisfaction.",
    "You could scarcely escape discredit and misery.",
    "Her joy and expression of regard long outlived her wonder.",
)


def front_end(name: str) -> str:
    """The text of a figure's module, imports replaced by what they import."""
    pasted: set[str] = set()  # what two modules import comes once

    def paste(match: re.Match[str]) -> str:
        if match[1] in pasted:
            return ""
        pasted.add(match[1])
        imported = (FIGURES / match[1]).read_text(encoding="utf-8")
        return IMPORT.sub(paste, imported).replace("\nexport ", "\n")

    module = (FIGURES / f"{name}.js").read_text(encoding="utf-8")
    return IMPORT.sub(paste, module)


class Figure(anywidget.AnyWidget):
    """A figure of the book in a notebook; its module mounts `data`."""

    _css = (FIGURES / "figures.css").read_text(encoding="utf-8")
    data: Any = traitlets.Any().tag(sync=True)


class Counting(Figure):
    """How counting fills the table of n-grams."""

    _esm = front_end("counting")


class Discount(Figure):
    """Where the discount of Kneser-Ney goes."""

    _esm = front_end("discount")


class Explorer(Figure):
    """The n-gram explorer."""

    _esm = front_end("explorer")


class Smoothing(Figure):
    """What add-k and the discount do."""

    _esm = front_end("smoothing")


class Shannon(Figure):
    """Shannon's guessing game."""

    _esm = front_end("shannon")


class Merges(Figure):
    """The merge player."""

    _esm = front_end("merges")


class Fertility(Figure):
    """Tokens of a text in three vocabularies."""

    _esm = front_end("fertility")


class Onehot(Figure):
    """A product that is a lookup."""

    _esm = front_end("onehot")


class Sgns(Figure):
    """One step of skip-gram with negative sampling."""

    _esm = front_end("sgns")


class Highway(Figure):
    """Gradients by distance."""

    _esm = front_end("highway")


class Gates(Figure):
    """What the gates of an LSTM do with a sentence."""

    _esm = front_end("gates")


class Wordmap(Figure):
    """A map of word vectors."""

    _esm = front_end("wordmap")


class Configurator(Figure):
    """Sizes of the five architectures."""

    _esm = front_end("configurator")


class Twoletters(Figure):
    """A language of two letters."""

    _esm = front_end("twoletters")


class Reading(Figure):
    """Which tokens have been read."""

    _esm = front_end("reading")


class Bankmap(Figure):
    """Vectors of a homonym in context."""

    _esm = front_end("bankmap")


def reading(sentence: str | None = None) -> Reading:
    """The reading heads on your sentence, or on the chapter's."""
    return Reading(data={"sentence": sentence} if sentence else {})


def bankmap() -> Bankmap:
    """The six homonyms of Storyland, by the course's biLM."""
    return Bankmap(data=bankmap_data())


class Attending(Figure):
    """Attention by hand."""

    _esm = front_end("attending")


class Blocks(Figure):
    """Attention in blocks of keys."""

    _esm = front_end("blocks")


class Heads(Figure):
    """The heads of a trained model."""

    _esm = front_end("heads")


class Rope(Figure):
    """The dials of RoPE."""

    _esm = front_end("rope")


class Norms(Figure):
    """The norm laboratory."""

    _esm = front_end("norms")


def rope() -> Rope:
    """The dials of RoPE for a vector of four channels."""
    return Rope(data={})


def norms(runs: list[dict[str, Any]] | None = None) -> Norms:
    """The norm laboratory of your runs, or of the course's."""
    return Norms(data=norms_data() if runs is None else {"runs": runs})


def onehot(table: list[list[float]] | None = None) -> Onehot:
    """One-hot vectors times your table, or that of the slides."""
    return Onehot(data={"table": table} if table else {})


def sgns(
    v: list[float] | None = None,
    pos: list[float] | None = None,
    negs: list[list[float]] | None = None,
) -> Sgns:
    """Steps from your vectors in the plane, or from the chapter's."""
    return Sgns(data={"v": v, "pos": pos, "negs": negs} if v else {})


def wordmap(
    lexicon: Lexicon | None = None, table: np.ndarray | None = None
) -> Wordmap:
    """The neighbours of words in your table (V, C), or in the course's."""
    if lexicon is None or table is None:
        lexicon, table, _ = austen_vectors()
    return Wordmap(data=wordmap_data(lexicon, table))


def configurator(model: str = "LLaMA 7B") -> Configurator:
    """Parameters and memory of a published model, its sizes to be changed."""
    return Configurator(data={"model": model})


def twoletters(p: list[float] | None = None) -> Twoletters:
    """Your probabilities of AA, AB, BA and BB, or the chapter's."""
    return Twoletters(data={"p": p} if p else {})


def attending(
    words: Sequence[str] | None = None,
    q: Sequence[Sequence[float]] = (),
    k: Sequence[Sequence[float]] = (),
    v: Sequence[Sequence[float]] = (),
) -> Attending:
    """Attention of your tokens, two numbers in each row, or the chapter's."""
    data = {"words": list(words), "q": q, "k": k, "v": v} if words else {}
    return Attending(data=data)


def blocks() -> Blocks:
    """The chapter's four tokens, their keys read in blocks."""
    return Blocks(data={})


def heads(text: str | None = None, model: bytes | None = None) -> Heads:
    """The heads of a model on your sentence; `model` is a file of
    `minillm.export`, by default that of the course.
    """
    data: dict[str, Any] = {"model": model or PAGE.read_bytes()}
    return Heads(data=data | ({"text": text} if text else {}))


def counting(sentences: Iterable[str] = TOY) -> Counting:
    """The window that counts your sentences, or the chapter's three."""
    return Counting(data={"texts": "\n".join(sentences)})


def discount(
    sentences: Iterable[str] = TOY, history: str | None = None
) -> Discount:
    """Kneser-Ney on your sentences, or the chapter's three, after `history`.

    Words are what stands between spaces; the first history of the text but
    `<s>` where none is named.
    """
    return Discount(data={"texts": "\n".join(sentences), "history": history})


def explorer(texts: Iterable[str] | None = None) -> Explorer:
    """The n-gram explorer over your texts, or Austen's training chapters."""
    return Explorer(data=explorer_data(texts or _texts("train")))


def smoothing(
    train: Iterable[str] | None = None,
    valid: Iterable[str] | None = None,
    histories: Iterable[str] = HISTORIES,
) -> Smoothing:
    """Smoothing of a bigram model on your texts, or on Austen."""
    data = smoothing_data(
        train or _texts("train"), valid or _texts("valid"), list(histories)
    )
    return Smoothing(data=data)


def shannon(
    train: Iterable[str] | None = None,
    valid: Iterable[str] | None = None,
    sentences: Iterable[str] = SENTENCES,
) -> Shannon:
    """Shannon's game on sentences of your validation texts, or Austen's."""
    data = shannon_data(
        train or _texts("train"), valid or _texts("valid"), sentences
    )
    return Shannon(data=data)


def merges(texts: Iterable[str] | None = None, size: int = 4096) -> Merges:
    """The merge player on merges of your texts, or of Austen."""
    corpora = {"austen": list(texts or _texts("train"))}
    return Merges(data=merges_data(corpora, size))


def fertility(
    corpora: Mapping[str, Sequence[str]] | None = None, size: int = 4096
) -> Fertility:
    """Fertility under BPE of your corpora, or of Austen and the classics.

    The vocabulary of words is that of the first corpus.
    """
    return Fertility(data=merges_data(corpora or _corpora(), size))


def _corpora() -> dict[str, list[str]]:
    """What the tokenizers of the figures are trained on."""
    english = _texts("train")
    classics = [document.text for document in chinese()]
    return {
        "austen": english,
        "chinese": classics,
        "both": english + classics,
    }


def _texts(split: Any) -> list[str]:
    """The texts of Austen's chapters in a split."""
    return [chapter.text for chapter in austen(split)]


def highway() -> Highway:
    """Gradients by distance, and what a forget bias does to them."""
    return Highway(data=highway_data())


def gates(model: "LanguageModel | None" = None) -> Gates:
    """Your LSTM of one layer over bytes, or the course's, on your sentence."""
    # Here, not above: the other figures do without PyTorch.
    from minillm.figure_rnn import gates_data, lstm

    return Gates(data=gates_data(model or lstm(), _texts("valid")[0]))


def quiz(
    questions: Mapping[str, Iterable[tuple[str, bool, str]]], start: int = 1
) -> HTML:
    """Questions with computed answers: {question: [(choice, right, why)]}.

    Text between backticks is code; the numbers begin at `start`. On a page
    `quiz.js` makes the questions interactive; without it the answers are
    folded. Raises `ValueError` unless one choice of a question is right.
    """
    items = [
        _question(text, list(choices)) for text, choices in questions.items()
    ]
    numbered = f'<ol start="{start}">{"".join(items)}</ol>'
    return HTML(f'<div class="quiz">{numbered}</div>')


def _question(text: str, choices: list[tuple[str, bool, str]]) -> str:
    n_right = sum(bool(right) for _, right, _ in choices)
    if n_right != 1:
        raise ValueError(f"{n_right} choices are right, not one, in {text!r}")
    items = "".join(_choice(*choice) for choice in choices)
    return f"<li><p>{_code(text)}</p><ul>{items}</ul></li>"


def _choice(choice: str, right: bool, why: str) -> str:
    mark, verdict = (" data-right", "Right.") if right else ("", "Wrong.")
    verdict = f'<b class="verdict">{verdict}</b>'
    folded = f"<summary>Check</summary>{verdict} {_code(why)}"
    return f"<li{mark}>{_code(choice)} <details>{folded}</details></li>"


def _code(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def build(folder: Path = FIGURES / "data") -> dict[str, int]:
    """Write the data of the book's figures; returns each file's bytes."""
    train, valid = _texts("train"), _texts("valid")
    smoothing = to_json(smoothing_data(train, valid, HISTORIES))
    lexicon, table, _ = austen_vectors()
    wordmap = to_json(wordmap_data(lexicon, table))
    files = {
        "norms.json": to_json(norms_data()),
        "wordmap.json.gz": gzip.compress(wordmap, mtime=0),
        "bankmap.json.gz": gzip.compress(to_json(bankmap_data()), mtime=0),
        PAGE.name: PAGE.read_bytes(),
        "explorer.bin": explorer_data(train),
        "smoothing.json.gz": gzip.compress(smoothing, mtime=0),
        "merges.json.gz": gzip.compress(
            to_json(merges_data(_corpora())), mtime=0
        ),
        "highway.json": to_json(highway_data()),
        "gates.json.gz": gzip.compress(to_json(gates().data), mtime=0),
        "shannon.json": to_json(shannon_data(train, valid, SENTENCES)),
    }
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {name: len(content) for name, content in files.items()}


if __name__ == "__main__":
    for name, n_bytes in build().items():
        print(f"book/figures/data/{name}  {n_bytes / 1e3:,.0f} kB")
