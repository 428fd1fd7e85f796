"""Chroma: the loudest of the twelve pitch classes over time, the form in which MusicGen takes a melody.

Equal to transformers' feature extractor for MusicGen Melody, which needs torchaudio. Only the loudest pitch
class is used, so the scale of the spectrum does not matter.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional
from transformers.audio_utils import chroma_filter_bank

from audio.units import Pcm

WINDOW_SAMPLES: Final = 16_384
"""Samples per spectrum: half a second at 32 kHz, which separates semitones above 90 Hz."""

HOP_SAMPLES: Final = 4096
"""Samples between two spectra."""


def chroma_of(pcm: Pcm, rate: int, pitch_classes: int) -> Tensor:
    """Return the loudest pitch class of each hop, int64 (hops,), where C is 0.

    `pcm` is shaped (1, samples) at `rate` Hz.
    """
    sound = torch.from_numpy(pcm[0])
    if (missing := WINDOW_SAMPLES - len(sound)) > 0:
        sound = functional.pad(sound, (missing // 2, missing - missing // 2))
    window = torch.hann_window(WINDOW_SAMPLES)
    spectrum = torch.stft(sound, WINDOW_SAMPLES, HOP_SAMPLES, window=window, return_complex=True)
    filters = chroma_filter_bank(WINDOW_SAMPLES, pitch_classes, rate, tuning=0)
    energy = torch.from_numpy(filters).float() @ spectrum.abs().square()
    return energy.argmax(dim=0)
