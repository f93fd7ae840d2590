"""The step that nbgrader_config.py adds to nbgrader's own: a stub says which answer is missing."""

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.verdict import stub_messages

STUB = "raise NotImplementedError()"


class NameStubs(NbGraderPreprocessor):
    """Let each stub say which answer is missing, and so a check that needs it."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, index: int
    ) -> tuple[NotebookNode, dict]:
        """Put the `stub_messages` into the stubs of an answer cell."""
        if utils.is_solution(cell) and cell.cell_type == "code":
            for message in stub_messages(cell, STUB):
                stub = f'raise NotImplementedError("{message}")'
                cell.source = cell.source.replace(STUB, stub, 1)
        return cell, resources
