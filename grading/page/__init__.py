"""The exporter of feedback pages; what a page looks like is in `index.html.j2` beside this file."""

from pathlib import Path

from nbconvert.exporters import HTMLExporter
from traitlets.config import Config


class FeedbackPage(HTMLExporter):
    """Writes a notebook with marks as one HTML file."""

    def __init__(self, config: Config | None = None, **rest: object) -> None:
        config = Config() if config is None else config.copy()
        # nbgrader's setting of the template stands in `config` already, and would win.
        config.FeedbackPage.template_name = Path(__file__).parent.name
        config.FeedbackPage.extra_template_basedirs = [str(Path(__file__).parents[1])]
        super().__init__(config=config, **rest)
