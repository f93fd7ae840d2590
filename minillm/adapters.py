"""Files that keep a part of a network: what was trained on a frozen base."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from minillm import checkpoint


def trainable(net: nn.Module) -> dict[str, Tensor]:
    """The parameters that are to be trained, by name; a tied one once."""
    return {
        name: parameter
        for name, parameter in net.named_parameters()
        if parameter.requires_grad
    }


def base_checksum(net: nn.Module, part: Mapping[str, Tensor]) -> str:
    """CRC-32 of all of a network but this part."""
    state = net.state_dict()
    base = {name: state[name] for name in state.keys() - part.keys()}
    return checkpoint.checksum(base, {})


def save(
    path: str | Path, net: nn.Module, provenance: Mapping[str, Any]
) -> None:
    """Write the trainable parameters of a network, and which base they fit.

    What is not in the file must be there when it is loaded: the same frozen
    weights, to the bit. Raises `ValueError` where nothing is trainable, and
    where a number is NaN or infinite.
    """
    part = trainable(net)
    if not part:
        raise ValueError("nothing to keep: all parameters are frozen")
    about = {
        "base_crc32": base_checksum(net, part),
        "provenance": dict(provenance),
    }
    checkpoint.write(path, part, about)


def load(path: str | Path, net: nn.Module) -> dict[str, Any]:
    """Copy what `save` has written into a network of the same parts; returns
    its provenance.

    Raises what `checkpoint.read` raises, and `ValueError` where the network
    has no such parameter or another base.
    """
    part, about = checkpoint.read(path)
    if "base_crc32" not in about:
        raise ValueError(f"{str(path)!r} keeps a whole model, not a part")
    unknown = part.keys() - net.state_dict().keys()
    if unknown:
        raise ValueError(
            f"the network has no {sorted(unknown)[0]}: give it the same "
            "adapters first"
        )
    own = base_checksum(net, part)
    if own != about["base_crc32"]:
        raise ValueError(
            f"{str(path)!r} was trained on another base: its frozen weights "
            f"have the checksum {about['base_crc32']}, these have {own}"
        )
    checkpoint.load_weights(net, part, partial=True)
    return about["provenance"]
