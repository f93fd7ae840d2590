"""The step that nbgrader_config.py adds to nbgrader's own: a stub says which answer is missing."""

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.verdict import not_attempted


class NameStubs(NbGraderPreprocessor):
    """Let each stub say which answer is missing, and so a check that needs it."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, index: int
    ) -> tuple[NotebookNode, dict]:
        """Put the message of `not_attempted` into the stub of an answer cell."""
        if utils.is_solution(cell) and cell.cell_type == "code":
            message = not_attempted(cell.metadata.nbgrader.grade_id)
            stub = f'raise NotImplementedError("{message}")'
            cell.source = cell.source.replace("raise NotImplementedError()", stub)
        return cell, resources
