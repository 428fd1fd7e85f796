from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.dsp.fades import FADE_OUT_SECONDS
from audio.dsp.ingest import MAX_SAMPLE
from audio.dsp.level import CHANNEL_LUFS
from audio.errors import EngineError
from audio.piece import Piece
from audio.playout.chain import LATENCY_SECONDS, Chain, processed_chunks
from audio.units import SAMPLE_RATE, Pcm, Pcm16, floats, samples_of
from audio.worker.tone_engine import ToneEngine
from tests.audio.dsp.ebur128 import ebur128

EXPECTED = -17.0


def played(pcm: Pcm, seconds: float, rate: int = 32_000) -> Pcm16:
    chain = Chain(rate, len(pcm), seconds, EXPECTED)
    return np.concatenate([chain.push(pcm), chain.finish()])


def tone(seconds: float) -> Pcm:
    """Return a sine of 200 Hz that ends at its peak."""
    wave = np.cos(2 * np.pi * 200 * (np.arange(round(seconds * 32_000))[None, ::-1]) / 32_000)
    return (0.2 * wave).astype(np.float32)


def noise(samples: int, scale: float = 0.3, channels: int = 1) -> Pcm:
    return np.random.default_rng(samples).normal(0, scale, (channels, samples)).astype(np.float32)


@settings(deadline=None, max_examples=50)
@given(
    rate=st.sampled_from([32_000, 24_000, 44_100]),
    sizes=st.lists(st.one_of(st.integers(0, 3), st.integers(0, 4000)), max_size=10),
    scale=st.sampled_from([0.2, 2.0, MAX_SAMPLE / 10]),
    channels=st.integers(1, 2),
)
def test_chunked_equals_whole_bit_for_bit(rate: int, sizes: list[int], scale: float, channels: int) -> None:
    pcm = noise(sum(sizes), scale, channels)
    chain = Chain(rate, channels, 0.5, EXPECTED)
    parts = [chain.push(part) for part in np.split(pcm, np.cumsum(sizes), axis=1)]
    chunked = np.concatenate([*parts, chain.finish()])
    assert np.array_equal(chunked, played(pcm, 0.5, rate))
    assert chunked.shape == (samples_of(0.5), 2)
    assert chunked.dtype == np.int16


def test_one_channel_plays_on_both_sides() -> None:
    out = played(noise(32_000), 1.0)
    assert out[:, 0].any()
    assert np.array_equal(out[:, 0], out[:, 1])


def test_two_channels_keep_their_sides() -> None:
    pcm = np.stack([noise(32_000)[0], np.zeros(32_000, np.float32)])
    out = played(pcm, 1.0)
    assert out[:, 0].any()
    assert not out[:, 1].any()


def test_missing_sound_is_silence_after_a_short_fade() -> None:
    out = played(tone(0.5), 1.0)
    assert out.shape == (SAMPLE_RATE, 2)
    assert out[23_000:24_000].any()
    assert not out[24_000:].any()
    assert (
        np.abs(np.diff(out[:, 0].astype(int))).max()
        < 1.5 * np.abs(np.diff(out[:12_000, 0].astype(int))).max()
    )


def test_excess_sound_is_cut_after_the_fade_out() -> None:
    out = played(tone(2.0), 1.0)
    assert out.shape == (SAMPLE_RATE, 2)
    assert out[SAMPLE_RATE // 2 :].any()
    assert np.abs(out[-100:]).max() < 10


@pytest.mark.parametrize("scale", [0.04, 0.1, 0.3])
def test_a_piece_has_the_level_of_the_channel_and_stays_under_the_ceiling(scale: float) -> None:
    """Judged by FFmpeg, before the ending fades out."""
    out = played(noise(12 * 32_000, scale, channels=2), 12.0)
    reading = ebur128(floats(out[: -samples_of(FADE_OUT_SECONDS)]))
    assert reading.lufs == pytest.approx(CHANNEL_LUFS, abs=1.0)
    assert reading.true_peak_db < -1.0


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 2 * MAX_SAMPLE])
def test_invalid_samples_raise_an_engine_error(wrong: float) -> None:
    pcm = noise(100)
    pcm[0, 50] = wrong
    with pytest.raises(EngineError, match="isn't sound"):
        Chain(32_000, 1, 1.0, EXPECTED).push(pcm)


def test_more_than_two_channels_are_refused() -> None:
    with pytest.raises(EngineError, match="6 channels"):
        Chain(32_000, 6, 1.0, EXPECTED)


@pytest.mark.parametrize("rate", [24_000, 32_000, 44_100, 48_000])
def test_no_more_is_held_back_than_stated(rate: int) -> None:
    chain = Chain(rate, 1, 10.0, EXPECTED)
    made = len(chain.push(noise(rate)))
    assert SAMPLE_RATE - chain.latency <= made
    assert chain.latency < LATENCY_SECONDS * SAMPLE_RATE


async def test_processed_chunks_hold_engine_sound_and_voice_sound() -> None:
    engine = ToneEngine(speed=float("inf"))
    await engine.start()
    piece = Piece("a bell", 2.0, 1, interval=0.5)
    parts = [part async for part in processed_chunks(engine, piece)]
    made = np.concatenate([part.engine_pcm for part in parts], axis=1)
    assert np.array_equal(made, engine.sound(piece, 0, piece.steps))
    assert np.array_equal(np.concatenate([part.voice_pcm for part in parts]), played(made, 2.0))
