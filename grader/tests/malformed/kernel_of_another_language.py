"""The metadata say that the notebook is in R.

points: 60
"""


def handed_in(notebook: dict) -> object:
    kernel = {"display_name": "R", "language": "R", "name": "ir"}
    return notebook | {"metadata": {"kernelspec": kernel, "language_info": {"name": "R"}}}
