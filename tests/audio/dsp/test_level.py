from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.dsp.level import CHANNEL_LUFS, FALL_DB, MAX_GAIN_DB, OPENING_HOPS, RISE_DB, Level
from audio.dsp.limiter import LATENCY
from audio.dsp.loudness import HOP, HOP_SECONDS, integrated
from audio.playout.jitter_buffer import FLOOR_SECONDS
from audio.units import SAMPLE_RATE, Pcm

EXPECTED = -17.0


def levelled(pcm: Pcm, expected: float = EXPECTED) -> Pcm:
    level = Level(len(pcm), expected)
    return np.concatenate([level.push(pcm), level.finish()], axis=1)


def noise(lufs: float, seconds: float, channels: int = 1, seed: int = 0) -> Pcm:
    """Return noise of this loudness."""
    pcm = (
        np.random.default_rng(seed)
        .normal(0, 0.1, (channels, round(seconds * SAMPLE_RATE)))
        .astype(np.float32)
    )
    return (pcm * np.float32(10 ** ((lufs - integrated(pcm)) / 20))).astype(np.float32)


def beep(lufs: float, seconds: float) -> Pcm:
    """Return a sine of 1 kHz of this loudness."""
    pcm = np.sin(2 * np.pi * 1000 * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)[None] / 2
    return (pcm * 10 ** ((lufs - integrated(pcm.astype(np.float32))) / 20)).astype(np.float32)


def gains_db(pcm: Pcm, out: Pcm) -> Pcm:
    """Return the gain [dB] at each sample that is not near zero."""
    loud = np.abs(pcm[0]) > 1e-3 * np.abs(pcm[0]).max()
    gains: Pcm = 20 * np.log10(out[0, loud] / pcm[0, loud])
    return gains


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.one_of(st.integers(0, 5), st.integers(0, 4 * HOP)), max_size=12),
    channels=st.integers(1, 2),
    scale=st.sampled_from([1e-6, 0.01, 0.3, 100.0]),
)
def test_chunked_equals_whole_bit_for_bit(sizes: list[int], channels: int, scale: float) -> None:
    pcm = np.random.default_rng(1).normal(0, scale, (channels, sum(sizes))).astype(np.float32)
    level = Level(channels, EXPECTED)
    parts = [level.push(part) for part in np.split(pcm, np.cumsum(sizes), axis=1)]
    chunked = np.concatenate([*parts, level.finish()], axis=1)
    assert np.array_equal(chunked, levelled(pcm))
    assert chunked.shape == pcm.shape


@pytest.mark.parametrize("lufs", [-24.0, -20.0, -17.0, -13.0, -9.0])
def test_pieces_of_any_loudness_reach_the_same_loudness(lufs: float) -> None:
    assert integrated(levelled(noise(lufs, 10.0))) == pytest.approx(CHANNEL_LUFS, abs=1.0)


@pytest.mark.parametrize(("beginning", "rest"), [(-25.0, -14.0), (-15.0, -21.0)])
def test_a_beginning_unlike_the_rest_is_compensated(beginning: float, rest: float) -> None:
    pcm = np.concatenate([noise(beginning, 3.0), noise(rest, 17.0)], axis=1)
    assert integrated(levelled(pcm)) == pytest.approx(CHANNEL_LUFS, abs=1.0)


@pytest.mark.parametrize("lufs", [-22.0, -17.0, -12.0])
def test_a_piece_opens_near_the_target_with_a_steady_gain(lufs: float) -> None:
    pcm = noise(lufs, 4.0)
    out = levelled(pcm)
    assert integrated(out[:, :SAMPLE_RATE]) == pytest.approx(CHANNEL_LUFS, abs=3.0)
    first, later = gains_db(pcm[:, :4_800], out[:, :4_800]), gains_db(pcm[:, -4_800:], out[:, -4_800:])
    assert np.ptp(first) < 0.01
    assert abs(later.mean() - first.mean()) < 3.5


def test_the_gain_never_moves_faster_than_stated() -> None:
    silence = np.zeros((1, SAMPLE_RATE), np.float32)
    music = np.concatenate([noise(-30, 2.0), silence, beep(-17, 2.0), noise(-40, 2.0)], axis=1)
    probe = np.full_like(music, 1e-3)  # a constant has no loudness, and shows the gain
    out = levelled(np.concatenate([music, probe]))
    assert np.abs(out).max() < 0.8, "the limiter is idle"
    gain = 20 * np.log10(out[1, ::HOP] / 1e-3)
    steps = np.diff(gain)
    assert steps.max() <= RISE_DB * HOP_SECONDS + 1e-4
    assert steps.min() >= -FALL_DB * HOP_SECONDS - 1e-4
    assert steps.max() > 0.9 * RISE_DB * HOP_SECONDS
    assert steps.min() < -0.9 * FALL_DB * HOP_SECONDS


def test_pauses_do_not_pump() -> None:
    beat = np.concatenate([noise(-18, 0.5, seed=3), np.zeros((1, 60_000), np.float32)], axis=1)
    pcm = np.tile(beat, 16)
    out = levelled(pcm)
    gain = gains_db(pcm, out)
    assert np.ptp(gain[len(gain) // 2 :]) < 0.5


def test_near_silence_is_not_amplified_beyond_the_maximum() -> None:
    pcm = noise(-50, 20.0)
    assert gains_db(pcm, levelled(pcm)).max() <= MAX_GAIN_DB + 1e-3
    assert not levelled(np.zeros((2, SAMPLE_RATE), np.float32)).any()


def test_both_channels_share_one_gain() -> None:
    pcm = noise(-25, 3.0, channels=2)
    pcm[1] *= 0.1
    out = levelled(pcm)
    loud = (np.abs(pcm) > 1e-4).all(axis=0)
    assert np.allclose(out[0, loud] / pcm[0, loud], out[1, loud] / pcm[1, loud], rtol=1e-5)


def test_a_piece_shorter_than_its_opening_is_delivered_whole() -> None:
    assert levelled(noise(-20, 0.45)).shape == (1, 21_600)


def test_only_the_opening_is_held_back_and_it_is_shorter_than_the_buffers_floor() -> None:
    level = Level(1, EXPECTED)
    assert not level.push(noise(-20, 0.5)).size
    assert level.push(noise(-20, 0.5)).shape[1] == SAMPLE_RATE - LATENCY
    assert level.push(noise(-20, 0.5)[:, :7]).shape[1] == 7
    assert OPENING_HOPS * HOP_SECONDS < FLOOR_SECONDS


def test_endless_music_may_change_its_loudness() -> None:
    pcm = np.concatenate([noise(-12, 5.0), *[noise(-24, 10.0, seed=s) for s in range(14)]], axis=1)
    assert integrated(levelled(pcm)[:, -5 * SAMPLE_RATE :]) == pytest.approx(CHANNEL_LUFS, abs=1.0)
