from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.private import create_private, is_private, make_private, make_private_folder


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_folder_is_created_or_closed_for_others_and_its_files_stay(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "tracks"
    make_private_folder(folder)
    assert mode(folder) == 0o700
    (folder / "bells.flac").write_bytes(b"x")
    folder.chmod(0o755)
    make_private_folder(folder)
    assert mode(folder) == 0o700
    assert (folder / "bells.flac").read_bytes() == b"x"


def test_only_the_permissions_of_others_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch(0o600)
    for before, after in ((0o644, 0o600), (0o777, 0o700), (0o440, 0o400)):
        file.chmod(before)
        assert not is_private(file)
        make_private(file, tmp_path / "missing")
        assert mode(file) == after
        assert is_private(file)


def test_creating_changes_no_file_that_is_there(tmp_path: Path) -> None:
    file = tmp_path / "file"
    create_private(file)
    assert mode(file) == 0o600
    file.write_bytes(b"x")
    create_private(file)
    assert file.read_bytes() == b"x"
    create_private(tmp_path / "no" / "folder")  # whoever opens it says so


def test_a_file_of_somebody_else_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(path: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    file = tmp_path / "file"
    file.touch()
    file.chmod(0o644)
    monkeypatch.setattr(Path, "chmod", refuse)
    make_private(file)
    assert f"{file} can be used by others: Operation not permitted" in caplog.text
