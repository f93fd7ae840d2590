"""Every line of every cell ends in a carriage return and a line feed.

points: 60
"""


def handed_in(notebook: dict) -> object:
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")
    return notebook
