"""FFmpeg's `ebur128`, an implementation independent of `audio.dsp.loudness`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import av.filter
import numpy as np

from audio.units import CHANNELS, SAMPLE_RATE, Pcm

_SLICE = SAMPLE_RATE // 10


@dataclass(frozen=True, slots=True)
class Reading:
    """A measurement by FFmpeg."""

    lufs: float
    true_peak_db: float


def ebur128(pcm: Pcm) -> Reading:
    """Measure 48 kHz sound, shaped (channels, samples); mono goes to both sides."""
    sides = np.ascontiguousarray(np.broadcast_to(pcm, (CHANNELS, pcm.shape[1])), np.float32)
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=SAMPLE_RATE, format="fltp", layout="stereo", time_base=Fraction(1, SAMPLE_RATE)
    )
    meter, sink = graph.add("ebur128", "peak=true:metadata=1:framelog=quiet"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    read: dict[str, str] = {}
    for begin in range(0, sides.shape[1], _SLICE):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sides[:, begin : begin + _SLICE]), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts = SAMPLE_RATE, begin
        graph.push(frame)
        read |= _read(graph)
    graph.push(None)
    read |= _read(graph)
    peak = float(read["lavfi.r128.true_peak"])
    return Reading(float(read["lavfi.r128.I"]), 20 * float(np.log10(max(peak, 1e-12))))


def _read(graph: av.filter.Graph) -> dict[str, str]:
    read: dict[str, str] = {}
    while True:
        try:
            read |= graph.pull().metadata
        except (av.BlockingIOError, av.EOFError):
            return read
