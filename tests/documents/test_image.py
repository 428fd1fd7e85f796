"""The container's image: what goes in, and that it is all that is needed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def copied() -> list[str]:
    """What the Dockerfile copies from the repository."""
    lines = [line.split() for line in (ROOT / "Dockerfile").read_text().splitlines()]
    ours = [line for line in lines if line[:1] == ["COPY"] and not line[1].startswith("--from=")]
    return [source for line in ours for source in line[1:-1]]


def imported(file: Path) -> set[str]:
    """The first names of all modules that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("source", copied())
def test_what_the_image_copies_is_there_and_not_kept_out(source: str) -> None:
    assert (ROOT / source).exists()
    assert f"!{source}" in (ROOT / ".dockerignore").read_text().splitlines()


def test_the_image_has_all_that_its_own_code_imports() -> None:
    ours = {folder.name for folder in ROOT.iterdir() if (folder / "__init__.py").exists()}
    files = [file for source in copied() for file in (ROOT / source).rglob("*.py")]
    assert len(files) > 100
    missing = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in files
        for name in imported(file) & ours - set(copied())
    }
    assert not missing
