"""The state of interactive widgets is saved in the metadata.

points: 60
"""


def handed_in(notebook: dict) -> object:
    state = {"x": {"model_name": "FloatProgressModel", "state": {"value": 1.0}}}
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": state}}
    return notebook | {"metadata": {"widgets": widgets}}
