import numpy as np
import pytest

from audio.musicgen.model.delay import DelayPattern


def test_a_mono_codebook_runs_one_step_later_than_the_one_before() -> None:
    assert DelayPattern(4).delays.tolist() == [0, 1, 2, 3]
    assert DelayPattern(4).steps(500) == 503


def test_left_and_right_share_a_delay() -> None:
    assert DelayPattern(8, channels=2).delays.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert DelayPattern(8, channels=2).steps(500) == 503


def test_the_frame_of_each_codebook_at_a_step() -> None:
    assert DelayPattern(4).frames_at(2).tolist() == [2, 1, 0, -1]
    assert DelayPattern(8, channels=2).frames_at(1).tolist() == [1, 1, 0, 0, -1, -1, -2, -2]


@pytest.mark.parametrize(("codebooks", "channels"), [(4, 1), (8, 2), (2, 1)])
def test_every_frame_is_complete_as_soon_as_its_last_codebook_is_made(codebooks: int, channels: int) -> None:
    delay = DelayPattern(codebooks, channels)
    frames = 9
    codes = np.arange(codebooks * frames).reshape(codebooks, frames)
    tokens = np.full((codebooks, delay.steps(frames)), -1)
    for step in range(delay.steps(frames)):
        for codebook, frame in enumerate(delay.frames_at(step)):
            if 0 <= frame < frames:
                tokens[codebook, step] = codes[codebook, frame]
    for steps in range(delay.steps(frames) + 1):
        complete = delay.complete_frames(steps)
        made = delay.read_codes(tokens[:, :steps], 0, complete)
        assert (made == codes[:, :complete]).all()
        assert complete == max(0, steps - delay.max_delay)
