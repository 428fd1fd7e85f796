"""A performance's states, who may change them, and the prompt changes that it takes."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import bot
from audio.piece import Piece, PromptChange
from audio.worker.tone_engine import ToneEngine
from bot.playback.composition import CompositionState
from bot.playback.performance import Performance, PlaybackState, Request
from tests.loopback_guild import until

ROOT = Path(bot.__file__).parents[1]
OWN_FILES = {ROOT / "bot/playback" / name for name in ("performance.py", "composition.py")}


class SlowAnswers(ToneEngine):
    """Its streams never answer a request to steer."""

    @asynccontextmanager
    async def open(self, piece: Piece) -> AsyncIterator[Any]:
        async with super().open(piece) as stream:
            self.opened = piece
            stream.steer = lambda *_: None  # type: ignore[method-assign]
            yield stream


def performance_of(engine: ToneEngine, seconds: float = 2.0) -> Performance:
    anybody: Any = SimpleNamespace(id=1)
    return Performance(Request(Piece("bells", seconds, 1), anybody, anybody, anybody), engine)


def assigned(tree: ast.AST) -> Iterator[ast.Attribute]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node


async def test_no_other_file_assigns_a_field_of_a_performance() -> None:
    engine = ToneEngine()
    await engine.start()
    performance = performance_of(engine)
    public = {name for name, _ in inspect.getmembers(Performance) if not name.startswith("_")}
    fields = public | {name for name in vars(performance) if not name.startswith("__")}
    assert {"dismissed", "ended", "paused", "hold_reason", "trouble", "track", "_playback"} <= fields
    files = [path for folder in ("bot", "cogs", "acceptance") for path in (ROOT / folder).rglob("*.py")]
    assert set(files) > OWN_FILES
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"
        for path in files
        if path not in OWN_FILES
        for node in assigned(ast.parse(path.read_text()))
        if node.attr in fields and not (isinstance(node.value, ast.Name) and node.value.id == "self")
    ]
    assert wrong == []


async def test_a_piece_that_has_ended_is_not_played_again() -> None:
    engine = ToneEngine()
    await engine.start()
    performance = performance_of(engine)
    performance.mark_next()
    performance.start_playback()
    performance.leave_queue()
    with pytest.raises(RuntimeError, match="ended cannot become playing"):
        performance.start_playback()
    assert performance.playback_state is PlaybackState.ENDED
    assert not performance.settled
    performance.dismiss()
    assert performance.settled


async def test_words_before_composing_begins_are_part_of_the_piece_that_the_engine_gets() -> None:
    engine = SlowAnswers(speed=100.0)
    await engine.start()
    performance = performance_of(engine)
    performance.steer("a harp", 0.5)
    change = PromptChange("a harp", 0, 25)
    assert performance.piece.prompt_changes == (change,)
    await performance.compose()
    assert engine.opened.prompt_changes == performance.piece.prompt_changes == (change,)


async def test_words_that_the_engine_has_not_answered_are_kept_over_an_interruption_in_their_order() -> None:
    engine = SlowAnswers(speed=2.0)
    await engine.start()
    performance = performance_of(engine, 4.0)
    composing = asyncio.create_task(performance.compose())
    await until(lambda: performance.buffer.seconds_received > 0)
    performance.steer("a harp", 0.0)
    assert performance.piece.prompts == ("bells", "a harp"), "it is shown at once"
    made = performance.buffer.seconds_received
    await until(lambda: performance.buffer.seconds_received > made)
    performance.interrupt()
    await composing
    assert performance.composition_state is CompositionState.WAITING
    performance.steer("drums", 0.0)
    (harp, drums) = performance.piece.prompt_changes
    assert (harp.prompt, drums.prompt) == ("a harp", "drums")
    assert harp.step == drums.step >= made * 50, "sound that was played with the old words keeps them"
    again = asyncio.create_task(performance.compose())
    await until(lambda: len(engine.opened.prompt_changes) == 2)
    performance.dismiss()
    await again
    assert performance.piece.prompt_changes == (harp, drums)


async def test_words_that_come_too_late_for_the_engine_are_no_part_of_the_piece() -> None:
    engine = SlowAnswers(speed=8.0)
    await engine.start()
    performance = performance_of(engine, 4.0)
    composing = asyncio.create_task(performance.compose())
    await until(lambda: performance.composition_state is CompositionState.COMPOSING)
    await until(lambda: performance.buffer.seconds_received > 0)
    performance.steer("a harp", 0.0)
    await composing
    assert performance.composed
    assert performance.piece.prompt_changes == ()


@pytest.mark.parametrize("answers", [SlowAnswers, ToneEngine])
async def test_what_was_typed_stays_with_its_words_whether_the_engine_has_answered_or_not(
    answers: type[ToneEngine],
) -> None:
    engine = answers(speed=2.0)
    await engine.start()
    performance = performance_of(engine, 4.0)
    performance.steer("slow", 0.0, "langsam")
    composing = asyncio.create_task(performance.compose())
    await until(lambda: performance.buffer.seconds_received > 0)
    performance.steer("a harp", 0.0)
    performance.steer("no drums", 0.0, "ohne Schlagzeug")
    typed = ("bells", "langsam", "a harp", "ohne Schlagzeug")
    assert performance.piece.typed_prompts == typed
    performance.interrupt()
    await composing
    assert performance.piece.typed_prompts == typed
    await performance.compose()
    assert performance.piece.typed_prompts == typed
    assert performance.piece.prompts == ("bells", "slow", "a harp", "no drums")
