"""Files that keep a model, and a training run that can go on from one."""

import json
import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from minillm.config import Config

FORMAT = 1  # of the files that this version writes


def checksum(tensors: Mapping[str, Tensor], about: Mapping[str, str]) -> str:
    """CRC-32 of some texts and the bytes of tensors, in order of the names."""
    crc = zlib.crc32(repr(sorted(about.items())).encode())
    for name in sorted(tensors):
        flat = tensors[name].detach().cpu().contiguous().view(-1)
        crc = zlib.crc32(flat.view(torch.uint8).numpy().data, crc)
    return f"{crc:08x}"


def write(
    path: str | Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]
) -> None:
    """Write tensors and what there is to say about them, all or nothing.

    The file is safetensors; `about` is kept in its header as JSON. It is
    written under another name, forced to the disk and then renamed: whenever
    the program or the machine stops, `path` is the old file or the new one,
    whole.
    """
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    tensors = {name: t.detach().contiguous() for name, t in tensors.items()}
    header = {name: json.dumps(value) for name, value in about.items()}
    header |= {"format": str(FORMAT)}
    header |= {"crc32": checksum(tensors, header)}
    with open(partial, "wb") as file:
        file.write(save(tensors, header))
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)  # the new name too
    os.close(folder)


def read(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of a file that `write` has written, and what is said there.

    Raises `FileNotFoundError`, and `ValueError` on a file that is cut short,
    damaged, not ours, or written by a later version.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"no checkpoint {str(path)!r}")
    try:
        with safe_open(path, "pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{str(path)!r} is damaged: {error}") from error
    crc32, written = header.pop("crc32", None), header.get("format", "")
    if crc32 is None or not written.isdigit():
        raise ValueError(f"{str(path)!r} is not a checkpoint of this library")
    if int(written) > FORMAT:
        raise ValueError(
            f"{str(path)!r} has format {written}, this library reads up to "
            f"{FORMAT}: use a later version"
        )
    if crc32 != checksum(tensors, header):
        raise ValueError(f"{str(path)!r} is damaged: its checksum is wrong")
    del header["format"]
    return tensors, {name: json.loads(text) for name, text in header.items()}


def config_from(settings: Mapping[str, Any]) -> Config:
    """The `Config` whose `dataclasses.asdict` these settings are.

    Raises `ValueError` on a setting that this version does not know.
    """
    unknown = settings.keys() - {field.name for field in fields(Config)}
    if unknown:
        raise ValueError(
            f"the checkpoint has settings that this version does not know: "
            f"{', '.join(sorted(unknown))}"
        )
    return Config(**settings)


def check_same(
    what: str, kept: Mapping[str, Any], own: Mapping[str, Any]
) -> None:
    """Raise `ValueError` unless a checkpoint keeps the settings in use."""
    kept, own = (json.loads(json.dumps(dict(s))) for s in (kept, own))
    different = [
        f"{name} is {kept.get(name)!r}, not {own.get(name)!r}"
        for name in sorted(kept.keys() | own.keys())
        if kept.get(name) != own.get(name)
    ]
    if different:
        raise ValueError(
            f"the checkpoint has another {what}: {'; '.join(different)}"
        )


def load_weights(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Copy named weights into a model.

    Raises `ValueError` that names what is missing, left over or of another
    shape.
    """
    own = model.state_dict()
    wrong = [f"{name} is missing" for name in own.keys() - weights.keys()]
    wrong += [f"{name} is unknown" for name in weights.keys() - own.keys()]
    wrong += [
        f"{name} is {tuple(weights[name].shape)}, not {tuple(own[name].shape)}"
        for name in own.keys() & weights.keys()
        if weights[name].shape != own[name].shape
    ]
    if wrong:
        raise ValueError(
            f"the weights are of another model: {'; '.join(sorted(wrong)[:5])}"
        )
    model.load_state_dict(dict(weights))


def prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors, each name with a prefix."""
    return {prefix + name: tensor for name, tensor in tensors.items()}


def with_prefix(
    prefix: str, tensors: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """The tensors whose names have a prefix, without it."""
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }


def optimizer_state(
    model: nn.Module, optimizers: Iterable[torch.optim.Optimizer]
) -> dict[str, Tensor]:
    """What optimizers remember, each tensor as "key/name of the parameter"."""
    names: dict[Tensor, str] = {
        p: name for name, p in model.named_parameters()
    }
    return {
        f"{key}/{names[parameter]}": value
        for optimizer in optimizers
        for parameter, state in optimizer.state.items()
        for key, value in state.items()
    }


def restore_optimizers(
    model: nn.Module,
    optimizers: Iterable[torch.optim.Optimizer],
    tensors: Mapping[str, Tensor],
) -> None:
    """Give optimizers back what `optimizer_state` has kept."""
    names = {parameter: name for name, parameter in model.named_parameters()}
    kept: dict[str, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        key, _, parameter = name.partition("/")
        kept.setdefault(parameter, {})[key] = value
    for optimizer in optimizers:
        groups = optimizer.param_groups
        own = [names[p] for group in groups for p in group["params"]]
        optimizer.load_state_dict(
            {
                "state": {
                    i: kept[name] for i, name in enumerate(own) if name in kept
                },
                "param_groups": optimizer.state_dict()["param_groups"],
            }
        )
