"""The picture of a track, its waveform above its spectrogram, and a description of it."""

from __future__ import annotations

import io
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from audio.piece import Piece
from audio.units import SAMPLE_RATE, Pcm16
from words.text import Text

WIDTH: Final = 1000
HEIGHT: Final = 420

_LEFT, _RIGHT = 64, WIDTH - 24
_TITLE_Y: Final = 18
_WAVE = (58, 164)
_SPECTRUM = (178, 378)
_TICK_Y: Final = 388

_PAPER: Final = (22, 23, 28)
_INK: Final = (240, 234, 222)
_FAINT: Final = (150, 148, 146)
_LINE: Final = (52, 53, 60)
_LOUD: Final = (224, 164, 88)
_PEAK: Final = (120, 90, 58)

_HEAT: Final = ((22, 23, 28), (52, 32, 74), (120, 41, 92), (196, 66, 78), (232, 142, 74), (250, 226, 160))
"""Colours from silent to loudest; the lightness only rises, so that it reads without colour, too."""

_MIN_HZ: Final = 40.0
_MAX_HZ: Final = 16_000.0
_MARKED_HZ: Final = {100.0: "100", 1_000.0: "1k", 10_000.0: "10k"}
_RANGE_DB: Final = 72.0
_WINDOW: Final = 4096

_NO_GLYPH: Final = "\U0010fffd"
"""A private-use code point: fonts draw the same for it as for every character that they lack."""

_UNDRAWN: Final = "…"
"""Stands for characters that the font lacks."""

_PARTS: Final = 5
"""Number of parts whose loudness the description compares."""

_Array = npt.NDArray[np.float64]
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def draw(pcm: Pcm16, piece: Piece) -> bytes:
    """Return a PNG of WIDTH × HEIGHT pixels of `pcm`, shaped (samples, 2) at 48 kHz; deterministic."""
    mono = pcm.mean(axis=1) / 32_768 if len(pcm) else np.zeros(1)
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    image.paste(_spectrogram(mono), (_LEFT, _SPECTRUM[0]))
    _paste_waveform(image, mono)
    canvas = ImageDraw.Draw(image)
    _write_title(canvas, piece)
    _write_axes(canvas, len(mono) / SAMPLE_RATE)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def alt_text(pcm: Pcm16, piece: Piece) -> Text:
    """Return a description for people who cannot see the picture, within Discord's 1,024 characters."""
    return Text(
        "track-picture",
        prompt=piece.typed_prompt,
        seconds=len(pcm) / SAMPLE_RATE,
        seed=str(piece.seed),
        contour=_contour(pcm),
    )


def _contour(pcm: Pcm16) -> Text:
    """Describe the course of the loudness: the levels of _PARTS parts relative to the loudest."""
    parts = [part for part in np.array_split(pcm.astype(np.float64), _PARTS) if part.size]
    levels = [float(np.sqrt((part**2).mean())) for part in parts]
    loudest = max(levels, default=0.0)
    if loudest < 1.0:
        return Text("track-silent")
    words = [_loudness(level / loudest) for level in levels]
    if len(set(words)) == 1:
        return Text("track-even")
    where = ("beginning", "second", "middle", "fourth", "end")[levels.index(loudest)]
    return Text(
        "track-contour",
        first=Text("track-loudness", level=words[0]),
        place=Text("track-loudest", place=where),
        last=Text("track-loudness", level=words[-1]),
    )


def _loudness(level: float) -> str:
    return "loud" if level > 0.6 else "softer" if level > 0.2 else "quiet" if level > 0.02 else "silent"


def _spectrogram(mono: _Array) -> Image.Image:
    """Draw the energy over time, in logarithmic frequency bands of one pixel."""
    width, height = _RIGHT - _LEFT, _SPECTRUM[1] - _SPECTRUM[0]
    hop = max(_WINDOW // 16, len(mono) // width)
    padded = np.pad(mono, (0, max(0, _WINDOW - len(mono))))
    transform = ShortTimeFFT(hann(_WINDOW), hop, SAMPLE_RATE, mfft=2 * _WINDOW)
    energy = transform.spectrogram(padded, p0=0, p1=max(1, -(-len(mono) // hop)))
    # Cumulative sums, so that narrow bands share a bin and wide ones add up many.
    sums = np.concatenate([np.zeros((1, energy.shape[1])), np.cumsum(energy, axis=0)])
    edges = np.geomspace(_MAX_HZ, _MIN_HZ, height + 1) / transform.delta_f
    whole = edges.astype(int)
    part = (edges - whole)[:, None]
    upto = sums[whole] * (1 - part) + sums[whole + 1] * part
    bands = upto[:-1] - upto[1:]
    loudest = bands.max()
    level = 10 * np.log10(np.maximum(bands, 1e-12 * max(loudest, 1e-9)) / max(loudest, 1e-9))
    shade = np.clip(1 + level / _RANGE_DB, 0, 1)
    pixels = (255 * shade).round().astype(np.uint8)
    grey = Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR)
    return Image.fromarray(_heat()[np.asarray(grey)])


@lru_cache(maxsize=1)
def _heat() -> npt.NDArray[np.uint8]:
    """Return the colours of 256 levels."""
    at = np.linspace(0, 1, len(_HEAT))
    levels = np.linspace(0, 1, 256)
    channels = [np.interp(levels, at, [colour[channel] for colour in _HEAT]) for channel in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)


def _paste_waveform(image: Image.Image, mono: _Array) -> None:
    """Draw the peaks, and over them the root mean square, which is closer to perceived loudness."""
    width, (top, bottom) = _RIGHT - _LEFT, _WAVE
    edges = np.linspace(0, len(mono), width + 1).astype(int)
    spans = [mono[begin : max(end, begin + 1)] for begin, end in pairwise(edges)]
    peaks = [float(np.abs(span).max()) for span in spans]
    loudness = [float(np.sqrt((span**2).mean())) for span in spans]
    for heights, colour in ((peaks, _PEAK), (loudness, _LOUD)):
        image.paste(colour, (_LEFT, top), _mirrored(heights, bottom - top))


def _mirrored(heights: list[float], pixels: int) -> Image.Image:
    """Return a mask with one bar per column, centred, antialiased and at least half a pixel high."""
    reach = np.maximum(np.minimum(heights, 1.0) * pixels / 2, 0.5)
    away = np.abs(np.arange(pixels) + 0.5 - pixels / 2)[:, None]
    cover = np.clip(reach[None, :] + 0.5 - away, 0, 1)
    return Image.fromarray((255 * cover).round().astype(np.uint8))


def _write_title(canvas: ImageDraw.ImageDraw, piece: Piece) -> None:
    font, small = _font(24), _font(18)
    seed = f"seed {piece.seed}"
    seed_width = canvas.textlength(seed, small)
    canvas.text((_RIGHT, _TITLE_Y + 12), seed, _FAINT, small, anchor="rm")
    title = truncated(_title(piece, font), font, _RIGHT - _LEFT - seed_width - 24)
    canvas.text((_LEFT, _TITLE_Y + 12), title, _INK, font, anchor="lm")


def _title(piece: Piece, font: _Font) -> str:
    """Return the prompt as typed, or its translation if the font lacks the letters of what was typed."""
    typed = drawable(piece.typed_prompt, font)
    return drawable(piece.prompt, font) if _UNDRAWN in typed else typed


def _write_axes(canvas: ImageDraw.ImageDraw, seconds: float) -> None:
    font = _font(15)
    top, bottom = _SPECTRUM
    octaves = np.log(_MAX_HZ / _MIN_HZ)
    for hertz, label in _MARKED_HZ.items():
        y = top + (bottom - top) * float(np.log(_MAX_HZ / hertz) / octaves)
        canvas.line((_LEFT - 6, y, _LEFT - 1, y), _FAINT)
        canvas.text((_LEFT - 10, y), label, _FAINT, font, anchor="rm")
    canvas.text((_LEFT - 10, bottom - 2), "Hz", _FAINT, font, anchor="rm")
    canvas.line((_LEFT, bottom, _RIGHT, bottom), _LINE)
    apart = next((step for step in (1, 2, 5, 10, 15, 30, 60, 120, 300) if seconds / step <= 10), 600)
    for second in range(0, int(seconds) + 1, apart):
        x = _LEFT + (_RIGHT - _LEFT) * second / seconds
        canvas.line((x, bottom, x, bottom + 5), _FAINT)
        canvas.text((x, _TICK_Y), f"{second // 60}:{second % 60:02d}", _FAINT, font, anchor="mt")


def drawable(text: str, font: _Font) -> str:
    """Return `text` in characters that `font` has: Pillow's own has Latin letters without accents only.

    Letters lose their accents; each run of other characters becomes one “…” instead of a row of boxes.
    """
    missing = bytes(font.getmask(_NO_GLYPH))

    def replaced(char: str) -> str:
        parts = unicodedata.normalize("NFKD", char)
        plain = "".join(part for part in parts if not unicodedata.category(part).startswith("M"))
        drawn = (form for form in (char, plain) if all(bytes(font.getmask(part)) != missing for part in form))
        return next(drawn, _UNDRAWN)

    result = "".join(map(replaced, text))
    while "……" in result or "… …" in result:
        result = result.replace("……", "…").replace("… …", "…")
    return result


def truncated(text: str, font: _Font, pixels: float) -> str:
    """Return `text`, or as much of its beginning as fits with a “…”."""
    if font.getlength(text) <= pixels:
        return text
    fitting = next(end for end in range(len(text), -1, -1) if font.getlength(text[:end] + "…") <= pixels)
    return text[:fitting].rstrip() + "…"


@lru_cache(maxsize=4)
def _font(size: int) -> _Font:
    return ImageFont.load_default(size=size)
