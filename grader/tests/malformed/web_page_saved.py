"""The log-in page of the learning platform, saved in the place of the notebook.

points: none
says: a web page (Sign in)
"""


def handed_in(notebook: dict) -> object:
    return b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body></body></html>"
