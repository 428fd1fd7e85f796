"""Extensions: the prelude is the track without its fade-out, and the new sound follows without a click."""

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
    """Return a track of tones and the engine's sound of it."""
    piece = Piece("bells", seconds, 7)
    made = await sound_of(engine, piece)
    return write_track(made, piece, engine.info, folder, 10**9).path, made


async def started() -> ToneEngine:
    engine = ToneEngine(speed=math.inf)
    await engine.start()
    return engine


def prepared(track: Path, folder: Path) -> Recording:
    target = folder / "prelude"
    prepare(track, TYPICAL_LUFS, target)
    return recording_of(target)


async def test_the_prelude_is_the_track_without_its_fade_out_at_the_models_loudness(
    tmp_path: Path,
) -> None:
    track, made = await a_track(tmp_path, await started())
    recording = prepared(track, tmp_path)
    seconds = seconds_of(recording.path)
    assert 11.55 < seconds < 11.6  # all but the part that is faded below −20 dB
    assert round(seconds * 50, 6) == round(seconds * 50)
    pcm = first_seconds(recording.path, RATE, 1, seconds)
    assert integrated(first_seconds(recording.path, SAMPLE_RATE, 2, seconds)) == pytest.approx(
        TYPICAL_LUFS, abs=0.2
    )
    before = made[:, : pcm.shape[1]]
    # The same sound at another level, up to its end, where the track itself has nearly faded out.
    for begin, end in ((0, RATE), (10 * RATE, 11 * RATE), (11 * RATE, pcm.shape[1])):
        one, other = pcm[0, begin:end], before[0, begin:end]
        assert np.dot(one, other) / math.sqrt(np.dot(one, one) * np.dot(other, other)) > 0.99

    def levels(part: Pcm) -> float:
        return float(np.sqrt((part[:, 11 * RATE :] ** 2).mean() / (part[:, : 11 * RATE] ** 2).mean()))

    assert levels(pcm) == pytest.approx(levels(before), rel=0.05)


async def test_a_piece_with_a_prelude_is_the_prelude_and_then_new_sound(tmp_path: Path) -> None:
    tones = await started()
    track, _ = await a_track(tmp_path, tones)
    recording = prepared(track, tmp_path)
    prelude = seconds_of(recording.path)
    piece = Piece("drums", prelude + 10.0, 8, continues=recording, prelude=prelude)
    whole = await sound_of(ExtendingEngine(tones), piece)
    seam = round(prelude * RATE)
    assert whole.shape == (1, round((prelude + 10.0) * RATE))
    assert np.array_equal(whole[:, :seam], first_seconds(recording.path, RATE, 1, prelude)[:, :seam])
    new = await sound_of(tones, Piece("drums", 10.0, 8, continues=recording))
    smoothing = round(0.005 * RATE)
    assert np.array_equal(whole[:, seam + smoothing :], new[:, smoothing:])
    steps = np.abs(np.diff(whole[0]))
    assert steps[seam - 5 : seam + 5].max() <= steps[: seam - 5].max()


async def test_prompt_changes_count_from_the_start_of_the_prelude(tmp_path: Path) -> None:
    tones = await started()
    track, _ = await a_track(tmp_path, tones)
    recording = prepared(track, tmp_path)
    prelude = seconds_of(recording.path)
    piece = Piece("drums", prelude + 10.0, 8, continues=recording, prelude=prelude)
    async with ExtendingEngine(tones).open(piece) as stream:
        stream.steer("bells")
        assert stream.piece.prelude == prelude
        (change,) = stream.piece.prompt_changes
        assert change.step >= round(prelude * 50)
    steered = Piece(
        piece.prompt, piece.seconds, 8, continues=recording, prelude=prelude, prompt_changes=(change,)
    )
    seam = round(prelude * RATE)
    again = await sound_of(ExtendingEngine(tones), steered)
    first = PromptChange("bells", change.step - round(prelude * 50), change.blend)
    new = await sound_of(tones, Piece("drums", 10.0, 8, continues=recording, prompt_changes=(first,)))
    assert np.array_equal(again[:, seam + 160 :], new[:, 160:])


def test_a_jump_at_the_seam_decays() -> None:
    new = np.full((1, 1000), 0.5, np.float32)
    smooth = smoothed(np.array([[-0.5]], np.float32), new, RATE)
    assert smooth[0, 0] == pytest.approx(-0.5, abs=0.01)
    assert np.abs(np.diff(smooth[0])).max() < 0.02
    assert np.array_equal(smooth[:, 160:], new[:, 160:])
    assert smoothed(new, new[:, :0], RATE).shape == (1, 0)


async def test_a_track_that_is_too_long_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audio.extension.MAX_SECONDS", 41.0)
    track, _ = await a_track(tmp_path, await started())
    with pytest.raises(RecordingError, match=r"too long to extend\. The limit is 11 s"):
        prepare(track, TYPICAL_LUFS, tmp_path / "prelude")


async def test_silence_stays_silence(tmp_path: Path) -> None:
    engine = await started()
    path = write_track(
        np.zeros((1, 12 * RATE), np.float32), Piece("bells", 12.0, 7), engine.info, tmp_path, 10**9
    ).path
    recording = prepared(path, tmp_path)
    assert not first_seconds(recording.path, RATE, 1, 12.0).any()
