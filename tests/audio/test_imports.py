from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import audio

FOLDER = Path(audio.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))


def imported(file: Path) -> Iterator[str]:
    """Yield the full name of every module that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            yield node.module or ""


def test_the_files_of_the_package_are_found() -> None:
    assert FOLDER / "playout" / "opus.py" in FILES
    assert "audio.units" in set(imported(FOLDER / "playout" / "opus.py"))


def test_audio_knows_nothing_of_discord() -> None:
    assert not [file for file in FILES if "discord" in {name.split(".")[0] for name in imported(file)}]
