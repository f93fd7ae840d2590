"""Try the checks of an assignment out: what each variant earns, and with which messages.

python -m grader.authoring.tries 01_ngrams            all problems
python -m grader.authoring.tries 01_ngrams pad        one problem
python -m grader.authoring.tries 01_ngrams pad -k bos     its cases whose name contains "bos"

A line says what a case earns of the problem's points; below it stand the checks that it fails, each
with its message. `!` marks a wrong answer that keeps all points, or whose message is not the
expected one, and a right answer that loses points. Exits with 1 where there is one.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.authoring.assignment import AssignmentError, course_folder, path_of
from grader.authoring.trial import Outcome, trial
from grader.authoring.variants import Variant, of_problem, right, submission, wrong


def outcomes(path: Path, variant: Variant) -> list[Outcome]:
    """What the checks of its problem give a variant; all other answers are the solution's."""
    return trial(of_problem(submission(path, variant), variant.problem), path)


def fault(variant: Variant, is_wrong: bool, results: Sequence[Outcome]) -> str:
    """What the checks do wrong about a variant; "" where they judge it rightly."""
    failed = [result for result in results if result.earned < result.points]
    if not is_wrong:
        return "a right answer loses points" if failed else ""
    if not failed:
        return "a wrong answer keeps all points"
    if any(variant.message.lower() in result.message.lower() for result in failed):
        return ""
    return f"no message contains {variant.message!r}"


def report(variant: Variant, is_wrong: bool, results: Sequence[Outcome]) -> str:
    """The lines that describe how a variant is judged."""
    earned, worth = sum(r.earned for r in results), sum(r.points for r in results)
    wrongly = fault(variant, is_wrong, results)
    mark, kind = "!" if wrongly else " ", "wrong" if is_wrong else "right"
    lines = [f"{mark} {kind}  {earned:g} of {worth:g}  {variant.name}: {variant.mistake}"]
    lines += [f"      {r.check}: {r.message}" for r in results if r.earned < r.points]
    return "\n".join([*lines, *[f"    ! {wrongly}"] * bool(wrongly)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: print how each variant is judged; 1 where one is judged wrongly."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("assignment", help="a name such as 01_ngrams, or the path of its source")
    parser.add_argument("problem", nargs="?", help="id of an answer cell; all when left out")
    parser.add_argument("-k", dest="part", default="", help="only cases whose name contains this")
    options = parser.parse_args(arguments)
    try:
        path = Path(options.assignment)
        path = path if path.is_file() else path_of(options.assignment, course_folder())
        cases = [(v, True) for v in wrong(path)] + [(v, False) for v in right(path)]
        cases = [(v, w) for v, w in cases if options.problem in (None, v.problem)]
        cases = [(v, w) for v, w in cases if options.part in v.name]
        if not cases:
            sys.exit(f"error: no such variant of {path}")
        n_faults = 0
        for variant, is_wrong in sorted(cases, key=lambda case: case[0].problem):
            results = outcomes(path.resolve(), variant)
            print(report(variant, is_wrong, results), flush=True)
            n_faults += bool(fault(variant, is_wrong, results))
    except AssignmentError as error:
        sys.exit(f"error: {error}")
    print(f"{len(cases)} variants, {n_faults} of them judged wrongly")
    return int(n_faults > 0)


if __name__ == "__main__":
    sys.exit(main())
