"""What a person sees while a class is graded: a bar on a terminal, lines in a log."""

import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

T = TypeVar("T")
BAR = "{desc:10} {percentage:3.0f}% |{bar}| {n_fmt} of {total_fmt}, {remaining} left"


class Screen:
    """Prints sentences and progress; gathers the results that `--json` prints at the end.

    With `as_json` nothing but that one JSON object goes to standard output.
    """

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        self.results: dict[str, Any] = {}

    def say(self, step: str, text: object = "") -> None:
        """Print a text, which may have several lines, after the name of its step."""
        for line in str(text).split("\n"):
            tqdm.write(f"{step:10} {line}".rstrip(), file=self._file)
            step = ""

    def show(self, text: object) -> None:
        """Print a text as it is."""
        tqdm.write(str(text), file=self._file)

    def each(
        self, step: str, items: Iterable[T], total: int, line: Callable[[T], str] = lambda _: ""
    ) -> Iterator[T]:
        """The items as they come, with a bar and the time left; in a log, with the line of each.

        Beside a bar only those lines are printed that begin with `!`, and nowhere empty ones.
        """
        bar = sys.stderr.isatty()
        brief = bar and self._file.isatty()
        shown = tqdm(items, step, total, disable=not bar, bar_format=BAR, leave=False)
        for number, item in enumerate(shown, start=1):
            text = line(item)
            if text and not brief:
                self.say(step, f"{number} of {total}  {text.lstrip('! ')}")
            elif text.startswith("!"):
                self.say(step, text.lstrip("! "))
            yield item

    def ask(self, question: str) -> bool:
        """Whether a person at the terminal says yes; without a terminal nobody does."""
        if not sys.stdin.isatty():
            return False
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def finish(self, status: int, error: str = "") -> None:
        """Print the JSON object, where it is asked for."""
        if self.as_json:
            results = {"status": status, "error": error, **self.results}
            print(json.dumps(results, indent=1, default=plain))

    @property
    def _file(self) -> Any:
        return sys.stderr if self.as_json else sys.stdout


def plain(result: Any) -> dict[str, Any]:
    """A result as plain data."""
    return result.as_json() if hasattr(result, "as_json") else dataclasses.asdict(result)


def shown(path: Path) -> str:
    """The path as it is typed in this folder."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
