"""GGUF files: bytes by hand, the `gguf` package as an independent writer, and hostile files."""

import struct
import tracemalloc

import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFWriter, quants
from hypothesis import given, settings
from hypothesis import strategies as st

from minillm import gguf, quantization


def string(text):
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def tensor(name, shape, kind, offset):
    sizes = struct.pack(f"<I{len(shape)}Q", len(shape), *shape[::-1])
    return string(name) + sizes + struct.pack("<IQ", kind, offset)


def file_bytes(pairs=(), tensors=(), body=b"", version=3, n_keys=None, n_tensors=None):
    """A GGUF file; `pairs` are (key, type, bytes of the value)."""
    counts = (
        len(tensors) if n_tensors is None else n_tensors,
        len(pairs) if n_keys is None else n_keys,
    )
    head = b"GGUF" + struct.pack("<IQQ", version, *counts)
    for key, kind, value in pairs:
        head += string(key) + struct.pack("<I", kind) + value
    head += b"".join(tensors)
    return head + bytes(-len(head) % 32) + body if body else head


@pytest.fixture
def read(tmp_path):
    def write_and_read(raw):
        (tmp_path / "model.gguf").write_bytes(raw)
        return gguf.read(tmp_path / "model.gguf")

    return write_and_read


def test_metadata_of_every_type_by_hand(read):
    pairs = [
        ("u8", 0, b"\xff"),
        ("i8", 1, b"\xff"),
        ("u16", 2, b"\x01\x02"),
        ("i16", 3, struct.pack("<h", -2)),
        ("u32", 4, struct.pack("<I", 2**32 - 1)),
        ("i32", 5, struct.pack("<i", -3)),
        ("f32", 6, struct.pack("<f", 0.5)),
        ("yes", 7, b"\x01"),
        ("text", 8, string("naïve ✓")),
        ("words", 9, struct.pack("<IQ", 8, 2) + string("a") + string("")),
        ("u64", 10, struct.pack("<Q", 2**64 - 1)),
        ("i64", 11, struct.pack("<q", -(2**63))),
        ("f64", 12, struct.pack("<d", 0.1)),
        ("nested", 9, struct.pack("<IQIQ2H", 9, 1, 2, 2, 7, 8)),
        ("flags", 9, struct.pack("<IQ3B", 7, 3, 1, 0, 1)),
    ]
    metadata = read(file_bytes(pairs)).metadata
    assert metadata["nested"].pop().tolist() == [7, 8]
    assert metadata["flags"].tolist() == [True, False, True]
    del metadata["flags"]
    assert metadata == {
        "u8": 255,
        "i8": -1,
        "u16": 513,
        "i16": -2,
        "u32": 2**32 - 1,
        "i32": -3,
        "f32": 0.5,
        "yes": True,
        "text": "naïve ✓",
        "words": ["a", ""],
        "u64": 2**64 - 1,
        "i64": -(2**63),
        "f64": 0.1,
        "nested": [],
    }
    assert type(metadata["yes"]) is bool


def test_q4_1_block_by_hand():
    block = np.zeros(1, quantization.FORMATS[3].dtype)
    block["scale"], block["minimum"] = 0.5, -1.0
    block["codes"][0, :2] = 0xF0, 0x21  # low halves: weights 0, 1; high: 16, 17
    weights = quantization.dequantize_q4_1(block)
    assert weights.dtype == np.float32
    assert weights.shape == (1, 32)
    assert weights[0, [0, 1, 2, 16, 17]].tolist() == [-1.0, -0.5, -1.0, 6.5, 0.0]


def test_q4_0_block_by_hand():
    block = np.zeros(1, quantization.FORMATS[2].dtype)
    block["scale"] = -2.0
    block["codes"][0, 0] = 0xF8
    assert quantization.dequantize_q4_0(block)[0, [0, 16, 1]].tolist() == [0.0, -14.0, 16.0]


def test_q8_0_block_by_hand():
    block = np.zeros(1, quantization.FORMATS[8].dtype)
    block["scale"] = 0.25
    block["codes"][0, :3] = -128, 127, 1
    assert quantization.dequantize_q8_0(block)[0, :4].tolist() == [-32.0, 31.75, 0.25, 0.0]


def test_bf16_by_hand():
    assert quantization.dequantize_bf16(np.array([0x3FC0], np.uint16)).tolist() == [1.5]


@pytest.mark.parametrize("name", ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q8_0"])
def test_read_agrees_with_the_gguf_package(tmp_path, name):
    kind = GGMLQuantizationType[name]
    generator = np.random.default_rng(0)
    weights = {
        "matrix": generator.normal(size=(5, 64)).astype(np.float32),
        "stack": generator.normal(size=(2, 3, 32)).astype(np.float32),
        "zeros": np.zeros((1, 32), np.float32),
    }
    writer = GGUFWriter(tmp_path / "model.gguf", "llama")
    writer.add_block_count(7)
    writer.add_token_list(["a", "Ġb"])
    writer.add_token_types([3, 1])
    writer.add_custom_alignment(64)
    for key, values in weights.items():
        writer.add_tensor(key, quants.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    file = gguf.read(tmp_path / "model.gguf")
    assert file.metadata["general.architecture"] == "llama"
    assert file.metadata["llama.block_count"] == 7
    assert file.metadata["tokenizer.ggml.tokens"] == ["a", "Ġb"]
    assert file.metadata["tokenizer.ggml.token_type"].tolist() == [3, 1]
    assert file.tensors.keys() == weights.keys()
    for key, values in weights.items():
        stored = file.tensors[key]
        expected = quants.dequantize(quants.quantize(values, kind), kind)
        assert stored.format.name == name
        assert stored.shape == values.shape
        assert stored.dequantize().dtype == np.float32
        assert np.array_equal(stored.dequantize(), expected)


def test_tensors_are_not_read_before_they_are_used(read):
    body = np.arange(2**20, dtype="<f4").tobytes()  # 4 MiB
    raw = file_bytes(tensors=[tensor("big", (2**20,), 0, 0)], body=body)
    tracemalloc.start()
    big = read(raw).tensors["big"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20
    assert big.dequantize()[-1] == 2**20 - 1


F32 = tensor("w", (2, 3), 0, 0)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", r"begins with b'', not b'GGUF'"),
        (b"ggml" + bytes(40), r"begins with b'ggml'"),
        (file_bytes(version=1), "version 2 or 3, not 1"),
        (file_bytes(version=3)[:4] + b"\0\0\0\3" + bytes(16), "big-endian .* not 50331648"),
        (b"GGUF" + struct.pack(">IQQ", 2, 0, 0), "a big-endian GGUF file"),
        (b"GGUF" + struct.pack("<IQQ", 2**25, 0, 0), "a big-endian GGUF file"),
        (file_bytes(version=50_331_649), "version 2 or 3, not 50331649"),
        (
            file_bytes([("general.quantization_version", 4, struct.pack("<I", 1))]),
            "version 2, not 1",
        ),
        (b"GGUF\3\0\0\0" + bytes(4), "truncated GGUF file: 8 bytes"),
        (file_bytes([("k", 13, bytes(8))]), "unknown type of GGUF metadata: 13"),
        (file_bytes([("k", 7, b"\2")]), "0 or 1, not 2"),
        (file_bytes([("k", 8, struct.pack("<Q", 2) + b"\xff\xfe")]), r"not UTF-8: b'\\xff\\xfe'"),
        (file_bytes([("k", 0, b"\0"), ("k", 0, b"\0")]), "names 'k' twice"),
        (file_bytes(tensors=[F32, F32], body=bytes(24)), "names 'w' twice"),
        (file_bytes(tensors=[tensor("w", (1,) * 5, 0, 0)]), "at most 4 axes, not 5"),
        (file_bytes(tensors=[tensor("w", (32,), 99, 0)], body=bytes(64)), "type 99; known: 0 F32"),
        (file_bytes(tensors=[tensor("w", (2, 16), 3, 0)], body=bytes(64)), r"\(2, 16\) is not"),
        (file_bytes(tensors=[tensor("w", (2, 0), 0, 0)], body=bytes(64)), r"\(2, 0\) is not"),
        (
            file_bytes(tensors=[tensor("w", (4,), 0, 8)], body=bytes(64)),
            "16 bytes at 8: not a mult",
        ),
        (file_bytes(tensors=[F32], body=bytes(23)), "24 bytes at 0: .* truncated"),
        (file_bytes([("general.alignment", 4, bytes(4))]), "general.alignment is 1 or more, not 0"),
        (file_bytes([("general.alignment", 8, string("x"))]), "alignment is 1 or more, not 'x'"),
    ],
    ids=lambda value: "file" if isinstance(value, bytes) else value,
)
def test_read_refuses_what_is_wrong(read, raw, message):
    with pytest.raises(ValueError, match=message):
        read(raw)


def array(kind, n):
    return ("k", 9, struct.pack("<IQ", kind, n))


HUGE = 2**62
PROMISES = {
    "keys": file_bytes(n_keys=HUGE),
    "tensors": file_bytes(n_tensors=2**64 - 1),
    "string": file_bytes([("k", 8, struct.pack("<Q", HUGE))]),
    "bytes": file_bytes([array(0, HUGE)]),
    "doubles": file_bytes([array(12, HUGE)]),
    "strings": file_bytes([array(8, HUGE)]),
    "nested arrays": file_bytes([("k", 9, struct.pack("<IQ", 9, 1) * 50_000)]),
    "axes": file_bytes(tensors=[tensor("w", (HUGE, HUGE, HUGE, HUGE), 0, 0)], body=bytes(64)),
    "weights": file_bytes(tensors=[tensor("w", (2**32, 2**32), 3, 0)], body=bytes(64)),
    "offset": file_bytes(tensors=[tensor("w", (4,), 0, 2**64 - 32)], body=bytes(64)),
    "alignment": file_bytes(
        [("general.alignment", 10, struct.pack("<Q", 2**63))], [F32], bytes(64)
    ),
}


@pytest.mark.parametrize("raw", PROMISES.values(), ids=PROMISES)
def test_a_file_that_promises_too_much_is_refused_without_allocating(read, raw):
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"truncated|nested"):
        read(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * len(raw) + 2**17


WHOLE = file_bytes(
    [("name", 8, string("tiny")), ("ids", 9, struct.pack("<IQ2I", 4, 2, 5, 6))],
    [tensor("a", (2, 32), 3, 0), tensor("b", (3,), 0, 64)],
    bytes(76),
)


def test_every_truncation_is_refused(read):
    assert read(WHOLE).tensors["b"].shape == (3,)
    for length in range(len(WHOLE)):
        with pytest.raises(ValueError, match=r"truncated|begins with"):
            read(WHOLE[:length])


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(4, len(WHOLE) - 1), st.integers(0, 255)), max_size=4))
def test_damaged_bytes_give_a_file_or_a_value_error(tmp_path_factory, damages):
    raw = bytearray(WHOLE)
    for at, byte in damages:
        raw[at] = byte
    path = tmp_path_factory.mktemp("damaged") / "model.gguf"
    path.write_bytes(raw)
    try:
        file = gguf.read(path)
    except ValueError:
        return
    with np.errstate(all="ignore"):  # a damaged scale may be infinite
        for stored in file.tensors.values():
            assert stored.dequantize().size <= 32 * len(raw)
