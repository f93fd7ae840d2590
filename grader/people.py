"""Who is meant: students by id, number, e-mail address or name, however a system writes them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

ENDINGS = "ipynb|json|txt|zip|gz|tgz|tar|7z|rar|pdf|py|html?|md|docx?|odt|rtf|png|jpe?g"
ENDING = re.compile(rf"(?:\.(?:{ENDINGS}))+$", re.IGNORECASE)
COPY = re.compile(r"[ _-]*\(\d+\)$")  # a browser's second download
END_OF_ID = re.compile(r"_| - ")
# What Canvas and Moodle name a file or folder: <name>[_LATE]_<number>_<number of the file>_...
CANVAS = re.compile(
    r"(?P<name>[^_]*)(?P<late>_late)?_(?P<number>\d+)_(?:(?P<file>\d+)_|(?:text|link)\.html)"
)
MOODLE = re.compile(r"(?P<name>.*?)_(?P<number>\d+)_assignsubmission_")
ANONYMOUS = re.compile(r"anon_\w+?_\d+_|(?:participant|teilnehmer\S*?)[ _]?\d+_")


@dataclass(frozen=True)
class Member:
    """One line of the class list."""

    id: str
    name: str
    email: str
    lms_id: str = ""


@dataclass(frozen=True)
class Owner:
    """Whose a download is."""

    student: Member | None
    why: str = ""  # nobody's, in words
    late: bool | None = None  # what Canvas says; None: nothing is said
    order: int = 0  # of two files of Canvas, the higher one came later


class People:
    """Finds students by what is written about them."""

    def __init__(self, students: Iterable[Member], gone: Iterable[Member] = ()) -> None:
        self.ids: dict[str, Member] = {}
        self.numbers: dict[str, set[Member]] = defaultdict(set)
        self.emails: dict[str, set[Member]] = defaultdict(set)
        self.names: dict[str, set[Member]] = defaultdict(set)
        self.gone = {student.id for student in gone}
        for student in [*gone, *students]:
            self.ids[plain(student.id)] = student
            for key, table in ((student.lms_id, self.numbers), (student.email, self.emails)):
                if key:
                    table[plain(key)].add(student)
            for form in name_forms(student.name):
                self.names[form].add(student)

    def named(self, text: str) -> set[Member]:
        """The students with this name, in any order of its parts."""
        return {each for form in name_forms(text)[:1] for each in self.names.get(form, ())}

    def in_cells(
        self, cells: Iterable[str], numbers: Iterable[str] = ()
    ) -> tuple[set[Member], bool]:
        """Whom `cells` mean as ids or addresses, or `numbers`; else, and True, whom they name."""
        cells = list(cells)
        found = {self.ids[each] for each in map(plain, cells) if each in self.ids}
        for table, texts in ((self.emails, cells), (self.numbers, numbers)):
            for text in texts:
                mine = table.get(plain(text), set())
                found |= mine if len(mine) == 1 else set()
        if found:
            return found, False
        return {each for cell in cells for each in self.named(cell)}, True

    def is_submission(self, name: str) -> bool:
        """Whether a folder so called is that of one submission, of whomever."""
        return bool(MOODLE.match(plain(name)))

    def owner(self, name: str, assignment: str = "") -> Owner:
        """The student to whom the downloaded file or folder `name` belongs, if that is clear."""
        text = plain(name)
        canvas, moodle = CANVAS.match(text), MOODLE.match(text)
        found, late, order = set(), None, 0
        if canvas and not moodle:
            found = self.numbers.get(canvas["number"], set())
            late, order = bool(canvas["late"]), int(canvas["file"] or 0)
        if not found:
            found = self._by_id(text, assignment)
        if not found:
            said = moodle or canvas
            names = self._by_name(said["name"] if said else text.split("_")[0])
            found = names | (self.numbers.get(moodle["number"], set()) if moodle else set())
        found = {each for each in found if each.id not in self.gone} or found
        if len(found) == 1:
            student = next(iter(found))
            gone = f"{student.id} is not on the class list any more"
            return Owner(None, gone) if student.id in self.gone else Owner(student, "", late, order)
        return Owner(None, self._why(text, found), late)

    def _by_id(self, text: str, assignment: str) -> set[Member]:
        stem = COPY.sub("", ENDING.sub("", text))
        ends = [match.start() for match in END_OF_ID.finditer(text)]
        parts = [text[:end] for end in sorted(ends, reverse=True)]  # the longest id first
        task = re.escape(plain(assignment) or "\0")
        alone = re.sub(rf"^{task}[ _.-]+|[ _.-]+{task}$", "", stem)
        for part in (stem, alone, *parts, text):
            if part in self.ids:
                return {self.ids[part]}
        return set()

    def _by_name(self, text: str) -> set[Member]:
        """Whose name it is; a group's may stand before it."""
        parts = text.split("-")
        starts = ["-".join(parts[n:]) for n in range(len(parts))]
        return next((found for each in starts if (found := self.named(each))), set())

    def _why(self, text: str, found: set[Member]) -> str:
        if found:
            return f"it may be that of {' or '.join(sorted(each.id for each in found))}"
        if ANONYMOUS.match(text):
            return "it was downloaded without names: turn anonymous marking off, download again"
        moodle, canvas = MOODLE.match(text), CANVAS.match(text)
        if moodle or canvas:
            number = (moodle or canvas)["number"]  # type: ignore[index]
            team = "; a team's work? rename it to the id of each member" * bool(moodle)
            return f"no student has the number {number} or the name before it{team}"
        return "its name begins with no id and no name of a student"


def name_forms(name: str) -> list[str]:
    """A name as letters and digits alone, from each of its words on; with accents and without.

    >>> name_forms("O'Neil, Zoë")
    ['oneilzoe', 'zoeoneil', 'oneilzoë', 'zoëoneil']
    """
    words = plain(name).replace(",", " ").split()
    turned = ["".join(words[n:] + words[:n]) for n in range(len(words))]
    bare = [re.sub(r"[\W_]", "", form) for form in turned]
    return list(dict.fromkeys(form for form in [*map(_without_accents, bare), *bare] if form))


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def plain(text: str) -> str:
    """Text as file systems and archives may have changed it: one Unicode form, one case."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
