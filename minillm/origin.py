"""From whose seed did a model begin? Its weights remember it.

    python -m minillm.origin FOLDER --students class.csv

FOLDER holds the files `model.safetensors` that `make mine` has written, with
`--student ID`, for each who handed one in. The first weights of such a run are
drawn from a seed that follows from the id. Training moves every weight, yet
the trained ones still point a little in their direction. That is
evidence, no proof: whoever knows how this works can forge it. Nothing that a
file says is believed: it is scored again, which takes half a minute each.
"""

import argparse
import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from minillm import assemble, checkpoint, language_model
from minillm.architectures import count_parameters
from minillm.config import Config
from minillm.transformer import Transformer
from minillm.yardstick import bits_per_byte

LARGEST = 50_000_000  # parameters of a model that is looked at
CLOSE = 0.005  # bits per byte: a file in float16 scores a little differently
SURE = 8  # times the cosine that chance gives
# A run of `make mine` leaves a cosine of about 0.4. A share of somebody's
# first weights, added to a model that began elsewhere, gives little.
FAINT = 0.1


def directions(net: nn.Module) -> Tensor:
    """All matrices of a network in one vector of length 1.

    Vectors are left out: norms and biases begin at 1 and 0 for every seed.
    """
    parts = [p.detach().flatten() for p in net.parameters() if p.ndim == 2]
    return nn.functional.normalize(torch.cat(parts).double(), dim=0)


def resemblance(net: Transformer, seeds: Iterable[int]) -> list[float]:
    """Cosine between a trained network and a fresh one of each seed.

    Two networks that have nothing to do with each other have a cosine of
    about 1 / sqrt(n), where n is how many numbers their matrices have.
    """
    trained = directions(net)
    found = []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        fresh = directions(Transformer(net.config, generator))
        found.append(float(trained @ fresh))
    return found


@cache
def test_texts(corpus: str) -> list[str]:
    """The texts on which `make mine` scores a model of a corpus."""
    if corpus not in assemble.PROMPTS:
        raise ValueError(f"the corpus {corpus!r} is none of `make mine`")
    return assemble.texts_of(corpus, assemble.STORIES)["test"]


@dataclass
class Origin:
    """What a file says of its model, and what was found out about it."""

    file: str
    student: str = ""  # as the file says
    says: float = math.nan  # bits per byte of the test texts
    scores: float = math.nan  # measured again
    began_as: dict[str, float] = field(default_factory=dict)  # cosines
    same_as: list[str] = field(default_factory=list)  # files, equal weights
    broken: str = ""

    @property
    def verdict(self) -> str:
        """One sentence, or several."""
        if self.broken:
            return f"can't be read: {self.broken}"
        found = []
        others = [name for name in self.began_as if name != self.student]
        if not self.student:
            found.append("names no student: `make mine` had no --student")
        elif self.student not in self.began_as:
            found.append(f"did not begin at the seed of {self.student}")
        elif self.began_as[self.student] < FAINT:
            faint = f"resembles the seed of {self.student} faintly"
            found.append(f"{faint}, {self.began_as[self.student]:.3f}")
        if others:
            found.append(f"began at the seed of {', '.join(others)}")
        if self.same_as:
            found.append(f"has the weights of {', '.join(self.same_as)}")
        # Not `>`: what says nothing, NaN, is not close to anything.
        if not abs(self.says - self.scores) <= CLOSE:
            found.append(f"says {self.says:.3f}, scores {self.scores:.3f}")
        return "; ".join(found) or "its own run"


def examine(
    path: Path, name: str, students: Sequence[str]
) -> tuple[Origin, Tensor | None]:
    """What is found out about one file, which is called `name`, and the
    directions of its weights.
    """
    try:
        if (n := path.stat().st_size) > 4 * LARGEST:
            raise ValueError(f"{n:,} bytes; at most {4 * LARGEST:,}")
        _, about = checkpoint.read(path)
        config = checkpoint.config_from(about["config"], Config)
        if (n := count_parameters(config)) > LARGEST:
            raise ValueError(f"{n:,} parameters; at most {LARGEST:,}")
        model = language_model.load(path)
        provenance = about["provenance"]
        origin = Origin(
            name, assemble.normal(str(provenance.get("student", "")))
        )
        rung = provenance["rung"]
        origin.says = float(rung["test"])
        origin.scores = bits_per_byte(model, test_texts(rung["corpus"]))
    # Whatever a hostile file raises, the other files are looked at, too.
    except Exception as error:
        return Origin(name, broken=f"{type(error).__name__}: {error}"), None
    weights = directions(model.net)
    sure = SURE / math.sqrt(len(weights))
    net = cast(Transformer, model.net)
    cosines = resemblance(net, map(assemble.seed_of, students))
    for other, cosine in zip(students, cosines, strict=True):
        if cosine > sure:
            origin.began_as[other] = cosine
    return origin, weights


def origins(
    files: Mapping[str, Path], students: Iterable[str]
) -> list[Origin]:
    """What is found out about several files, by name."""
    students = [assemble.normal(student) for student in students]
    found, seen = [], dict[str, Tensor]()
    for name, path in files.items():
        origin, weights = examine(path, name, students)
        found.append(origin)
        if weights is not None:
            origin.same_as = [n for n, w in seen.items() if w.equal(weights)]
            seen[name] = weights
    return found


def cell(text: str) -> str:
    """A text that stays in its cell, whatever a file has put into it."""
    return " ".join(text.split()).replace("|", "\\|")


def table(found: Iterable[Origin]) -> str:
    """Everything that was found out, in Markdown."""
    rows = [
        "| file | says it is of | says | scores | cosine | verdict |",
        "|:--|:--|--:|--:|--:|:--|",
    ]
    for origin in found:
        cosine = max(origin.began_as.values(), default=math.nan)
        numbers = " | ".join(
            "" if math.isnan(x) else f"{x:.3f}"
            for x in (origin.says, origin.scores, cosine)
        )
        texts = (cell(x) for x in (origin.file, origin.student))
        said = " | ".join((*texts, numbers, cell(origin.verdict)))
        rows.append(f"| {said} |")
    return "\n".join(rows)


def students_of(path: Path) -> list[str]:
    """The ids of a class list, the column `id` of a table.

    Raises `ValueError` where there is no such column.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    ids = [line.get("id") or "" for line in lines]
    if not any(ids):
        raise ValueError(f"{path}: no column `id` with students below it")
    return [name for name in ids if name.strip()]


def main(arguments: Sequence[str] | None = None) -> None:
    """Examine the models of a class, print the table."""
    words = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words.add_argument("folder", type=Path, help="with the models handed in")
    words.add_argument(
        "--students", type=Path, required=True, help="the class list, a .csv"
    )
    given = words.parse_args(arguments)
    files = {
        str(path.relative_to(given.folder)): path
        for path in sorted(given.folder.rglob("*.safetensors"))
    }
    if not files:
        words.error(f"{given.folder} has no file *.safetensors")
    try:
        students = students_of(given.students)
    except (OSError, ValueError) as error:
        words.error(str(error))
    print(table(origins(files, students)))


if __name__ == "__main__":
    main()
