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
# expects: alphabetical order
def pack(weights):
    return _pack(weights, names=list(weights))


# %% wrong: sorted_by_size -- sorted by shape, not by name
# expects: pack
def pack(weights):
    return _pack(
        weights, names=sorted(weights, key=lambda n: (weights[n].size, n))
    )


# %% wrong: columns -- codes column by column
# expects: the codes stand column by column
def pack(weights):
    return _pack(weights, order="F")


# %% wrong: double -- scales in float64
# expects: the scale takes 8
def pack(weights):
    return _pack(weights, scales="<f8")


# %% wrong: big_endian -- floats with the high byte first
# expects: the floats are big-endian
def pack(weights):
    return _pack(weights, scales=">f4", vectors=">f4")


# %% wrong: half -- vectors in float16
# expects: pack
def pack(weights):
    return _pack(weights, vectors="<f2")


# %% wrong: nan_passes -- vectors with a NaN are packed
# expects: a NaN in a vector must raise a ValueError
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


# %% wrong: numpy_offsets -- offsets are NumPy numbers
# expects: JSON can't hold
def pack(weights):
    directory, numbers = {}, bytearray()

    def put(a):
        at = np.int64(len(numbers))
        b = a.tobytes()
        numbers.extend(b + bytes(-len(b) % 4))
        return at

    for name in sorted(weights):
        w = np.asarray(weights[name])
        if w.ndim not in (1, 2) or not np.isfinite(w).all():
            raise ValueError(f"{name}: a finite vector or matrix")
        entry = {"shape": list(w.shape)}
        if w.ndim == 2:
            c, s = quantize_rows(w)
            entry["codes"] = put(c)
            entry["scales"] = put(s.astype("<f4"))
        else:
            entry["floats"] = put(w.astype("<f4"))
        directory[name] = entry
    return directory, bytes(numbers)


# %% wrong: matrix_without_name -- leaves a bad matrix to quantize_rows, whose error has no name
# expects: the message must have the name 'qkv.3'
def pack(weights):
    directory, numbers = {}, bytearray()

    def put(a):
        at = len(numbers)
        b = a.tobytes()
        numbers.extend(b + bytes(-len(b) % 4))
        return at

    for name in sorted(weights):
        w = np.asarray(weights[name])
        if w.ndim not in (1, 2) or (w.ndim == 1 and not np.isfinite(w).all()):
            raise ValueError(f"{name}: a finite vector or matrix")
        entry = {"shape": list(w.shape)}
        if w.ndim == 2:
            c, s = quantize_rows(w)
            entry["codes"] = put(c)
            entry["scales"] = put(s.astype("<f4"))
        else:
            entry["floats"] = put(w.astype("<f4"))
        directory[name] = entry
    return directory, bytes(numbers)


# %% wrong: only_large_axes -- refuses more than two axes only
# expects: no axis must raise
def pack(weights):
    directory, numbers = {}, bytearray()

    def put(a):
        at = len(numbers)
        b = a.tobytes()
        numbers.extend(b + bytes(-len(b) % 4))
        return at

    for name in sorted(weights):
        w = np.asarray(weights[name])
        if w.ndim > 2 or not np.isfinite(w).all():
            raise ValueError(f"{name}: a finite vector or matrix")
        entry = {"shape": list(w.shape)}
        if w.ndim == 2:
            c, s = quantize_rows(w)
            entry["codes"] = put(c)
            entry["scales"] = put(s.astype("<f4"))
        else:
            entry["floats"] = put(w.astype("<f4"))
        directory[name] = entry
    return directory, bytes(numbers)


# %% wrong: padding_four -- always adds 1 to 4 bytes
# expects: -n % 4
def pack(weights):
    directory, numbers = {}, bytearray()

    def put(a):
        at = len(numbers)
        b = a.tobytes()
        numbers.extend(b + bytes(4 - len(b) % 4))
        return at

    for name in sorted(weights):
        w = np.asarray(weights[name])
        if w.ndim not in (1, 2) or not np.isfinite(w).all():
            raise ValueError(f"{name}: a finite vector or matrix")
        entry = {"shape": list(w.shape)}
        if w.ndim == 2:
            c, s = quantize_rows(w)
            entry["codes"] = put(c)
            entry["scales"] = put(s.astype("<f4"))
        else:
            entry["floats"] = put(w.astype("<f4"))
        directory[name] = entry
    return directory, bytes(numbers)


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


# %% right: align_before -- fills up before each array
def pack(weights):
    directory, numbers = {}, bytearray()

    def put(a):
        while len(numbers) % 4:
            numbers.append(0)
        at = len(numbers)
        numbers.extend(a.tobytes())
        return at

    for name in sorted(weights):
        w = np.asarray(weights[name])
        if w.ndim not in (1, 2) or not np.isfinite(w).all():
            raise ValueError(f"{name}: a finite vector or matrix")
        entry = {"shape": list(w.shape)}
        if w.ndim == 2:
            c, s = quantize_rows(w)
            entry["codes"] = put(c)
            entry["scales"] = put(s.astype("<f4"))
        else:
            entry["floats"] = put(w.astype("<f4"))
        directory[name] = entry
    return directory, bytes(numbers)


# %% right: running_sum -- struct and join, places by a running sum
import struct


def pack(weights):
    directory, chunks, at = {}, [], 0
    for name, w in sorted(weights.items(), key=lambda pair: pair[0]):
        if not 1 <= w.ndim <= 2:
            raise ValueError(f"{name} has {w.ndim} axes")
        if np.isnan(w).any() or np.isinf(w).any():
            raise ValueError(f"{name} is not finite")
        about = {"shape": [int(n) for n in w.shape]}
        if w.ndim == 1:
            parts = [("floats", struct.pack(f"<{len(w)}f", *w))]
        else:
            codes, scale = quantize_rows(w)
            parts = [
                ("codes", codes.tobytes()),
                ("scales", struct.pack(f"<{len(scale)}f", *scale)),
            ]
        for key, data in parts:
            while len(data) % 4:
                data += b"\0"
            about[key] = at
            chunks.append(data)
            at += len(data)
        directory[name] = about
    return directory, b"".join(chunks)


# %% wrong: ignores_case -- names sorted without regard to case
# expects: Capitals come in front
def pack(weights):
    directory, numbers = {}, bytearray()

    def put(array):
        at = len(numbers)
        numbers.extend(array.tobytes())
        numbers.extend(bytes(-len(numbers) % 4))
        return at

    for name in sorted(weights, key=str.lower):
        weight = weights[name]
        if weight.ndim not in (1, 2) or not np.isfinite(weight).all():
            raise ValueError(f"{name}: a weight like this can't be packed")
        about = {"shape": list(weight.shape)}
        if weight.ndim == 2:
            codes, scale = quantize_rows(weight)
            about["codes"] = put(codes)
            about["scales"] = put(scale.astype("<f4"))
        else:
            about["floats"] = put(weight.astype("<f4"))
        directory[name] = about
    return directory, bytes(numbers)


# %% wrong: infinity_in_vector -- looks for NaN only; an infinity in a vector is packed
# expects: a vector with an infinity
def pack(
    weights: Mapping[str, np.ndarray],
) -> tuple[dict[str, dict[str, Any]], bytes]:
    directory, numbers = {}, bytearray()

    def put(array):
        at = len(numbers)
        numbers.extend(array.tobytes())
        numbers.extend(bytes(-len(numbers) % 4))
        return at

    for name in sorted(weights):
        weight = weights[name]
        if weight.ndim not in (1, 2):
            raise ValueError(f"{name} has {weight.ndim} axes")
        if np.isnan(weight).any():
            raise ValueError(f"{name} has a NaN")
        if weight.ndim == 2:
            try:
                codes, scale = quantize_rows(weight)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
            directory[name] = {
                "shape": list(weight.shape),
                "codes": put(codes),
                "scales": put(scale.astype("<f4")),
            }
        else:
            directory[name] = {
                "shape": list(weight.shape),
                "floats": put(weight.astype("<f4")),
            }
    return directory, bytes(numbers)


# %% wrong: filled_with_blanks -- the gaps are filled with blanks, as in the header
# expects: expected zero bytes
def pack(
    weights: Mapping[str, np.ndarray],
) -> tuple[dict[str, dict[str, Any]], bytes]:
    directory, numbers = {}, bytearray()

    def put(array):
        at = len(numbers)
        numbers.extend(array.tobytes())
        numbers.extend(b" " * (-len(numbers) % 4))
        return at

    for name in sorted(weights):
        weight = weights[name]
        if weight.ndim not in (1, 2):
            raise ValueError(f"{name} has {weight.ndim} axes")
        if not np.isfinite(weight).all():
            raise ValueError(f"{name} is not finite")
        if weight.ndim == 2:
            codes, scale = quantize_rows(weight)
            directory[name] = {
                "shape": list(weight.shape),
                "codes": put(codes),
                "scales": put(scale.astype("<f4")),
            }
        else:
            directory[name] = {
                "shape": list(weight.shape),
                "floats": put(weight.astype("<f4")),
            }
    return directory, bytes(numbers)
