import numpy as np
import pytest

from audio.musicgen.delay import DelayPattern


def test_a_mono_codebook_runs_one_step_later_than_the_one_before() -> None:
    assert DelayPattern(4).delays.tolist() == [0, 1, 2, 3]
    assert DelayPattern(4).steps(500) == 503


def test_left_and_right_share_a_delay() -> None:
    assert DelayPattern(8, channels=2).delays.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert DelayPattern(8, channels=2).steps(500) == 503


def test_a_token_before_its_delay_or_after_the_end_is_padding() -> None:
    real = DelayPattern(4).real(frames=2)
    expected = ["11...", ".11..", "..11.", "...11"]
    assert ["".join(".1"[bool(mark)] for mark in row) for row in real] == expected


@pytest.mark.parametrize(("codebooks", "channels"), [(4, 1), (8, 2), (2, 1)])
def test_every_frame_is_complete_as_soon_as_its_last_codebook_is_made(codebooks: int, channels: int) -> None:
    delay = DelayPattern(codebooks, channels)
    frames = 9
    codes = np.arange(codebooks * frames).reshape(codebooks, frames)
    tokens = np.full((codebooks, delay.steps(frames)), -1)
    tokens[delay.real(frames)] = codes.reshape(-1)  # row by row, as the mask is read
    for steps in range(delay.steps(frames) + 1):
        complete = delay.complete(steps)
        made = delay.frames(tokens[:, :steps], 0, complete)
        assert (made == codes[:, :complete]).all()
        assert complete == max(0, steps - delay.longest)
