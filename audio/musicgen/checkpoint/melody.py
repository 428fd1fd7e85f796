"""What a melody decoder hears before its first step: the tones of a melody, then the words of the prompt.

As in transformers' MusicgenMelodyForConditionalGeneration: a melody is repeated or cut to the length that the
model was trained with, none at all is the first tone throughout, and so is the melody of the rows that hear
no prompt, whose words are zeros.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from audio.files.recording import check, first_seconds
from audio.musicgen.checkpoint.chroma import HOP_SAMPLES, chroma_of
from audio.piece import Recording


@dataclass(frozen=True, slots=True)
class Melody:
    """How a checkpoint hears melodies."""

    projection: nn.Module
    """From tones to the decoder's width."""
    tones: int
    hops: int
    """The length of every melody."""
    sample_rate: int
    device: torch.device

    @torch.inference_mode()
    def heard(self, recording: Recording | None) -> Tensor:
        """The beginning of a recording, or no melody, shaped (hops, hidden). Raises RecordingError."""
        if recording is None:
            return self._projected(torch.zeros(1, dtype=torch.int64))
        check(recording)
        seconds = self.hops * HOP_SAMPLES / self.sample_rate
        pcm = first_seconds(recording.path, self.sample_rate, 1, seconds)
        return self._projected(chroma_of(pcm, self.sample_rate, self.tones))

    @torch.inference_mode()
    def prefix(self, melody: Tensor, states: Tensor, tokens: int) -> Tensor:
        """What stands before the steps with and without the prompt, shaped (2, hops + tokens, hidden).

        `melody` is what `heard` gave and `states` the encoded prompt; it is cut or filled up with zeros to
        `tokens` tokens.
        """
        words = functional.pad(states[:tokens], (0, 0, 0, max(0, tokens - len(states))))
        prompted = torch.cat([melody, words])
        free = torch.cat([self.heard(None), torch.zeros_like(words)])
        return torch.stack([prompted, free])

    def _projected(self, loudest: Tensor) -> Tensor:
        """Tones, each the number of the loudest one of a hop, as the decoder hears them: (hops, hidden)."""
        repeated = loudest.repeat(-(-self.hops // len(loudest)))[: self.hops]
        hidden: Tensor = self.projection(functional.one_hot(repeated, self.tones).float().to(self.device))
        return hidden
