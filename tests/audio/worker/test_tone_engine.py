from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from audio.errors import EngineBusy, EngineError, RecordingError
from audio.piece import Piece, PromptChange
from audio.worker.tone_engine import ToneEngine
from tests.audio.composed import sound
from tests.audio.files.sound_files import hum, recorded

PIECE = Piece("a walk by the sea", seconds=10.0, seed=3)


class VirtualClock:
    """A clock that advances only when it is asked to sleep."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


async def engine_at(speed: float, clock: VirtualClock | None = None, channels: int = 1) -> ToneEngine:
    clock = clock or VirtualClock()
    engine = ToneEngine(speed, channels=channels, sleep=clock.sleep, clock=clock.now)
    await engine.start()
    return engine


@pytest.mark.parametrize("channels", [1, 2])
async def test_a_piece_has_its_length_is_audible_and_does_not_clip(channels: int) -> None:
    pcm = await sound(await engine_at(math.inf, channels=channels), PIECE)
    assert pcm.shape == (channels, 320_000)
    assert pcm.dtype == np.float32
    assert pcm.std() > 0.05
    assert np.abs(pcm).max() < 1
    assert np.abs(np.diff(pcm)).max() < 0.15, "a click"


async def test_a_piece_has_the_same_sound_at_any_interval_and_speed() -> None:
    expected = await sound(await engine_at(math.inf), PIECE)
    for interval in (None, 0.5, 0.74, 2.5):
        assert np.array_equal(await sound(await engine_at(3.0), replace(PIECE, interval=interval)), expected)


async def test_seed_and_prompt_change_the_melody() -> None:
    engine = await engine_at(math.inf)
    expected = await sound(engine, PIECE)
    for other in (replace(PIECE, seed=4), replace(PIECE, prompt="a walk in the rain")):
        assert abs(np.corrcoef(await sound(engine, other), expected)[0, 1]) < 0.5


@pytest.mark.parametrize("speed", [0.5, 1.0, 8.0])
async def test_chunks_arrive_at_the_engines_speed(speed: float) -> None:
    clock = VirtualClock()
    engine = await engine_at(speed, clock)
    composed = 0.0
    async with engine.open(PIECE) as stream:
        async for chunk in stream:
            composed += chunk.pcm.shape[1] / 32_000
            assert clock.seconds == pytest.approx(composed / speed)
    assert clock.seconds == pytest.approx(10.0 / speed)


async def test_composing_continues_while_the_consumer_is_busy() -> None:
    clock = VirtualClock()
    engine = await engine_at(1.0, clock)
    async with engine.open(replace(PIECE, interval=1.0)) as stream:
        async for _ in stream:
            clock.seconds += 0.5
    assert clock.seconds == pytest.approx(10.0 + 0.5)


async def test_only_the_last_chunk_is_marked() -> None:
    engine = await engine_at(math.inf)
    async with engine.open(replace(PIECE, interval=2.5)) as stream:
        assert [chunk.last async for chunk in stream] == [False, False, False, True]


async def test_a_full_engine_is_busy_until_a_stream_is_left() -> None:
    engine = ToneEngine(math.inf, slots=1)
    await engine.start()
    async with engine.open(PIECE):
        with pytest.raises(EngineBusy, match="1 pieces"):
            async with engine.open(PIECE):
                pass
    assert (await sound(engine, PIECE)).size


async def test_a_closed_engine_ends_its_streams_and_opens_no_more() -> None:
    engine = await engine_at(1.0)
    assert engine.healthy
    async with engine.open(PIECE) as stream:
        chunks = aiter(stream)
        await anext(chunks)
        await engine.close()
        await engine.close()
        with pytest.raises(EngineError, match="was shut down"):
            await anext(chunks)
    assert not engine.healthy
    with pytest.raises(EngineError, match="isn't running"):
        await sound(engine, PIECE)
    with pytest.raises(EngineError):
        _ = engine.info


async def test_steering_changes_the_next_note_and_the_piece_reproduces_it() -> None:
    engine = await engine_at(math.inf)
    straight = await sound(engine, PIECE)
    parts = []
    async with engine.open(replace(PIECE, interval=1.0)) as stream:
        async for chunk in stream:
            parts.append(chunk.pcm)
            if len(parts) == 4:
                stream.steer("a walk in the rain", blend_seconds=1.0)
            if chunk.last:
                with pytest.raises(EngineError, match="already fully composed"):
                    stream.steer("too late")
    steered = np.concatenate(parts, axis=1)
    assert np.array_equal(steered[:, : 4 * 32_000], straight[:, : 4 * 32_000])
    assert abs(np.corrcoef(steered[:, 5 * 32_000 :], straight[:, 5 * 32_000 :])[0, 1]) < 0.5
    assert stream.piece.prompt_changes == (PromptChange("a walk in the rain", 200, 50),)
    assert np.array_equal(await sound(engine, stream.piece), steered)


async def test_a_piece_with_a_playhead_is_composed_no_farther_ahead_than_its_lead() -> None:
    clock = VirtualClock()
    engine = await engine_at(math.inf, clock)
    async with engine.open(replace(PIECE, interval=1.0, lead=2.0)) as stream:
        stream.report_playhead(0.0)
        chunks = aiter(stream)
        for count in range(1, 10):
            await anext(chunks)
            assert clock.seconds == pytest.approx(max(0, count - 3))


async def test_a_melody_on_hold_resumes_where_it_was() -> None:
    clock = VirtualClock()
    engine = await engine_at(2.0, clock)
    async with engine.open(replace(PIECE, interval=1.0)) as stream:
        chunks = aiter(stream)
        await anext(chunks)
        stream.hold()
        following = asyncio.ensure_future(anext(chunks))
        await asyncio.sleep(0)
        clock.seconds += 60.0
        assert not following.done()
        stream.report_playhead(1.0)
        assert np.array_equal((await following).pcm, engine.sound(PIECE, 50, 100))
        assert clock.seconds == pytest.approx(61.0)


async def test_a_melody_does_not_change_before_the_earliest_position() -> None:
    engine = await engine_at(math.inf)
    async with engine.open(PIECE) as stream:
        stream.steer("a walk in the rain", earliest=1.0)
        assert stream.piece.prompt_changes == (PromptChange("a walk in the rain", 50),)


async def test_a_recording_changes_the_melody_and_must_exist(tmp_path: Path) -> None:
    engine = await engine_at(math.inf)
    expected = await sound(engine, PIECE)
    past = recorded(tmp_path / "past.wav", hum(1.0, 32_000), 32_000)
    for piece in (replace(PIECE, continues=past), replace(PIECE, melody=past)):
        assert abs(np.corrcoef(await sound(engine, piece), expected)[0, 1]) < 0.5
    past.path.unlink()
    with pytest.raises(RecordingError, match="is gone"):
        await sound(engine, replace(PIECE, continues=past))
