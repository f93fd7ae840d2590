"""The book's interactive figures, for its pages and as widgets of notebooks.

A figure is one ES module in `book/figures/`. On a page `page.js` mounts it on
data that `python -m minillm.figures` has written; in a notebook the same
module is the front end of a widget. One module here has the figures of a
chapter, the data they mount, and `files()`, what of it a page loads:

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
    ravine()      four optimizers go down the same ravine
    schedule()    a learning rate of your own, and the nearest stored run
    budget()      parameters, FLOPs, minutes and memory of a run
    knobs()       the rules of sampling on what follows your text
    beamtree()    beam search as a tree, on toys and on the mini-LLM
    isoflop()     the best size for a budget, under four laws
    lawfit()      runs removed from a fit, and what it then predicts
    live()        the mini-LLM reads your text and writes on
    ruler()       weights in 8 to 2 bits, and what is lost
    lowrank()     a low-rank update as pictures that add up
    rankwhere()   layers and a rank for LoRA, what it trains and learned
    memoryedit()  a value is stored at a key of the plane
    trace()       a state is restored, and how much of the answer comes back
    strength()    a stored edit, from nothing to twice its size
    quiz(...)     questions whose right answers a cell has computed
"""

from minillm.figures.architectures import configurator, twoletters
from minillm.figures.attention import attending, blocks, heads
from minillm.figures.capstone import live, ruler
from minillm.figures.decoding import beamtree, knobs
from minillm.figures.editing import memoryedit, strength, trace
from minillm.figures.finetuning import lowrank, rankwhere
from minillm.figures.ngrams import (
    counting,
    discount,
    explorer,
    shannon,
    smoothing,
)
from minillm.figures.questions import quiz
from minillm.figures.recurrence import gates, highway
from minillm.figures.scaling import isoflop, lawfit
from minillm.figures.senses import bankmap, reading
from minillm.figures.stack import norms, rope
from minillm.figures.tokens import fertility, merges
from minillm.figures.training import budget, ravine, schedule
from minillm.figures.vectors import onehot, sgns, wordmap

__all__ = [
    "attending", "bankmap", "beamtree", "blocks", "budget", "configurator",
    "counting", "discount", "explorer", "fertility", "gates", "heads",
    "highway", "isoflop", "knobs", "lawfit", "live", "lowrank",
    "memoryedit", "merges", "norms", "onehot", "quiz", "rankwhere",
    "ravine", "reading", "rope", "ruler", "schedule", "sgns", "shannon",
    "smoothing", "strength", "trace", "twoletters", "wordmap",
]  # fmt: skip
