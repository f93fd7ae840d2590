"""aims at: the feedback page, through the text of an error that holds HTML
cell: tally
worth: 0
"""


class Markup(Exception):
    pass


Markup.__name__ = "<script>alert(1)</script>"


def tally(items):
    raise Markup("</pre><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[8m")
