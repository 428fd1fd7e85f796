"""Chroma: which of the twelve tones is the loudest at a time, all octaves alike: how MusicGen hears a melody.

As transformers' feature extractor for MusicGen Melody computes it, which needs torchaudio. Only the loudest
tone is told, so how the spectrum is scaled has no say.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional
from transformers.audio_utils import chroma_filter_bank

from audio.units import Pcm

WINDOW_SAMPLES: Final = 16_384
"""Samples of a spectrum: half a second at 32 kHz, which tells half tones apart from 90 Hz on."""

HOP_SAMPLES: Final = 4096


def chroma_of(pcm: Pcm, rate: int, tones: int) -> Tensor:
    """The number of the loudest tone of each hop, C is 0; `pcm` is shaped (1, samples), at `rate`."""
    sound = torch.from_numpy(pcm[0])
    if (missing := WINDOW_SAMPLES - len(sound)) > 0:
        sound = functional.pad(sound, (missing // 2, missing - missing // 2))
    window = torch.hann_window(WINDOW_SAMPLES)
    spectrum = torch.stft(sound, WINDOW_SAMPLES, HOP_SAMPLES, window=window, return_complex=True)
    filters = chroma_filter_bank(WINDOW_SAMPLES, tones, rate, tuning=0)
    loudness = torch.from_numpy(filters).float() @ spectrum.abs().square()
    return loudness.argmax(dim=0)
