import numpy as np


def _pack(
    weights,
    names=None,
    pad=True,
    check=True,
    scales="<f4",
    order="C",
    vectors="<f4",
):
    """The solution, with knobs for mistakes."""
    directory, numbers = {}, bytearray()

    def put(array):
        start = len(numbers)
        numbers.extend(array.tobytes())
        if pad:
            numbers.extend(b"\0" * (-len(numbers) % 4))
        return start

    for name in sorted(weights) if names is None else names:
        w = np.asarray(weights[name])
        if check and (w.ndim not in (1, 2) or not np.isfinite(w).all()):
            raise ValueError(f"{name} is not finite")
        about = {"shape": list(w.shape)}
        if w.ndim == 2:
            codes, scale = quantize_rows(w)
            about |= {
                "codes": put(
                    np.ascontiguousarray(codes.T) if order == "F" else codes
                ),
                "scales": put(scale.astype(scales)),
            }
        else:
            about["floats"] = put(w.astype(vectors))
        directory[name] = about
    return directory, bytes(numbers)


# %% wrong: no_padding -- arrays follow each other without gaps
# expects: a Float32Array cannot look there
def pack(weights):
    return _pack(weights, pad=False)


# %% wrong: as_they_come -- the names are not sorted
# expects: pack
def pack(weights):
    return _pack(weights, names=list(weights))


# %% wrong: sorted_by_size -- sorted by shape, not by name
# expects: pack
def pack(weights):
    return _pack(
        weights, names=sorted(weights, key=lambda n: (weights[n].size, n))
    )


# %% wrong: columns -- codes column by column
# expects: right order
def pack(weights):
    return _pack(weights, order="F")


# %% wrong: double -- scales in float64
# expects: pack
def pack(weights):
    return _pack(weights, scales="<f8")


# %% wrong: big_endian -- floats with the high byte first
# expects: comes back with
def pack(weights):
    return _pack(weights, scales=">f4", vectors=">f4")


# %% wrong: half -- vectors in float16
# expects: pack
def pack(weights):
    return _pack(weights, vectors="<f2")


# %% wrong: nan_passes -- vectors with a NaN are packed
# expects: a NaN must raise a ValueError
def pack(weights):
    for name, w in weights.items():
        if w.ndim not in (1, 2):
            raise ValueError(f"{name} has another number of axes")
    return _pack(
        {n: np.nan_to_num(w) for n, w in weights.items()}, check=False
    )


# %% wrong: message_without_name -- the error does not say which weight
# expects: the message must have the name
def pack(weights):
    try:
        return _pack(weights)
    except ValueError:
        raise ValueError("a weight cannot be packed") from None


# %% wrong: matrices_only -- vectors are left out
# expects: pack
def pack(weights):
    if any(w.ndim != 2 for w in weights.values()):
        bad = [
            n
            for n, w in weights.items()
            if w.ndim not in (1, 2) or not np.isfinite(w).all()
        ]
        if bad:
            raise ValueError(f"{bad[0]}")
    return _pack({n: w for n, w in weights.items() if w.ndim == 2})


# %% right: list_of_parts -- parts are joined at the end
def pack(weights):
    parts, directory, end = [], {}, 0
    for name, weight in sorted(weights.items()):
        weight = np.array(weight)
        if not (weight.ndim in (1, 2) and np.all(np.isfinite(weight))):
            raise ValueError(f"cannot pack {name}")
        entry = {"shape": [int(n) for n in weight.shape]}
        arrays = {"floats": weight.astype("<f4")}
        if weight.ndim == 2:
            codes, scale = quantize_rows(weight)
            arrays = {"codes": codes, "scales": scale.astype("<f4")}
        for key, array in arrays.items():
            data = array.tobytes()
            data += bytes(-len(data) % 4)
            entry[key] = end
            parts.append(data)
            end += len(data)
        directory[name] = entry
    return directory, b"".join(parts)


# %% right: two_passes -- the places first, then one buffer
def pack(weights):
    arrays, directory, end = [], {}, 0
    for name in sorted(weights):
        w = weights[name]
        if w.ndim == 2 and np.isfinite(w).all():
            codes, scale = quantize_rows(w)
            found = [("codes", codes), ("scales", scale)]
        elif w.ndim == 1 and np.isfinite(w).all():
            found = [("floats", w.astype(np.float32))]
        else:
            raise ValueError(f"{name}: {w.shape}")
        directory[name] = {"shape": list(w.shape)}
        for key, array in found:
            directory[name][key] = end
            arrays.append((end, array))
            end = (end + array.nbytes + 3) // 4 * 4
    buffer = bytearray(end)
    for start, array in arrays:
        buffer[start : start + array.nbytes] = array.tobytes()
    return directory, bytes(buffer)


# %% right: bytes_io -- into a file in memory
def pack(weights):
    import io

    file, directory = io.BytesIO(), {}

    def write(array):
        at = file.tell()
        file.write(np.ascontiguousarray(array).tobytes())
        while file.tell() % 4:
            file.write(b"\0")
        return at

    for name in sorted(weights.keys()):
        weight = np.asarray(weights[name], dtype=np.float64)
        if weight.ndim < 1 or weight.ndim > 2:
            raise ValueError(f"{name} has {weight.ndim} axes")
        if not np.isfinite(weight).all():
            raise ValueError(f"{name} is not finite")
        directory[name] = {"shape": list(weight.shape)}
        if weight.ndim == 1:
            directory[name]["floats"] = write(weight.astype("<f4"))
        else:
            codes, scale = quantize_rows(weight)
            directory[name]["codes"] = write(codes)
            directory[name]["scales"] = write(scale.astype("<f4"))
    return directory, file.getvalue()
