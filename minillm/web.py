"""A model of one's own in a web page: `python -m minillm.web MODEL`.

MODEL is a file that `minillm.language_model` or `minillm.packing` has written.
The folder `--out` then holds index.html and all that it needs. Any server of
files can send it, and nothing is asked of any other host.
"""

import argparse
import html
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from minillm import language_model
from minillm.export import read_header
from minillm.figures.widget import FIGURES, front_end
from minillm.packing import to_bytes

MOST = 8_000_000  # bytes that a page should ask its readers to load
INDEX = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="figures.css">
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  font-family: system-ui, sans-serif; color: #24292e; background: #fffefb; }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #e6e2d8; background: #16181a; --course-ink: #e6e2d8;
    --course-muted: #a9a498; --course-accent: #6cc1ca; --course-warm: #e39a6b;
    --course-rule: #3a3d40; --course-surface: #212427;
    --pst-color-background: #16181a; }}
}}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{about}</p>
<div id="model" class="figure-host"><p>This page needs JavaScript, and a
server: open it by <code>python -m http.server</code>, not as a file.</p></div>
<script type="module">
import {{ mount }} from "./live.js";
const url = new URL("model.bin", import.meta.url);
const text = {opening};
mount(document.getElementById("model"), {{ url, size: "{size}", text }});
</script>
</body>
</html>
"""


def model_file(path: Path) -> bytes:
    """The bytes of a page's file, from a file of either kind.

    Raises `ValueError` on what is neither, and where a page can't run it.
    """
    if path.suffix == ".safetensors":
        return to_bytes(language_model.load(path), {"file": path.name})
    data = path.read_bytes()
    read_header(data)
    return data


def write(
    data: bytes, folder: Path, title: str = "My mini-LLM", opening: str = ""
) -> None:
    """Write the folder of a page for a model's file.

    Raises `ValueError` where the file is larger than a page should load.
    """
    if len(data) > MOST:
        raise ValueError(
            f"{len(data):,} bytes are more than the {MOST:,} that a page "
            "should ask its readers to load: train a smaller model"
        )
    header, _ = read_header(data)
    config = header["config"]
    about = (
        f"A language model of {config['n_layers']} layers, "
        f"{config['width']} wide, with {config['vocab_size']:,} tokens and a "
        f"context of {config['context']}. It runs in your browser: what you "
        "write goes nowhere."
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.bin").write_bytes(data)
    (folder / "live.js").write_text(front_end("live"), encoding="utf-8")
    shutil.copyfile(FIGURES / "figures.css", folder / "figures.css")
    page = INDEX.format(
        title=html.escape(title),
        about=html.escape(about),
        size=f"{len(data) / 1e6:.1f}",
        opening=json.dumps(opening).replace("<", "\\u003c"),
    )
    (folder / "index.html").write_text(page, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page and say how to look at it."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("model", type=Path)
    words.add_argument("--out", type=Path, default=Path("_build/page"))
    words.add_argument("--title", default="My mini-LLM")
    words.add_argument("--text", default="", help="what stands there first")
    args = words.parse_args(arguments)
    write(model_file(args.model), args.out, args.title, args.text)
    print(
        f"{args.out}: any static server sends it. Here: "
        f"python -m http.server -d {args.out}"
    )


if __name__ == "__main__":
    main()
