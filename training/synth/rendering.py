"""Rendering: the reference sound of a score, which the codec reproduces.

Each code sounds as a grain of a frame and a half. A grain fades in over its first half frame, unless its code
is an onset, while the previous grain fades out: frames of one note join into its wave, and a note that is cut
off fades over 10 ms instead of clicking. The sound is thus a sum over codes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from training.songs.clock import Codes
from training.songs.codes import LAYOUT, SOUNDING, SOUNDS
from training.synth.instruments import note_wave
from training.synth.oscillators import HOP, TAIL

GRAIN: Final = HOP + TAIL
"""Samples in a grain."""
Pcm = npt.NDArray[np.float32]
"""Mono samples, or rows of them."""


@cache
def grains(book: int) -> Pcm:
    """Return the grains of all used codes of a sounding book, shaped (codes used, 960)."""
    table = np.zeros((LAYOUT.used_codes(book), GRAIN), dtype=np.float32)
    fade = 0.5 - 0.5 * np.cos(np.pi * (np.arange(TAIL) + 0.5) / TAIL)
    envelope = np.concatenate([np.ones(HOP), fade[::-1]])
    for sound in SOUNDS:
        if sound.book != book:
            continue
        for note in range(sound.notes):
            waveform = note_wave(sound, note)
            first = LAYOUT.first_code[sound.name] + note * sound.frames
            for age in range(sound.frames):
                grain = waveform[age * HOP : age * HOP + GRAIN] * envelope
                if age or not sound.attack:
                    grain[:TAIL] *= fade
                table[first + age] = grain
    return table


def render(codes: Codes, table: Callable[[int], Pcm] = grains) -> Pcm:
    """Render codes shaped (books, frames) with the grains of `table` to samples shaped (frames · 640,)."""
    frame_grains = np.sum([table(book)[codes[book]] for book in SOUNDING], axis=0)
    sound = frame_grains[:, :HOP]
    sound[1:, :TAIL] += frame_grains[:-1, HOP:]
    return np.ascontiguousarray(sound.reshape(-1))
