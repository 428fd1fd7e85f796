"""Every language says everything, and nothing is said that no catalogue has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import ast as fluent
from fluent.syntax import parse, visitor

from words.catalogue import ENGLISH, FOLDER, LANGUAGES

ROOT = FOLDER.parent
ROOMS = ("audio", "bot", "cogs")


class Variables(visitor.Visitor):
    """What a message asks to be filled in."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


def sentences(language: str) -> dict[str, frozenset[str]]:
    """Every key of a language and the values it needs. Fails on a line that Fluent does not understand."""
    found = {}
    for entry in parse((FOLDER / f"{language}.ftl").read_text(encoding="utf-8")).body:
        assert not isinstance(entry, fluent.Junk), entry.content
        if not isinstance(entry, fluent.Message):
            continue
        patterns = {f"{entry.id.name}.{attribute.id.name}": attribute.value for attribute in entry.attributes}
        if entry.value is not None:
            patterns[entry.id.name] = entry.value
        for key, pattern in patterns.items():
            variables = Variables()
            variables.visit(pattern)
            assert key not in found, f"{key} stands twice in {language}"
            found[key] = frozenset(variables.names)
    return found


def texts() -> Iterator[tuple[Path, int, str, set[str]]]:
    """Every Text("…") of the source: where, its key, and the values it is given."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Text"):
                    continue
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    given = {keyword.arg for keyword in node.keywords if keyword.arg}
                    yield file.relative_to(ROOT), node.lineno, str(key.value), given


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != ENGLISH])
def test_a_language_has_the_sentences_of_english_and_asks_for_no_other_values(language: str) -> None:
    theirs, english = sentences(language), sentences(ENGLISH)
    assert theirs.keys() == english.keys()
    # one without a plural need not ask for a count
    assert {key: values - english[key] for key, values in theirs.items() if values - english[key]} == {}


def test_every_text_of_the_source_is_in_the_catalogue_and_is_given_what_it_needs() -> None:
    known = sentences(ENGLISH)
    wrong = [
        f"{file}:{line} {key} {sorted(given)}"
        for file, line, key, given in texts()
        if known.get(key) != frozenset(given)
    ]
    assert not wrong
