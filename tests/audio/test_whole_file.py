"""A file is replaced whole, or stays as it was."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from audio.whole_file import replace_file


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_has_the_new_content_and_is_its_owners_alone(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"old and longer")
    replace_file(path, memoryview(b"new"), durable=durable)
    assert path.read_bytes() == b"new"
    assert [*tmp_path.iterdir()] == [path]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "weights"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, b"new", durable=True)
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]
