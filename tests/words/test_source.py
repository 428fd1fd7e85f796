"""What a member could read stands in the catalogue and nowhere in the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from words.catalogue import FOLDER

ROOT = FOLDER.parent

FOR_OPERATORS = frozenset(
    {"__main__.py", "cli.py", "config/engine_factory.py", "config/loading.py", "config/settings.py",
     "config/tokens.py", "errors.py", "ops/doctor.py", "ops/expectation.py", "ops/health.py",
     "ops/logs.py", "ops/metrics.py", "ops/offline.py", "session/counters.py",
     "session/journal.py", "store/database.py", "store/erasures.py",
     "store/guilds_left.py", "store/records.py", "store/repository.py", "store/search.py"}
)  # fmt: skip
"""Files of `bot/` whose words reach the console, the log and the settings file."""

ENGLISH_FOR_ALL = frozenset({"ui/presets.py"})
"""Prompts are English, which the models understand."""

PLAIN_ERRORS = frozenset(
    {"AssertionError", "RuntimeError", "SettingsError", "StartError", "StoreError", "TokenError", "TypeError",
     "ValueError"}
)  # fmt: skip
"""What members never meet: they read that something went wrong."""

WORDS = re.compile(r"[^\W\d_]{2,}[^\n]* [^\W\d_]{2,}|[^\W\d_]{2,}[.!?]$")
"""Two words with a space somewhere between them, or one that ends a sentence."""


def files() -> list[Path]:
    """Every file of the bot and its commands whose words members can read."""
    spared = {ROOT / "bot" / name for name in FOR_OPERATORS | ENGLISH_FOR_ALL}
    missing = [str(path) for path in spared if not path.exists()]
    assert not missing, f"moved or gone: {missing}"
    return [
        file for room in ("bot", "cogs") for file in sorted((ROOT / room).rglob("*.py")) if file not in spared
    ]


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Every text that is no docstring, no line of the log, no name of a task and no programmer's error."""
    tree = ast.parse(source)
    spared: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            spared.add(node.value)  # docstrings
        if isinstance(node, ast.Call) and _is_for_operators(node):
            spared |= set(ast.walk(node))
        if isinstance(node, ast.Call):
            named = [keyword.value for keyword in node.keywords if keyword.arg in ("name", "description")]
            if ast.unparse(node.func) in (
                "asyncio.create_task",
                "threading.Thread",
                "app_commands.ContextMenu",
            ):
                spared |= {inner for name in named for inner in ast.walk(name)}
            if ast.unparse(node.func).endswith("_spawn") or ast.unparse(node.func).endswith(".spawn"):
                spared |= {inner for given in node.args[1:] for inner in ast.walk(given)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in spared:
            found = WORDS.search(node.value)
            yield from [(node.lineno, node.value)] if found else []


def _is_for_operators(call: ast.Call) -> bool:
    called = ast.unparse(call.func)
    return (
        called.startswith("_log.")
        or called == "print"
        or called in PLAIN_ERRORS
        or called.endswith("Refusal")
    )


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_that_a_member_reads_is_said_outside_the_catalogue(file: Path) -> None:
    assert not [f"{line}: {text}" for line, text in sentences(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    "line",
    [
        'raise RequestError("Nothing is playing yet.")',
        'await interaction.response.send_message(f"Skipped seed {seed}.")',
        'embed.add_field(name="Who plays", value=x)',
        'discord.ui.Button(label="Play again")',
        '@app_commands.command(description="End the music")\nasync def stop(): ...',
        'LINE = "Stopped."',
    ],
)
def test_the_search_finds_what_it_is_for(line: str) -> None:
    assert list(sentences(line))
