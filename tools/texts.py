"""The texts that models are trained and measured on, by name."""

from minillm import corpus
from minillm.storyland import World

Texts = dict[str, list[str]]  # the texts of "train", "valid" and "test"


def texts_of(name: str, n_stories: int = 10_000) -> Texts:
    """The splits of "austen", of "storyland", or of a text file or folder."""
    if name == "austen":
        return {
            split: [document.text for document in corpus.austen(split)]
            for split in ("train", "valid", "test")
        }
    if name == "storyland":
        world = World()
        n = min(500, n_stories)  # of each held-out split
        draws = {"train": ("train", n_stories), "valid": ("valid", n), "test": ("valid", n)}
        return {
            split: [story.text for story in world.stories(count, seed, of)]
            for seed, (split, (of, count)) in enumerate(draws.items())
        }
    return split_each([document.text for document in corpus.load(name)])


def split_each(texts: list[str]) -> Texts:
    """The last tenth of each text held out, half of it to validate and half to test.

    Raises `ValueError` where that leaves nothing to hold out.
    """
    splits: Texts = {"train": [], "valid": [], "test": []}
    for text in texts:
        at = [int(len(text) * share) for share in (0, 0.9, 0.95, 1)]
        for split, start, end in zip(splits, at, at[1:], strict=False):
            splits[split].append(text[start:end])
    splits = {split: [text for text in parts if text] for split, parts in splits.items()}
    if not all(splits.values()):
        raise ValueError(f"{sum(map(len, texts))} characters are too few to hold any out")
    return splits
