"""Sound files for tests, written by PyAV."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from audio.files.recording import write_recording
from audio.piece import Recording
from audio.units import Pcm

CODECS = {".wav": "pcm_f32le", ".flac": "flac", ".mp3": "libmp3lame", ".ogg": "libopus", ".m4a": "aac"}


def written(path: Path, pcm: Pcm, rate: int) -> Path:
    """Write `pcm`, shaped (1 or 2, samples), in the format of the suffix."""
    layout = "mono" if len(pcm) == 1 else "stereo"
    with av.open(str(path), "w") as file:
        stream = file.add_stream(CODECS[path.suffix], rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        samples = np.ascontiguousarray(pcm.T.reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(samples, format="flt", layout=layout)
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.format, stream.layout, rate, stream.frame_size or None)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return path


def recorded(path: Path, pcm: Pcm, rate: int) -> Recording:
    """Write `pcm`, shaped (1 or 2, samples), as a recording."""
    return write_recording(path, np.ascontiguousarray(pcm.T), rate)


def hum(seconds: float, rate: int, hertz: tuple[float, ...] = (220.0,)) -> Pcm:
    """Sines, one for each channel."""
    times = np.arange(round(seconds * rate)) / rate
    return np.stack([0.4 * np.sin(2 * np.pi * each * times) for each in hertz]).astype(np.float32)
