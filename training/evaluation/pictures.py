"""Pictures of a piece: spectrogram, piano roll of the codes, tempo and loudness."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from training.evaluation.audio_analysis import Sound, loudness, spectra
from training.songs.clock import BEAT_SIXTEENTHS, Codes, sixteenth_starts
from training.songs.codes import BASS, CHORDS, CONDUCTOR, HIGH, LEAD, LOW, onsets
from training.songs.score import pitches

_WIDTH: Final = 1500
"""Width [pixels], one per frame of a 30 s piece."""
_COLOURS: Final = {
    LOW: (230, 120, 90),
    HIGH: (230, 200, 110),
    BASS: (90, 160, 240),
    CHORDS: (130, 200, 130),
    LEAD: (230, 130, 210),
}
"""Colours of the books."""
_DARK: Final = (18, 18, 24)
"""Background."""
_FLOOR: Final = -60.0
"""Level of black in the spectrogram [dB below the loudest]."""


def draw_piece(sound: Sound, codes: Codes, title: str) -> Image.Image:
    """Draw the four panels on a common time axis; codes are shaped (books, frames)."""
    panels = [_spectrogram(sound), _roll(codes), _tempo(codes), _loudness(sound)]
    image = Image.new("RGB", (_WIDTH, 24 + sum(panel.height + 6 for panel in panels)), _DARK)
    ImageDraw.Draw(image).text((6, 6), title, fill=(230, 230, 230))
    top = 24
    for panel in panels:
        image.paste(panel, (0, top))
        top += panel.height + 6
    return image


def _spectrogram(sound: Sound) -> Image.Image:
    """Draw the mel spectrogram."""
    bands = spectra(sound)
    bright = np.clip((bands - bands.max() - _FLOOR) / -_FLOOR, 0, 1)[::-1]
    grey: npt.NDArray[np.uint8] = (255 * bright).astype(np.uint8)
    return Image.fromarray(grey).resize((_WIDTH, 240)).convert("RGB")


def _roll(codes: Codes) -> Image.Image:
    """Draw notes by pitch, and drum hits as ticks below."""
    image = Image.new("RGB", (_WIDTH, 260), _DARK)
    draw = ImageDraw.Draw(image)
    pixels_per_frame = _WIDTH / codes.shape[1]
    for frame in sixteenth_starts(codes[CONDUCTOR], BEAT_SIXTEENTHS):
        draw.line([(frame * pixels_per_frame, 0), (frame * pixels_per_frame, 260)], fill=(40, 40, 52))
    for book, frame, pitch in pitches(codes):
        stop = frame + 1
        starts = set(onsets(book, codes[book]).tolist())
        while stop < codes.shape[1] and codes[book, stop] and stop not in starts:
            stop += 1
        y = 215 - (pitch - 26) * 3.3
        draw.rectangle(
            [frame * pixels_per_frame, y, max(frame + 0.5, stop - 1) * pixels_per_frame, y + 2],
            fill=_COLOURS[book],
        )
    for book, top in ((HIGH, 224), (LOW, 240)):
        for frame in onsets(book, codes[book]):
            draw.rectangle(
                [frame * pixels_per_frame, top, frame * pixels_per_frame + 2, top + 10], fill=_COLOURS[book]
            )
    return image


def _tempo(codes: Codes) -> Image.Image:
    """Draw the tempo from beat to beat, from 50 to 190 beats a minute."""
    beats = sixteenth_starts(codes[CONDUCTOR], BEAT_SIXTEENTHS)
    pixels_per_frame = _WIDTH / codes.shape[1]
    points = [
        (frame * pixels_per_frame, 60 - (3000 / length - 50) / 140 * 60)
        for frame, length in zip(beats, np.diff(beats), strict=False)
    ]
    return _curve(points)


def _loudness(sound: Sound) -> Image.Image:
    """Draw the level of each second, from −60 to 0 dBFS."""
    seconds = loudness(sound)
    pixels_per_frame = _WIDTH / max(1, len(seconds))
    return _curve([((index + 0.5) * pixels_per_frame, -level) for index, level in enumerate(seconds)])


def _curve(points: list[tuple[float, float]]) -> Image.Image:
    """Draw a line through points [pixels]."""
    image = Image.new("RGB", (_WIDTH, 60), _DARK)
    if len(points) > 1:
        ImageDraw.Draw(image).line(points, fill=(200, 200, 210), width=2)
    return image
