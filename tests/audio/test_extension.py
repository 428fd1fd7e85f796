"""A track that goes on: the old part is the track as it was before its ending, with no click at the joint."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from audio.dsp.loudness import integrated
from audio.engine import TYPICAL_LUFS
from audio.errors import RecordingError
from audio.extension import ExtendingEngine, prepare, smoothed
from audio.files.recording import first_seconds, recording_of, seconds_of
from audio.files.track import write_track
from audio.piece import Piece, PromptChange, Recording
from audio.playout.chain import processed_chunks
from audio.units import SAMPLE_RATE, Pcm
from audio.worker.tone_engine import ToneEngine

RATE = 32_000


async def sound_of(engine: ExtendingEngine | ToneEngine, piece: Piece) -> Pcm:
    return np.concatenate([chunk.engine_pcm async for chunk in processed_chunks(engine, piece)], axis=1)


async def a_track(folder: Path, engine: ToneEngine, seconds: float = 12.0) -> tuple[Path, Pcm]:
    """A track of tones, and the sound that it was made of."""
    piece = Piece("bells", seconds, 7)
    made = await sound_of(engine, piece)
    return write_track(made, piece, engine.info, folder, 10**9).path, made


async def started() -> ToneEngine:
    engine = ToneEngine(speed=math.inf)
    await engine.start()
    return engine


def prepared(track: Path, folder: Path) -> Recording:
    target = folder / "before"
    prepare(track, TYPICAL_LUFS, target)
    return recording_of(target)


async def test_the_old_part_is_the_track_without_its_ending_at_the_loudness_that_the_model_knows(
    tmp_path: Path,
) -> None:
    track, made = await a_track(tmp_path, await started())
    old = prepared(track, tmp_path)
    seconds = seconds_of(old.path)
    assert 11.55 < seconds < 11.6  # all but what the fade has taken below −20 dB
    assert round(seconds * 50, 6) == round(seconds * 50)
    pcm = first_seconds(old.path, RATE, 1, seconds)
    assert integrated(first_seconds(old.path, SAMPLE_RATE, 2, seconds)) == pytest.approx(
        TYPICAL_LUFS, abs=0.2
    )
    before = made[:, : pcm.shape[1]]
    # The same sound at another level, up to its very end, where the track itself has all but died away.
    for begin, end in ((0, RATE), (10 * RATE, 11 * RATE), (11 * RATE, pcm.shape[1])):
        one, other = pcm[0, begin:end], before[0, begin:end]
        assert np.dot(one, other) / math.sqrt(np.dot(one, one) * np.dot(other, other)) > 0.99

    def levels(part: Pcm) -> float:
        return float(np.sqrt((part[:, 11 * RATE :] ** 2).mean() / (part[:, : 11 * RATE] ** 2).mean()))

    assert levels(pcm) == pytest.approx(levels(before), rel=0.05)


async def test_a_piece_with_a_prelude_is_the_old_part_and_then_what_the_engine_makes(tmp_path: Path) -> None:
    tones = await started()
    track, _ = await a_track(tmp_path, tones)
    old = prepared(track, tmp_path)
    prelude = seconds_of(old.path)
    piece = Piece("drums", prelude + 10.0, 8, continues=old, prelude=prelude)
    whole = await sound_of(ExtendingEngine(tones), piece)
    joint = round(prelude * RATE)
    assert whole.shape == (1, round((prelude + 10.0) * RATE))
    assert np.array_equal(whole[:, :joint], first_seconds(old.path, RATE, 1, prelude)[:, :joint])
    new = await sound_of(tones, Piece("drums", 10.0, 8, continues=old))
    bend = round(0.005 * RATE)
    assert np.array_equal(whole[:, joint + bend :], new[:, bend:])
    steps = np.abs(np.diff(whole[0]))
    assert steps[joint - 5 : joint + 5].max() <= steps[: joint - 5].max()


async def test_turns_are_counted_from_the_start_of_the_whole(tmp_path: Path) -> None:
    tones = await started()
    track, _ = await a_track(tmp_path, tones)
    old = prepared(track, tmp_path)
    prelude = seconds_of(old.path)
    piece = Piece("drums", prelude + 10.0, 8, continues=old, prelude=prelude)
    async with ExtendingEngine(tones).open(piece) as stream:
        stream.steer("bells")
        assert stream.piece.prelude == prelude
        (turn,) = stream.piece.prompt_changes
        assert turn.step >= round(prelude * 50)
    steered = Piece(piece.prompt, piece.seconds, 8, continues=old, prelude=prelude, prompt_changes=(turn,))
    joint = round(prelude * RATE)
    again = await sound_of(ExtendingEngine(tones), steered)
    first = PromptChange("bells", turn.step - round(prelude * 50), turn.blend)
    new = await sound_of(tones, Piece("drums", 10.0, 8, continues=old, prompt_changes=(first,)))
    assert np.array_equal(again[:, joint + 160 :], new[:, 160:])


def test_a_jump_at_the_joint_dies_away() -> None:
    new = np.full((1, 1000), 0.5, np.float32)
    bent = smoothed(np.array([[-0.5]], np.float32), new, RATE)
    assert bent[0, 0] == pytest.approx(-0.5, abs=0.01)
    assert np.abs(np.diff(bent[0])).max() < 0.02
    assert np.array_equal(bent[:, 160:], new[:, 160:])
    assert smoothed(new, new[:, :0], RATE).shape == (1, 0)


async def test_what_is_too_long_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audio.extension.MAX_SECONDS", 41.0)
    track, _ = await a_track(tmp_path, await started())
    with pytest.raises(RecordingError, match="too long to be extended; up to 11 s"):
        prepare(track, TYPICAL_LUFS, tmp_path / "before")


async def test_silence_stays_silence(tmp_path: Path) -> None:
    engine = await started()
    path = write_track(
        np.zeros((1, 12 * RATE), np.float32), Piece("bells", 12.0, 7), engine.info, tmp_path, 10**9
    ).path
    old = prepared(path, tmp_path)
    assert not first_seconds(old.path, RATE, 1, 12.0).any()
