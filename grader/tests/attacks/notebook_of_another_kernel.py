"""aims at: the program that runs the notebook, named by its metadata
cell: notebook tally-counts
worth: 0
"""


def change(notebook):
    notebook.metadata["kernelspec"] = {"name": "nothing", "display_name": "x", "language": "text"}
    notebook.metadata["language_info"] = {"name": "text", "file_extension": ".txt"}
