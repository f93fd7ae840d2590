"""The pieces of the mini-LLM that students write, and their notebooks.

A notebook is read as data. Its set-up, its answers and its visible checks run
in a process of their own; a piece that passes them, and the `trials` on random
inputs, can take the place of the library's.
"""

import contextlib
import importlib
import io
import json
import multiprocessing
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from minillm.trials import difference

# Where the library has the pieces: those that a language model of LLaMA's row
# can be made of, and their relatives. What students write beside them (word
# vectors, recurrent networks, fits of scaling laws) is no part of it.
PIECES: dict[str, dict[str, str]] = {
    "01_ngrams": {"ngram": "pad", "yardstick": "bits_per_byte"},
    "02_tokenization": {
        "bpe": "to_bytes count_pairs merge merge_in_words learn_merges "
        "apply_merges decode_bytes"
    },
    "04_rnn": {"optimizers": "clip_gradients"},
    "06_attention": {
        "attention": "scaled_dot_product_attention causal_mask prefix_mask "
        "padding_mask mask_bias split_heads join_heads"
    },
    "07_transformer": {
        "layers": "relu silu gelu gelu_tanh layer_norm rms_norm feed_forward "
        "rope_angles rotate residual",
        "transformer": "Block",
    },
    "08_architectures": {
        "tasks": "causal",
        "architectures": "ffn_width count_parameters",
    },
    "09_training": {
        "training": "initial_loss cross_entropy adamw_update warmup_cosine "
        "accumulate clip_or_stop training_flops save_run resume_run train"
    },
    "10_decoding": {
        "decoding": "greedy draw temperature top_k top_p min_p "
        "repetition_penalty",
        "beam": "length_penalty continuations",
    },
}
# Their files, states or signs are their own affair: one without the other is
# of no use.
TOGETHER = [("save_run", "resume_run")]


def originals(assignments: Iterable[str] = PIECES) -> dict[str, Any]:
    """The library's pieces by name, those of some assignments."""
    found: dict[str, Any] = {}
    for assignment in assignments:
        for module, names in PIECES[assignment].items():
            home = importlib.import_module(f"minillm.{module}")
            found |= {name: getattr(home, name) for name in names.split()}
    return found


# At the beginning of a line; a cell with a slip in it is no Python, and says
# all the same what it is about.
DEFINED = re.compile(r"^(?:def|class) (\w+)|^(\w+) *=[^=]", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A code cell of an assignment: its id, what it is, its text."""

    id: str
    kind: str  # given, answer or check
    source: str

    @property
    def problem(self) -> str:
        """The problem that it belongs to."""
        return self.id.split("-")[0]

    @property
    def names(self) -> list[str]:
        """What it defines at its top level."""
        return [
            name
            for pair in DEFINED.findall(self.source)
            for name in pair
            if name
        ]


def read_cells(path: Path) -> list[Cell]:
    """The cells of a notebook that its authors have marked; others are free.

    Raises `ValueError` on a file that is no notebook.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found = []
        for cell in cells:
            about = cell["metadata"].get("nbgrader")
            if cell["cell_type"] != "code" or not about:
                continue
            kind = "answer" if about["solution"] else "given"
            kind = "check" if about["grade"] else kind
            source = "".join(cell["source"])
            found.append(Cell(about["grade_id"], kind, source))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no notebook: {error!r}") from error
    return found


def needed(cells: list[Cell], names: Iterable[str]) -> list[Cell]:
    """The cells that pieces of these names need, with their checks."""
    names = set(names)
    answers = [c for c in cells if c.kind == "answer"]
    problems = {c.problem for c in answers if names & set(c.names)}
    last = max(
        (i for i, c in enumerate(cells) if c.problem in problems), default=-1
    )
    return [
        cell
        for cell in cells[: last + 1]
        if cell.kind != "check" or cell.problem in problems
    ]


def run_cell(source: str, namespace: dict[str, Any]) -> str:
    """Run a cell silently; "" or what it raised, in words."""
    quiet, was = io.StringIO(), (sys.stdout, sys.stderr)
    try:
        with contextlib.redirect_stdout(quiet):
            exec(compile(source, "<cell>", "exec"), namespace)
    except NotImplementedError:
        return "not attempted"
    except Exception as error:
        said = str(error).strip().split("\n")[0]
        return said or type(error).__name__
    finally:
        sys.stdout, sys.stderr = was  # set-up cells join the two
    return ""


def new_module(assignment: str) -> ModuleType:
    """An empty module for the cells of a notebook."""
    module = ModuleType(f"student_{assignment}")
    sys.modules[module.__name__] = module  # dataclasses look for it
    return module


def use_the_real_ones(
    namespace: dict[str, Any], cells: Iterable[Cell], assignment: str
) -> None:
    """Put the library's objects in the place of a notebook's stand-ins.

    The set-up of a notebook defines what its problems need beside the
    answers: an attention without a cache, say, which calls a fused kernel. A
    piece that is built on it would work in its notebook, and in the model
    forget what was read and bypass other pieces.
    """
    for module in PIECES[assignment]:
        real = vars(importlib.import_module(f"minillm.{module}"))
        for cell in cells:
            if cell.kind == "given":
                for name in real.keys() & set(cell.names):
                    namespace[name] = real[name]


def examine(path: Path, assignment: str) -> dict[str, str]:
    """Each piece of a notebook, and why it can't be used: "" where it can.

    The cells run in this process: use `examined`.
    """
    library = originals([assignment])
    cells = needed(read_cells(path), library)
    namespace = vars(new_module(assignment))
    reasons = dict.fromkeys(library, "not in the notebook")
    for cell in cells:
        trouble = run_cell(cell.source, namespace)
        if cell.kind == "answer":
            reasons |= {n: trouble for n in cell.names if n in library}
        if cell.kind != "check" or not trouble:
            continue
        for other in cells:
            if other.kind == "answer" and other.problem == cell.problem:
                for name in set(other.names) & library.keys():
                    reasons[name] = reasons[name] or trouble
                    # Later problems run with the right one, as in the
                    # grader: a mistake costs one piece.
                    namespace[name] = library[name]
    use_the_real_ones(namespace, cells, assignment)
    for name in library:
        if not reasons[name]:
            reasons[name] = difference(
                name, namespace.__getitem__, library.__getitem__
            )
        if reasons[name]:
            namespace[name] = library[name]
    return reasons


def _send(path: Path, assignment: str, sender: Connection) -> None:
    """Body of the process of `examined`."""
    torch.set_num_threads(1)
    try:
        sender.send(examine(path, assignment))
    except ValueError as error:
        sender.send(dict.fromkeys(originals([assignment]), str(error)))


def examined(
    path: Path, assignment: str, timeout_s: float = 300.0
) -> dict[str, str]:
    """What `examine` finds, in a fresh process that may crash or hang."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(path, assignment, sender))
    process.start()
    sender.close()
    names = originals([assignment])
    try:
        if not receiver.poll(timeout_s):
            late = f"the notebook ran for more than {timeout_s:g} seconds"
            return dict.fromkeys(names, late)
        return receiver.recv()
    except EOFError:
        return dict.fromkeys(names, "the notebook ended its process")
    finally:
        process.kill()
        process.join()


def together(reasons: Mapping[str, str]) -> dict[str, str]:
    """The same reasons, but of a pair that belongs together none alone."""
    reasons = dict(reasons)
    for pair in TOGETHER:
        bad = [name for name in pair if reasons.get(name, "missing")]
        for name in pair:
            if bad and name in reasons and not reasons[name]:
                reasons[name] = f"goes with `{bad[0]}`, which is not used"
    return reasons


def load(path: Path, assignment: str) -> ModuleType:
    """The module of a notebook's set-up and answers, without its checks."""
    module = new_module(assignment)
    threads = torch.get_num_threads()
    cells = needed(read_cells(path), originals([assignment]))
    for cell in cells:
        if cell.kind != "check":
            run_cell(cell.source, vars(module))
    use_the_real_ones(vars(module), cells, assignment)
    torch.set_num_threads(threads)
    return module


def notebooks(folder: Path) -> Iterator[tuple[str, Path]]:
    """The assignments that a folder has solved notebooks of.

    A notebook lies in the folder or in one of its folders, under the name of
    its assignment.
    """
    for assignment in PIECES:
        found = sorted(folder.rglob(f"{assignment}.ipynb"))
        found = [f for f in found if ".ipynb_checkpoints" not in f.parts]
        if found:
            yield assignment, found[0]
