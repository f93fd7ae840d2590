"""What a site needs that has an address of its own: `html: baseurl` in `_config.yml`, or ADDRESS.

With one, each page names its canonical address, has a description and what a link to it shows
elsewhere (OpenGraph), and `sitemap.xml` lists all. The student edition has no address: it goes to a
class as files, and must not lead to the open edition. `404.html` is always there; hosts send it
for a page that does not exist, at whatever depth, so its links begin at the root of the site.
"""

import os
from urllib.parse import urlsplit

from sphinx.application import Sphinx

OPENGRAPH = {
    "ogp_image": "_static/page.png",
    "ogp_image_alt": "A page of the book: text, and a figure that the reader moves",
    "ogp_social_cards": {"enable": False},
}


def setup(app: Sphinx) -> None:
    """Load the extensions that fit; called before Sphinx reads the settings."""
    settings = app.config.overrides
    address = os.environ.get("ADDRESS") or settings.get("html_baseurl") or ""
    if os.environ.get("EDITION") == "student":
        address = ""
    address = address and address.rstrip("/") + "/"
    settings["html_baseurl"] = address
    settings["notfound_urls_prefix"] = urlsplit(address).path or "/"
    app.setup_extension("notfound.extension")
    if address:
        settings.update(OPENGRAPH, ogp_site_url=address, sitemap_url_scheme="{link}")
        app.setup_extension("sphinxext.opengraph")
        app.setup_extension("sphinx_sitemap")
