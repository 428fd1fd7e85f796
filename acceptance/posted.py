"""Posted tracks: their messages, and their sound."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

import av
import numpy as np

from audio.units import SAMPLE_RATE

if TYPE_CHECKING:
    from rehearsal.voice.recording import Pcm
    from rehearsal.world import Message


def track_messages(messages: Iterable[Message]) -> list[Message]:
    """Return the messages with a track: its sound is the first attachment, its picture the second."""
    return [message for message in messages if message.attachments and not message.laid_out]


def decode(file: BinaryIO) -> Pcm:
    """Decode a sound file. The result is shaped (samples, 2), at 48 kHz."""
    with av.open(file, "r") as container:
        resampler = av.AudioResampler("fltp", "stereo", SAMPLE_RATE)
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1).T
