"""Pieces that are steered while they are composed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest

from audio.engine import Chunk
from audio.musicgen.checkpoint.load import Checkpoint
from audio.musicgen.engine_core import EngineCore
from audio.musicgen.schedule.window import Window
from audio.piece import Piece, PromptChange
from audio.units import Pcm

PIECE = Piece("a slow dub", seconds=1.6, seed=3, interval=0.5)
FRAME = 640


def played(core: EngineCore, piece: Piece, steers: dict[int, tuple[str, float]] | None = None) -> Pcm:
    """The sound of a piece that is steered before the steps that `steers` names."""
    core.admit(1, piece)
    parts: list[Pcm] = []
    step = 0
    while not core.idle:
        if steers and step in steers:
            assert core.steer(1, *steers[step]) is not None
        for made in core.step():
            assert isinstance(made.result, Chunk), made.result
            parts.append(made.result.pcm)
        step += 1
    return np.concatenate(parts, axis=1)


@pytest.fixture(scope="module")
def core(checkpoint: Checkpoint) -> Iterator[EngineCore]:
    core = EngineCore(checkpoint, slots=2, longest=2.0)
    yield core
    assert core.idle


def test_what_was_made_stays_and_what_follows_is_another(core: EngineCore) -> None:
    straight = played(core, PIECE)
    steered = played(core, PIECE, {40: ("techno", 0.0)})
    assert steered.shape == straight.shape
    # the codec leans on 4 frames of what is to come, and the finer codebooks of 3 frames come later
    assert np.array_equal(steered[:, : 30 * FRAME], straight[:, : 30 * FRAME])
    assert not np.allclose(steered[:, 45 * FRAME :], straight[:, 45 * FRAME :], atol=0.02)


def test_what_follows_goes_on_from_what_was_made(core: EngineCore) -> None:
    steered = played(core, PIECE, {40: ("techno", 0.0)})
    other = played(core, dataclasses.replace(PIECE, prompt="techno"))
    assert not np.allclose(steered[:, 45 * FRAME :], other[:, 45 * FRAME :], atol=0.02)


def test_a_turn_at_the_first_step_is_the_other_piece(core: EngineCore) -> None:
    steered = played(core, dataclasses.replace(PIECE, prompt_changes=(PromptChange("techno", 0),)))
    assert np.array_equal(steered, played(core, dataclasses.replace(PIECE, prompt="techno")))


@pytest.mark.parametrize("blend_seconds", [0.0, 0.4])
def test_a_piece_with_its_turns_is_the_steered_one_again(
    checkpoint: Checkpoint, core: EngineCore, blend_seconds: float
) -> None:
    live = played(core, PIECE, {20: ("techno", blend_seconds), 50: ("a harp", blend_seconds)})
    frames = round(blend_seconds * 50)
    turns = (PromptChange("techno", 20, frames), PromptChange("a harp", 50, frames))
    again = dataclasses.replace(PIECE, prompt_changes=turns, interval=None)
    assert np.array_equal(played(EngineCore(checkpoint, longest=2.0), again), live)


def test_the_same_is_heard_beside_a_neighbour_who_is_steered_too(core: EngineCore) -> None:
    alone = played(core, PIECE, {40: ("techno", 0.2)})
    core.admit(2, dataclasses.replace(PIECE, seed=8, seconds=1.9))
    for _ in range(7):
        core.step()
    core.steer(2, "a harp", 1.0)
    core.admit(1, PIECE)
    parts: list[Pcm] = []
    for step in range(500):
        if step == 40:
            core.steer(1, "techno", 0.2)
        mine = [made.result for made in core.step() if made.key == 1]
        parts.extend(chunk.pcm for chunk in mine if isinstance(chunk, Chunk))
    assert np.array_equal(np.concatenate(parts, axis=1), alone)


def test_in_a_later_window_the_turn_keeps_its_place(checkpoint: Checkpoint) -> None:
    core = EngineCore(checkpoint, longest=2.0, window=Window(frames=40, stride=20))
    straight = played(core, PIECE)
    steered = played(core, dataclasses.replace(PIECE, prompt_changes=(PromptChange("techno", 60),)))
    assert np.array_equal(steered[:, : 50 * FRAME], straight[:, : 50 * FRAME])
    assert not np.allclose(steered[:, 65 * FRAME :], straight[:, 65 * FRAME :], atol=0.02)


def test_who_waits_is_steered_from_the_start_and_who_is_made_no_more(core: EngineCore) -> None:
    core.admit(1, PIECE)
    assert core.steer(1, "techno", 0.0) == PromptChange("techno", 0)
    while not core.idle:
        core.step()
    assert core.steer(1, "a harp", 0.0) is None


def test_what_was_heard_before_is_not_steered(core: EngineCore) -> None:
    core.admit(1, PIECE)
    assert core.steer(1, "techno", 0.0, earliest=0.9) == PromptChange("techno", 45)
    core.step()
    assert core.steer(1, "a harp", 0.0, earliest=1.2) == PromptChange("a harp", 60)
    core.cancel(1)


def test_what_is_held_goes_on_where_it_was(core: EngineCore) -> None:
    straight = played(core, PIECE)
    core.admit(1, PIECE)
    core.hold(1)
    assert core.step() == []
    assert core.nothing_due, "it takes no slot"
    core.report_playhead(1, 0.0)
    parts = [made.result for _ in range(40) for made in core.step()]
    core.hold(1)
    assert core.nothing_due
    assert [core.step() for _ in range(3)] == [[], [], []]
    core.report_playhead(1, 0.0)
    while not core.idle:
        parts += [made.result for made in core.step()]
    pcm = [chunk.pcm for chunk in parts if isinstance(chunk, Chunk)]
    assert np.array_equal(np.concatenate(pcm, axis=1), straight)


def test_a_piece_that_follows_its_listeners_is_not_made_far_ahead_of_them(checkpoint: Checkpoint) -> None:
    core = EngineCore(checkpoint, longest=10.0, clock=lambda: 0.0)
    core.admit(1, dataclasses.replace(PIECE, seconds=10.0, lead=4.0))
    core.report_playhead(1, 0.0)
    core.step()
    steps = 0
    while not core.nothing_due:
        core.step()
        steps += 1
    assert 4.0 <= steps / 50 <= 4.0 + PIECE.interval + 0.3  # type: ignore[operator]
    core.cancel(1)
