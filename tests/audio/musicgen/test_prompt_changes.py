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
    """Compose a piece and steer it before the steps that are the keys of `steers`."""
    core.admit(1, piece)
    parts: list[Pcm] = []
    step = 0
    while not core.idle:
        if steers and step in steers:
            assert core.steer(1, *steers[step]) is not None
        for output in core.step():
            assert isinstance(output.result, Chunk), output.result
            parts.append(output.result.pcm)
        step += 1
    return np.concatenate(parts, axis=1)


@pytest.fixture(scope="module")
def core(checkpoint: Checkpoint) -> Iterator[EngineCore]:
    core = EngineCore(checkpoint, slots=2, longest=2.0)
    yield core
    assert core.idle


def test_steering_changes_the_sound_only_from_its_step_on(core: EngineCore) -> None:
    straight = played(core, PIECE)
    steered = played(core, PIECE, {40: ("techno", 0.0)})
    assert steered.shape == straight.shape
    # the codec depends on 4 later frames, and the finer codebooks of 3 frames are sampled later
    assert np.array_equal(steered[:, : 30 * FRAME], straight[:, : 30 * FRAME])
    assert not np.allclose(steered[:, 45 * FRAME :], straight[:, 45 * FRAME :], atol=0.02)


def test_a_steered_piece_continues_its_own_past(core: EngineCore) -> None:
    steered = played(core, PIECE, {40: ("techno", 0.0)})
    other = played(core, dataclasses.replace(PIECE, prompt="techno"))
    assert not np.allclose(steered[:, 45 * FRAME :], other[:, 45 * FRAME :], atol=0.02)


def test_a_prompt_change_at_the_first_step_equals_the_other_prompt(core: EngineCore) -> None:
    steered = played(core, dataclasses.replace(PIECE, prompt_changes=(PromptChange("techno", 0),)))
    assert np.array_equal(steered, played(core, dataclasses.replace(PIECE, prompt="techno")))


@pytest.mark.parametrize("blend_seconds", [0.0, 0.4])
def test_a_piece_with_its_prompt_changes_equals_the_steered_one(
    checkpoint: Checkpoint, core: EngineCore, blend_seconds: float
) -> None:
    live = played(core, PIECE, {20: ("techno", blend_seconds), 50: ("a harp", blend_seconds)})
    frames = round(blend_seconds * 50)
    changes = (PromptChange("techno", 20, frames), PromptChange("a harp", 50, frames))
    again = dataclasses.replace(PIECE, prompt_changes=changes, interval=None)
    assert np.array_equal(played(EngineCore(checkpoint, longest=2.0), again), live)


def test_steering_another_slot_changes_no_sample(core: EngineCore) -> None:
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
        mine = [output.result for output in core.step() if output.key == 1]
        parts.extend(chunk.pcm for chunk in mine if isinstance(chunk, Chunk))
    assert np.array_equal(np.concatenate(parts, axis=1), alone)


def test_a_prompt_change_in_a_later_window_applies_at_its_step(checkpoint: Checkpoint) -> None:
    core = EngineCore(checkpoint, longest=2.0, window=Window(frames=40, stride=20))
    straight = played(core, PIECE)
    steered = played(core, dataclasses.replace(PIECE, prompt_changes=(PromptChange("techno", 60),)))
    assert np.array_equal(steered[:, : 50 * FRAME], straight[:, : 50 * FRAME])
    assert not np.allclose(steered[:, 65 * FRAME :], straight[:, 65 * FRAME :], atol=0.02)


def test_a_waiting_piece_is_steered_from_its_start_and_a_finished_one_is_not(core: EngineCore) -> None:
    core.admit(1, PIECE)
    assert core.steer(1, "techno", 0.0) == PromptChange("techno", 0)
    while not core.idle:
        core.step()
    assert core.steer(1, "a harp", 0.0) is None


def test_a_prompt_does_not_change_before_the_earliest_position(core: EngineCore) -> None:
    core.admit(1, PIECE)
    assert core.steer(1, "techno", 0.0, earliest=0.9) == PromptChange("techno", 45)
    core.step()
    assert core.steer(1, "a harp", 0.0, earliest=1.2) == PromptChange("a harp", 60)
    core.cancel(1)


def test_a_piece_on_hold_resumes_where_it_was(core: EngineCore) -> None:
    straight = played(core, PIECE)
    core.admit(1, PIECE)
    core.hold(1)
    assert core.step() == []
    assert core.nothing_due, "it is admitted to no slot"
    core.report_playhead(1, 0.0)
    parts = [output.result for _ in range(40) for output in core.step()]
    core.hold(1)
    assert core.nothing_due
    assert [core.step() for _ in range(3)] == [[], [], []]
    core.report_playhead(1, 0.0)
    while not core.idle:
        parts += [output.result for output in core.step()]
    pcm = [chunk.pcm for chunk in parts if isinstance(chunk, Chunk)]
    assert np.array_equal(np.concatenate(pcm, axis=1), straight)


def test_a_piece_with_a_playhead_is_not_composed_far_beyond_its_lead(checkpoint: Checkpoint) -> None:
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
