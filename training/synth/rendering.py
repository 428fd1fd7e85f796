"""Rendering: from codes to the sound they mean, which the codec learns to play.

The sound of a frame's code is a grain of a frame and a half. It fades in over the first half frame, unless
the code is an onset, while the grain before it fades out: frames of one note join into its wave, and a note
that is cut fades over 10 ms instead of clicking. So the sound is a sum over codes, each with its own grain.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from training.songs.clock import Codes
from training.songs.codes import LAYOUT, SOUNDING, SOUNDS
from training.synth.instruments import wave
from training.synth.oscillators import HOP, TAIL

GRAIN: Final = HOP + TAIL
"""Samples of a grain."""
Sound32 = npt.NDArray[np.float32]


@cache
def grains(book: int) -> Sound32:
    """The grains of all used codes of a sounding book, shaped (codes used, 960); rest is silent."""
    table = np.zeros((LAYOUT.used(book), GRAIN), dtype=np.float32)
    fade = 0.5 - 0.5 * np.cos(np.pi * (np.arange(TAIL) + 0.5) / TAIL)
    out = np.concatenate([np.ones(HOP), fade[::-1]])
    for sound in SOUNDS:
        if sound.book != book:
            continue
        for note in range(sound.notes):
            made = wave(sound, note)
            first = LAYOUT.first[sound.name] + note * sound.frames
            for age in range(sound.frames):
                grain = made[age * HOP : age * HOP + GRAIN] * out
                if age or not sound.attack:
                    grain[:TAIL] *= fade
                table[first + age] = grain
    return table


def render(codes: Codes, table: Callable[[int], Sound32] = grains) -> Sound32:
    """The sound of codes shaped (books, frames), shaped (frames · 640,), by the grains of `table`."""
    played = np.sum([table(book)[codes[book]] for book in SOUNDING], axis=0)
    sound = played[:, :HOP]
    sound[1:, :TAIL] += played[:-1, HOP:]
    return np.ascontiguousarray(sound.reshape(-1))
