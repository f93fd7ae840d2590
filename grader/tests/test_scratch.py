import mmap
import os
import sys

import pytest

from grader.engine.scratch import ENTRY, clear_scratch, scratch_size

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")


def test_scratch_size_counts_files_and_names(tmp_path):
    assert scratch_size(str(tmp_path), 1 << 30) == 0
    (tmp_path / "file").write_bytes(bytes(1 << 20))
    assert scratch_size(str(tmp_path), 1 << 30) == 1 << 20
    for number in range(100):
        (tmp_path / f"empty{number}").touch()
    assert scratch_size(str(tmp_path), 1 << 30) == (1 << 20) + 100 * 4096


def test_scratch_size_counts_what_was_deleted_and_is_held(tmp_path):
    paths = [tmp_path / "open", tmp_path / "mapped"]
    for path in paths:
        path.write_bytes(bytes(1 << 20))
    held = open(paths[0], "rb")  # noqa: SIM115
    with open(paths[1], "rb+") as file:
        mapped = mmap.mmap(file.fileno(), 0)
    for path in paths:
        path.unlink()
    assert scratch_size(str(tmp_path), 1 << 30) == 0
    assert scratch_size(str(tmp_path), 1 << 30, os.getpid()) == 2 << 20
    held.close()
    assert scratch_size(str(tmp_path), 1 << 30, os.getpid()) == 1 << 20
    mapped.close()
    assert scratch_size(str(tmp_path), 1 << 30, os.getpid()) == 0


def test_scratch_survives_a_hundred_thousand_hostile_names(tmp_path):
    folder = os.fsencode(tmp_path)
    for number in range(100_000):
        os.close(os.open(folder + b"/-rf \n\xff%d" % number, os.O_CREAT, 0))
    assert scratch_size(str(tmp_path), 1 << 20) == (1 << 20) + ENTRY  # it stops at the limit
    assert not clear_scratch(str(tmp_path), limit=50_000)
    assert clear_scratch(str(tmp_path))
    assert not os.listdir(tmp_path)


def test_clearing_follows_no_link(tmp_path):
    (tmp_path / "scratch").mkdir()
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/file").write_text("kept")
    (tmp_path / "scratch/link").symlink_to(tmp_path / "kept")
    assert clear_scratch(str(tmp_path / "scratch"))
    assert (tmp_path / "kept/file").read_text() == "kept"
    (tmp_path / "link").symlink_to(tmp_path / "scratch")
    with pytest.raises(OSError, match="link"):
        clear_scratch(str(tmp_path / "link"))


def test_folders_are_counted_and_cleared_however_deep_and_closed(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").write_bytes(bytes(1 << 20))
    assert scratch_size(str(tmp_path), 1 << 30) >= (1 << 20) + 2 * 4096
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(2000):  # a path longer than the kernel takes
        os.mkdir("d" * 50, dir_fd=folder)
        inner = os.open("d" * 50, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    (tmp_path / "a/b").chmod(0)
    (tmp_path / "a").chmod(0)
    assert scratch_size(str(tmp_path), 1 << 30) > 1 << 30
    assert clear_scratch(str(tmp_path))
    assert os.listdir(tmp_path) == []
