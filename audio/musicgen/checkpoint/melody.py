"""Melody conditioning: the prefix that a melody decoder reads before its first step.

As in transformers' MusicgenMelodyForConditionalGeneration, the prefix is the chroma of the melody and then
the prompt. The chroma is repeated or cut to the length of the training data. Without a melody it is the first
pitch class throughout, and so it is in the rows without a prompt, whose prompt is zeros.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from audio.files.recording import first_seconds
from audio.musicgen.checkpoint.chroma import HOP_SAMPLES, chroma_of
from audio.piece import Recording


@dataclass(frozen=True, slots=True)
class MelodyEncoder:
    """Encodes melodies for a checkpoint."""

    projection: nn.Module
    """From pitch classes to the decoder's width."""
    pitch_classes: int
    hops: int
    """Length of every melody in hops of the chroma."""
    sample_rate: int
    device: torch.device

    @torch.inference_mode()
    def chroma_features(self, recording: Recording | None) -> Tensor:
        """Return the projected chroma of the beginning of a recording, or of no melody: (hops, hidden).

        The file is not hashed, as in `encode_past`. Raises RecordingError if it is gone.
        """
        if recording is None:
            return self._project(torch.zeros(1, dtype=torch.int64))
        seconds = self.hops * HOP_SAMPLES / self.sample_rate
        pcm = first_seconds(recording.path, self.sample_rate, 1, seconds)
        return self._project(chroma_of(pcm, self.sample_rate, self.pitch_classes))

    @torch.inference_mode()
    def prefix(self, features: Tensor, states: Tensor, tokens: int) -> Tensor:
        """Return the prefixes with and without the prompt, shaped (2, hops + tokens, hidden).

        `features` come from `chroma_features`; `states` is the encoded prompt, which is cut or zero-padded to
        `tokens` tokens.
        """
        prompt = functional.pad(states[:tokens], (0, 0, 0, max(0, tokens - len(states))))
        prompted = torch.cat([features, prompt])
        unprompted = torch.cat([self.chroma_features(None), torch.zeros_like(prompt)])
        return torch.stack([prompted, unprompted])

    def _project(self, chroma: Tensor) -> Tensor:
        """Project pitch classes (hops of the recording,) to features (hops, hidden)."""
        repeated = chroma.repeat(-(-self.hops // len(chroma)))[: self.hops]
        one_hot = functional.one_hot(repeated, self.pitch_classes).float()
        features: Tensor = self.projection(one_hot.to(self.device))
        return features
