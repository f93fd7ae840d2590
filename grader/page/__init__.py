"""The feedback page: `model.py` says what it shows, `feedback.html.j2` and `style.css` how.

`FeedbackPage` lets nbgrader's own command and formgrader's button write the very same page.
"""

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from grader.course import Course
from grader.marks import scores, totals
from grader.page.model import Page, page_cells, released_texts
from grader.verdict import named


class FeedbackPage(Exporter):
    """Writes a graded notebook, without its hidden checks, as one HTML file."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def from_notebook_node(  # type: ignore[override]  # a page is text
        self, nb: NotebookNode, resources: dict | None = None, **rest: object
    ) -> tuple[str, dict]:
        """The page of `nb` and the resources; HideHiddenChecks must be among the preprocessors."""
        notebook, resources = super().from_notebook_node(nb, resources, **rest)
        assignment, student = (resources["nbgrader"][name] for name in ("assignment", "student"))
        with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
            points = scores(gradebook, assignment, [student])[student]
            total = totals(gradebook, assignment, [student])[student]
        why = {cell.id: text for cell in notebook.cells if (text := _error(cell))}
        released = released_texts(Course.here(), assignment)
        cells = list(page_cells(notebook, released, points, why))
        return Page(
            assignment, seconds_late=total.seconds_late, penalty=total.penalty, cells=cells
        ).html, resources


def _error(cell: NotebookNode) -> str:
    """The error that a cell met, in words."""
    errors = (o for o in cell.get("outputs", []) if o.output_type == "error")
    return next((named(error.ename, error.evalue) for error in errors), "")
