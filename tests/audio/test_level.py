from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.level import CEILING, FADE_IN, FADE_OUT, LATENCY, LOOK_AHEAD, Level
from audio.units import SAMPLE_RATE, Pcm


def levelled(pcm: Pcm) -> Pcm:
    level = Level(len(pcm))
    return np.concatenate([level.push(pcm), level.finish()], axis=1)


def noise(samples: int, scale: float, channels: int = 2, seed: int = 0) -> Pcm:
    return np.random.default_rng(seed).normal(0, scale, (channels, samples)).astype(np.float32)


@settings(deadline=None, max_examples=60)
@given(
    sizes=st.lists(st.one_of(st.integers(0, 5), st.integers(0, 1200)), max_size=12),
    scale=st.sampled_from([0.1, 0.6, 5.0, 1e4]),
    channels=st.integers(1, 2),
)
def test_how_sound_is_cut_does_not_change_a_bit(sizes: list[int], scale: float, channels: int) -> None:
    pcm = noise(sum(sizes), scale, channels)
    level = Level(channels)
    parts = [level.push(part) for part in np.split(pcm, np.cumsum(sizes), axis=1)]
    chunked = np.concatenate([*parts, level.finish()], axis=1)
    assert np.array_equal(chunked, levelled(pcm))
    assert chunked.shape == pcm.shape
    assert np.abs(chunked).max(initial=0) <= CEILING * (1 + 1e-6)


def test_quiet_sound_passes_bit_by_bit_but_for_its_edges() -> None:
    pcm = np.clip(noise(SAMPLE_RATE, 0.4), -CEILING, CEILING).astype(np.float32)
    assert np.array_equal(levelled(pcm)[:, FADE_IN:-FADE_OUT], pcm[:, FADE_IN:-FADE_OUT])


def test_a_peak_comes_down_to_the_ceiling_without_a_jump_in_gain() -> None:
    pcm = np.full((1, SAMPLE_RATE), 0.5, np.float32)
    pcm[:, 20_000:20_010] = 2.0
    gain = levelled(pcm)[0, FADE_IN:-FADE_OUT] / pcm[0, FADE_IN:-FADE_OUT]
    assert np.isclose(gain.min() * 2.0, CEILING, rtol=1e-3)
    assert np.abs(np.diff(gain)).max() < 3 / LOOK_AHEAD
    assert gain[20_000 - LOOK_AHEAD - FADE_IN - 1] == 1.0
    assert gain[-1] == 1.0


def test_gain_comes_back_slower_than_it_went() -> None:
    pcm = np.full((1, SAMPLE_RATE), 0.5, np.float32)
    pcm[:, 20_000] = 2.0
    gain = levelled(pcm)[0] / pcm[0]
    assert gain[20_000 + 5 * LOOK_AHEAD] < 0.7
    assert (np.diff(gain[20_001:40_000]) >= -1e-6).all()


def test_both_sides_share_one_gain() -> None:
    pcm = np.stack([noise(9_600, 1.0)[0], np.full(9_600, 0.25, np.float32)])
    out = levelled(pcm)
    inner = slice(FADE_IN, -FADE_OUT)
    loud = np.abs(pcm[0, inner]) > 0.1
    left, right = (out[side, inner][loud] / pcm[side, inner][loud] for side in (0, 1))
    assert right.min() < 0.9
    assert np.allclose(left, right, rtol=1e-5)


def test_a_piece_begins_and_ends_in_silence() -> None:
    out = levelled(np.full((1, 9_600), 0.8, np.float32))[0]
    assert abs(out[0]) < 1e-4
    assert abs(out[-1]) < 1e-4
    assert np.abs(np.diff(out)).max() < 0.01
    assert (out[FADE_IN:-FADE_OUT] == np.float32(0.8)).all()


def test_no_more_is_held_back_than_stated() -> None:
    assert Level(1).push(noise(4_800, 0.1, 1)).shape[1] == 4_800 - LATENCY
