"""Put a trained model into the book's pages: `python -m tools.page runs/austen-page`.

It writes `data/models/mini_llm_austen.bin`, one byte for each weight, from the folder of a run of
`tools.mini_llm`, which calls this with `--page`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from minillm import checkpoint, language_model
from minillm.export import PAGE, from_bytes
from minillm.language_model import LanguageModel
from minillm.packing import to_bytes
from minillm.yardstick import bits_per_byte
from tools.provenance import provenance
from tools.texts import texts_of

MOST = 8_000_000  # bytes that a page may load


def origin(folder: Path) -> dict[str, Any]:
    """Where a run's weights come from: its words, its cost, its score."""
    _, about = checkpoint.read(folder / "model.safetensors")
    score = json.loads((folder / "score.json").read_text(encoding="utf-8"))
    words = about["provenance"]["arguments"]
    return {
        "command": "python -m tools.mini_llm --recipe austen-page --page",
        "arguments": {name: value for name, value in words.items() if name != "resume"},
        "bits_per_byte": {split: score[split] for split in ("valid", "test")},
        "parameters": score["parameters"],
        "flops": score["flops"],
        "training_seconds": score["training_seconds"],
        "seed": words["seed"],
        **provenance(),
    }


def write(folder: Path, path: Path | None = None) -> dict[str, Any]:
    """Write the file of a run's model; returns what it says of where it comes from.

    The rounded weights are scored on the validation texts, too: that is what readers run. Raises
    `ValueError` where a page could not load the file.
    """
    model = language_model.load(folder / "model.safetensors")
    about = origin(folder)
    rounded = from_bytes(to_bytes(model, about))
    scored = LanguageModel(rounded.net, rounded.vocabulary, max(1, rounded.net.config.context // 4))
    valid = bits_per_byte(scored, texts_of(about["arguments"]["corpus"])["valid"])
    about["bits_per_byte"]["valid_rounded"] = valid
    data = to_bytes(model, about)
    if len(data) > MOST:
        raise ValueError(f"{len(data):,} bytes are more than the {MOST:,} that a page may load")
    path = path or PAGE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return about


def main() -> None:
    """Write the file and say what is in it."""
    about = write(Path(sys.argv[1]))
    print(json.dumps(about, indent=1))


if __name__ == "__main__":
    main()
