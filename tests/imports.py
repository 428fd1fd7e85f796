"""The modules that importing a file of ours loads, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]


def loaded_by(file: Path) -> frozenset[str]:
    """Return the dotted names that importing `file` loads: our modules, and what they import of others.

    Imports inside functions and under TYPE_CHECKING do not count: they load nothing at that time.
    """
    found: set[str] = set()
    waiting = [file]
    while waiting:
        for name in _imported_by(waiting.pop()):
            if name not in found:
                found.add(name)
                if (ours := _file_of(name)) is not None:
                    waiting.append(ours)
    return frozenset(found)


@cache
def _imported_by(file: Path) -> tuple[str, ...]:
    return tuple(_imports(ast.parse(file.read_text(encoding="utf-8")).body))


def _imports(statements: list[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        match statement:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                # each name may be a module of its own
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.If(test=test, body=body, orelse=otherwise):
                if "TYPE_CHECKING" not in ast.unparse(test):
                    yield from _imports(body)
                yield from _imports(otherwise)
            case ast.Try(body=body, handlers=handlers, orelse=otherwise):
                yield from _imports([*body, *otherwise])
                for handler in handlers:
                    yield from _imports(handler.body)
            case ast.With(body=body) | ast.ClassDef(body=body):
                yield from _imports(body)


@cache
def _file_of(name: str) -> Path | None:
    path = ROOT.joinpath(*name.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((candidate for candidate in candidates if candidate.is_file()), None)
