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
from minillm.network import State, device_of, map_state, tensors_of

FORMAT = 1  # of the files that this version writes


def checksum(tensors: Mapping[str, Tensor], about: Mapping[str, str]) -> str:
    """CRC-32 of some texts and the bytes of tensors, in order of the names."""
    # Safetensors finds a file that is cut short, but no changed byte.
    crc = zlib.crc32(repr(sorted(about.items())).encode())
    for name in sorted(tensors):
        flat = tensors[name].detach().cpu().contiguous().view(-1)
        crc = zlib.crc32(flat.view(torch.uint8).numpy().data, crc)
    return f"{crc:08x}"


def check_finite(tensors: Mapping[str, Tensor], what: str) -> None:
    """Raise `ValueError` that names a tensor with a number NaN or infinite."""
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise ValueError(
                f"{name} of {what} has a number that is NaN or infinite"
            )


def write(
    path: str | Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]
) -> None:
    """Write tensors and what there is to say about them, all or nothing.

    The file is safetensors; `about` is kept in its header as JSON. It is
    written under another name, forced to the disk and then renamed: whenever
    the program or the machine stops, `path` is the old file or the new one,
    whole. So it is where a number is NaN or infinite: that raises `ValueError`
    before anything is written.
    """
    path = Path(path)
    check_finite(tensors, f"what {path.name!r} would keep")
    partial = path.with_name(path.name + ".partial")
    tensors = {name: t.detach().contiguous() for name, t in tensors.items()}
    header = {name: json.dumps(value) for name, value in about.items()}
    header |= {"format": str(FORMAT)}
    header |= {"crc32": checksum(tensors, header)}
    # Renaming is one act of the file system: nobody ever sees half a file.
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


def config_from(settings: Mapping[str, Any], kind: type = Config) -> Any:
    """The dataclass `kind` whose `dataclasses.asdict` these settings are.

    Raises `ValueError` on a setting that this version does not know.
    """
    unknown = settings.keys() - {field.name for field in fields(kind)}
    if unknown:
        raise ValueError(
            f"the checkpoint has settings that this version does not know: "
            f"{', '.join(sorted(unknown))}"
        )
    return kind(**settings)


def check_same(
    what: str, kept: Mapping[str, Any], own: Mapping[str, Any]
) -> None:
    """Raise `ValueError` unless a checkpoint keeps the settings in use."""
    # Through JSON, as the kept ones went: a tuple has become a list.
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


def load_weights(
    model: nn.Module, weights: Mapping[str, Tensor], partial: bool = False
) -> None:
    """Copy named weights into a model; `partial`: into a part of it.

    Raises `ValueError` that names what is missing (unless `partial`), left
    over, of another shape, NaN or infinite.
    """
    own = model.state_dict()
    missing = set() if partial else own.keys() - weights.keys()
    wrong = [f"{name} is missing" for name in missing]
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
    check_finite(weights, "the checkpoint")
    model.load_state_dict(dict(weights), strict=not partial)


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


def run_tensors(
    net: nn.Module, optimizers: Iterable[torch.optim.Optimizer], state: State
) -> dict[str, Tensor]:
    """Everything that a run needs to go on: weights, what the optimizers
    remember, the state that is carried from batch to batch.
    """
    carried = {str(i): x for i, x in enumerate(tensors_of(state))}
    return {
        **prefixed("model.", net.state_dict()),
        **prefixed("optimizer.", optimizer_state(net, optimizers)),
        **prefixed("state.", carried),
    }


def restore_run(
    net: nn.Module,
    optimizers: Iterable[torch.optim.Optimizer],
    state: State,
    tensors: Mapping[str, Tensor],
) -> State:
    """Give a run back what `run_tensors` has kept. Returns the state, put
    together like the one that is given.
    """
    load_weights(net, with_prefix("model.", tensors))
    remembered = with_prefix("optimizer.", tensors)
    check_finite(remembered, "the optimizer")
    restore_optimizers(net, optimizers, remembered)
    kept = with_prefix("state.", tensors)
    numbers = iter(range(len(kept)))
    device = device_of(net)
    return map_state(lambda _: kept[str(next(numbers))].to(device), state)
