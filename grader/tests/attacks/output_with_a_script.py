"""aims at: the browser of the person who marks, through HTML, scripts and SVG in outputs
cell: after tally
worth: 0
"""


class Page:
    def _repr_html_(self):
        return "<script>fetch('http://127.0.0.1:@PORT@/')</script>"

    def _repr_javascript_(self):
        return "fetch('http://127.0.0.1:@PORT@/')"

    def _repr_svg_(self):
        return "<svg onload=\"fetch('http://127.0.0.1:@PORT@/')\"/>"

    def _repr_markdown_(self):
        return "<img src=x onerror=alert(1)>"

    def __repr__(self):
        return "</pre><script>alert(1)</script><img src=x onerror=alert(1)>"


print("</pre><script>alert(1)</script>")
Page()
