"""Every language says everything, and nothing is said that no catalogue has."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import get_args

import pytest
from fluent.syntax import ast as fluent
from fluent.syntax import parse, visitor

from audio.piece import PROMPT_LENGTH
from bot.rules.permissions import STAGE_NEEDS, TEXT_NEEDS, THREAD_NEEDS, VOICE_NEEDS
from bot.rules.rights import Action
from bot.rules.settings_change import EVERYTHING
from bot.store.records import Rights
from bot.ui.settings_embed import OPTIONS
from bot.voice.supervisor import Hold
from words.catalogue import ENGLISH, FOLDER, LANGUAGES

ROOT = FOLDER.parent
ROOMS = ("audio", "bot", "browser", "cogs")


MESSAGE_CHARS = 2_000
"""The longest message (Discord developer documentation, Create Message)."""

PROMPT_CHARS = 2 * PROMPT_LENGTH[1]
"""The longest prompt with every sign escaped."""

VALUE_CHARS = 60
"""A file name, a link or a list of permissions; longer ones are rare and cut."""


class Asked(visitor.Visitor):
    """What a message asks to be filled in, what it only chooses by, by which names, and whom it quotes."""

    def __init__(self) -> None:
        self.placed: set[str] = set()
        self.chosen: dict[str, frozenset[str]] = {}
        self.quoted: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802
        self.placed.add(node.id.name)

    def visit_MessageReference(self, node: fluent.MessageReference) -> None:  # noqa: N802
        self.quoted.add(f"{node.id.name}.{node.attribute.name}" if node.attribute else node.id.name)

    def visit_SelectExpression(self, node: fluent.SelectExpression) -> None:  # noqa: N802
        assert isinstance(node.selector, fluent.VariableReference)
        names = {variant.key.name for variant in node.variants if isinstance(variant.key, fluent.Identifier)}
        self.chosen[node.selector.id.name] = frozenset(names)
        for variant in node.variants:
            self.visit(variant.value)


@functools.cache
def patterns(language: str) -> dict[str, fluent.Pattern]:
    """What stands for every key of a language. Fails on a line that Fluent does not understand."""
    found = {}
    for entry in parse((FOLDER / f"{language}.ftl").read_text(encoding="utf-8")).body:
        assert not isinstance(entry, fluent.Junk), entry.content
        if not isinstance(entry, fluent.Message):
            continue
        keyed = [(f"{entry.id.name}.{attribute.id.name}", attribute.value) for attribute in entry.attributes]
        if entry.value is not None:
            keyed.append((entry.id.name, entry.value))
        for key, pattern in keyed:
            assert key not in found, f"{key} stands twice in {language}"
            found[key] = pattern
    return found


@functools.cache
def sentences(language: str) -> dict[str, Asked]:
    """What every key of a language asks for."""
    found = {}
    for key, pattern in patterns(language).items():
        found[key] = Asked()
        found[key].visit(pattern)
    return found


def longest(language: str, pattern: fluent.Pattern) -> int:
    """Signs of a sentence at most, whatever it is filled with."""
    signs = 0
    for element in pattern.elements:
        if isinstance(element, fluent.TextElement):
            signs += len(element.value)
        else:
            signs += _longest_of(language, element.expression)
    return signs


def _longest_of(language: str, expression: object) -> int:
    if isinstance(expression, fluent.SelectExpression):
        return max(longest(language, variant.value) for variant in expression.variants)
    if isinstance(expression, fluent.MessageReference):
        (key,) = _quoted(expression)
        return longest(language, patterns(language)[key])
    prompt = isinstance(expression, fluent.VariableReference) and expression.id.name in ("prompt", "piece")
    return PROMPT_CHARS if prompt else VALUE_CHARS


def _quoted(expression: fluent.MessageReference) -> set[str]:
    asked = Asked()
    asked.visit(expression)
    return asked.quoted


def is_plural(names: frozenset[str]) -> bool:
    """Whether a choice is by how many there are, which every language does in its own way."""
    return names <= {"zero", "one", "two", "few", "many", "other"}


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


OTHERS = [code for code in LANGUAGES if code != ENGLISH]


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_all_that_english_says_with_the_same_values(language: str) -> None:
    theirs, english = sentences(language), sentences(ENGLISH)
    assert theirs.keys() == english.keys()
    for key, asked in english.items():
        known = asked.placed | asked.chosen.keys()
        assert theirs[key].placed <= known, key
        assert theirs[key].chosen.keys() <= known, key
        # what only chooses in English may be left out or said; what is said in English must be said
        lost = asked.placed - theirs[key].placed - asked.chosen.keys()
        assert not lost, (key, lost)


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_tells_apart_what_english_tells_apart(language: str) -> None:
    for key, asked in sentences(ENGLISH).items():
        for variable, names in asked.chosen.items():
            if not is_plural(names):
                assert {variable: names}.items() <= sentences(language)[key].chosen.items(), key


@pytest.mark.parametrize(
    ("key", "variable", "names"),
    [
        ("rights-voted", "act", {act.value for act in Action} - {Action.COMPOSE}),
        ("rights-role-needed", "act", {act.value for act in Action} - {Action.COMPOSE}),
        ("rights-role-unset", "act", {act.value for act in Action} - {Action.COMPOSE}),
        ("voice-waits", "hold", {hold.value for hold in Hold}),
        ("settings-label", "option", {*OPTIONS}),
        ("settings-rights", "rights", {*get_args(Rights)}),
        ("command-choice", "choice", {*OPTIONS, *get_args(Rights), EVERYTHING, "other"}),
        (
            "permissions-name",
            "name",
            {*chain(*VOICE_NEEDS, *STAGE_NEEDS, *TEXT_NEEDS, *THREAD_NEEDS)},
        ),
    ],
)
def test_each_thing_that_a_sentence_chooses_by_has_its_own_words(
    key: str, variable: str, names: set[str]
) -> None:
    assert {*sentences(ENGLISH)[key].chosen[variable]} == names


def test_every_text_of_the_source_is_in_the_catalogue_and_is_given_what_it_needs() -> None:
    known = {key: asked.placed | asked.chosen.keys() for key, asked in sentences(ENGLISH).items()}
    wrong = [
        f"{file}:{line} {key} {sorted(given)}"
        for file, line, key, given in texts()
        if known.get(key) != given
    ]
    assert not wrong


def test_nothing_in_the_catalogue_is_said_nowhere() -> None:
    said = {key for _, _, key, _ in texts()}
    quoted = set().union(*(asked.quoted for asked in sentences(ENGLISH).values()))
    # Commands are held against the command tree in tests/cogs/test_commands.py.
    unused = {key for key in sentences(ENGLISH).keys() - said - quoted if not key.startswith("command-")}
    assert not unused


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_fits_into_a_message(language: str) -> None:
    for key, pattern in patterns(language).items():
        assert longest(language, pattern) <= MESSAGE_CHARS, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reference_leads_somewhere(language: str) -> None:
    for key, asked in sentences(language).items():
        assert asked.quoted <= patterns(language).keys(), key
