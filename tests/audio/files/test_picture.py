from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFont

from audio.files.picture import HEIGHT, WIDTH, alt_text, draw, drawable, truncated
from audio.piece import Piece
from audio.units import SAMPLE_RATE, Pcm16

PIECE = Piece("calm lofi with rain", 4.0, seed=7)
FONT = ImageFont.load_default(size=24)
LEFT, RIGHT = 64, WIDTH - 24
SPECTRUM = slice(178, 378)
WAVE = slice(58, 164)


def tone(hertz: float, scale: float = 0.5, seconds: float = 4.0) -> Pcm16:
    wave = scale * np.sin(2 * np.pi * hertz * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)
    return np.repeat(np.rint(wave * 32_767).astype(np.int16)[:, None], 2, axis=1)


def light(png: bytes) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    grey = np.asarray(Image.open(io.BytesIO(png)).convert("L"), dtype=np.float64)
    return grey.reshape(HEIGHT, WIDTH)


@pytest.mark.parametrize("hertz", [100, 1_000, 10_000])
def test_a_tone_appears_at_its_frequency_in_the_spectrogram(hertz: float) -> None:
    columns = light(draw(tone(hertz), PIECE))[SPECTRUM, 300:700].mean(axis=1)
    expected = (columns.size - 1) * np.log(16_000 / hertz) / np.log(16_000 / 40)
    assert abs(float(columns.argmax()) - expected) <= 2


def test_the_height_of_the_waveform_follows_the_loudness() -> None:
    pcm = np.concatenate([tone(440, 0.1, 2.0), tone(440, 0.8, 2.0)])
    lit = (light(draw(pcm, PIECE))[WAVE, LEFT:RIGHT] > 60).sum(axis=0)
    soft, loud = lit[50:400].mean(), lit[500:850].mean()
    assert 6 < loud / soft < 9


def test_the_margins_are_dark_and_sound_is_bright() -> None:
    png = draw(tone(440), PIECE)
    seen = light(png)
    assert seen.shape == (HEIGHT, WIDTH)
    assert max(seen[0].max(), seen[-1].max(), seen[:, 0].max()) < 30
    assert seen[SPECTRUM, LEFT:RIGHT].max() > 200


def test_the_same_sound_gives_the_same_picture() -> None:
    assert draw(tone(440), PIECE) == draw(tone(440), PIECE)
    assert draw(tone(440), PIECE) != draw(tone(440), replace(PIECE, seed=8))
    assert draw(tone(440), PIECE) != draw(tone(440), replace(PIECE, prompt="loud lofi with rain"))


@pytest.mark.parametrize("samples", [0, 1, 500, 5_000, 200_000])
def test_any_length_of_silence_can_be_drawn(samples: int) -> None:
    assert light(draw(np.zeros((samples, 2), np.int16), PIECE)).shape == (HEIGHT, WIDTH)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("naïve café", "naive cafe"),
        ("jazz 日本語 jazz", "jazz … jazz"),
        ("🎷🎺 🥁", "…"),
        ("“soft” & loud = 50%", "“soft” & loud = 50%"),
        ("e\u0301tude", "etude"),
    ],
)
def test_characters_that_the_font_lacks_become_an_ellipsis(text: str, drawn: str) -> None:
    assert drawable(text, FONT) == drawn


def test_a_long_prompt_is_truncated_before_the_seed() -> None:
    assert truncated("short", FONT, 400) == "short"
    cut = truncated("wide words " * 30, FONT, 400)
    assert cut.endswith("…")
    assert 300 < FONT.getlength(cut) <= 400
    title = light(draw(tone(440), Piece("W" * 300, 4.0, seed=2**53 - 1)))[18:44]
    dark = (title.max(axis=0) < 40).astype(int)
    gaps = np.split(dark, np.flatnonzero(np.diff(dark)) + 1)
    assert max(len(gap) for gap in gaps[1:-1] if gap[0]) >= 12


def test_the_alt_text_describes_the_picture() -> None:
    words = str(alt_text(tone(440), PIECE))
    assert "“calm lofi with rain”, 4 seconds, seed 7." in words
    assert words.endswith("It is about equally loud from beginning to end.")
    assert str(alt_text(np.zeros((SAMPLE_RATE, 2), np.int16), PIECE)).endswith("It is silent.")
    rising = np.concatenate([tone(440, 0.02), tone(440, 0.2), tone(440, 0.3), tone(440, 0.8), tone(440, 0.1)])
    assert str(alt_text(rising, PIECE)).endswith(
        "It begins quiet, is loudest towards the end and ends quiet."
    )


def test_the_alt_text_fits_discords_limit() -> None:
    assert len(str(alt_text(tone(440), Piece("x" * 300, 4.0, seed=2**53 - 1)))) < 1_024
