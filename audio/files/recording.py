"""Reads recordings: sound files from anywhere, to continue or to take a melody from."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from audio.errors import RecordingError
from audio.piece import Recording
from audio.units import SAMPLE_RATE
from words.text import Text

if TYPE_CHECKING:
    import av

    from audio.units import Pcm

CONTAINERS: Final = "aac,aiff,amr,asf,caf,flac,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,ogg,wav"
"""FFmpeg's names of allowed containers: those that hold their sound themselves. A playlist would make FFmpeg
open other files, here or elsewhere."""

MAX_SECONDS: Final = 600.0
"""Longest sound that is read: 10 MiB of FLAC can hold 20 hours of silence."""

MIN_SECONDS: Final = 0.5
"""Shortest usable recording."""

_PROBE_RATE: Final = 16_000
"""Sample rate to decode at when only the length matters."""

_MAX_SAMPLE: Final = 4.0
"""Floating-point files may exceed full scale; by more than 12 dB they are damaged."""


def recording_of(path: Path) -> Recording:
    """Return the recording in the file at `path`. Raises RecordingError with a sentence if it is unusable.

    Only its beginning is decoded: that it is too long is found when it is read.
    """
    with _readable(path):
        digest = _digest(path)
    if first_seconds(path, _PROBE_RATE, 1, MIN_SECONDS).shape[1] < MIN_SECONDS * _PROBE_RATE:
        raise RecordingError(Text("recording-too-short", file=path.name, shortest=MIN_SECONDS))
    return Recording(path, digest)


def fully_decoded_recording_of(path: Path) -> Recording:
    """Return the recording after decoding all of it, as continuing its end needs. Raises RecordingError.

    Takes up to a second for MAX_SECONDS of sound. A hostile file may crash FFmpeg, so run this in a process
    that may die.
    """
    last_seconds(path, _PROBE_RATE, 1, MIN_SECONDS)
    return recording_of(path)


def check_unchanged(recording: Recording) -> None:
    """Raise RecordingError if the file has changed since it became a recording."""
    with _readable(recording.path):
        if _digest(recording.path) != recording.digest:
            raise RecordingError(Text("recording-changed", file=recording.path.name))


def first_seconds(path: Path, rate: int, channels: int, seconds: float) -> Pcm:
    """Return at most the first `seconds` of a file, float32 shaped (channels, samples) at `rate`.

    Raises RecordingError.
    """
    wanted, held = round(seconds * rate), 0
    parts: list[Pcm] = []
    with _readable(path):
        for part in _decoded(path, rate):
            parts.append(part)
            held += part.shape[1]
            if held >= wanted:
                break
    return _mixed(parts, channels)[:, :wanted]


def seconds_of(path: Path) -> float:
    """Return the length [s] of the sound of a file, by decoding it. Raises RecordingError."""
    with _readable(path):
        samples: int = sum(part.shape[1] for part in _decoded(path, SAMPLE_RATE))
    return samples / SAMPLE_RATE


def last_seconds(path: Path, rate: int, channels: int, seconds: float) -> Pcm:
    """Return at most the last `seconds` of a file, float32 shaped (channels, samples) at `rate`.

    The whole file is decoded, but only the requested part is held. Raises RecordingError, also if it is
    longer than MAX_SECONDS.
    """
    wanted, held, total = round(seconds * rate), 0, 0
    parts: deque[Pcm] = deque()
    with _readable(path):
        for part in _decoded(path, rate):
            parts.append(part)
            held, total = held + part.shape[1], total + part.shape[1]
            while held - parts[0].shape[1] >= wanted:
                held -= parts.popleft().shape[1]
            if total > MAX_SECONDS * rate:
                raise RecordingError(Text("recording-too-long", file=path.name, longest=MAX_SECONDS / 60))
    pcm = _mixed(list(parts), channels)
    return pcm[:, max(0, pcm.shape[1] - wanted) :]


def _decoded(path: Path, rate: int) -> Iterator[Pcm]:
    """Yield the sound of a file at `rate`, part by part, shaped (1 or 2, samples)."""
    import av

    with av.open(str(path), options={"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}) as file:
        if not file.streams.audio:
            raise RecordingError(Text("recording-silent", file=path.name))
        layout = "mono" if file.streams.audio[0].channels == 1 else "stereo"
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
        for frame in _frames(file):
            yield from _arrays(resampler.resample(frame))
        yield from _arrays(resampler.resample(None))


def _frames(file: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    """Yield decoded frames without timestamps, so that gaps in them are not filled with silence."""
    for frame in file.decode(file.streams.audio[0]):
        frame.pts = None
        yield frame


def _arrays(frames: list[av.AudioFrame]) -> Iterator[Pcm]:
    for frame in frames:
        yield cast("Pcm", frame.to_ndarray())


def _mixed(parts: list[Pcm], channels: int) -> Pcm:
    """Concatenate parts in `channels` channels, with NaN as silence and infinity as full scale."""
    joined = np.concatenate(parts, axis=1) if parts else np.zeros((1, 0), np.float32)
    pcm: Pcm = np.nan_to_num(joined, nan=0.0, posinf=1.0, neginf=-1.0).clip(-_MAX_SAMPLE, _MAX_SAMPLE)
    if channels == 1:
        return cast("Pcm", pcm.mean(axis=0, keepdims=True))
    return pcm if len(pcm) == channels else np.repeat(pcm, channels, axis=0)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn errors of FFmpeg and the disk into a RecordingError."""
    from av import FFmpegError

    try:
        yield
    except (FFmpegError, OSError, ValueError) as error:
        raise RecordingError(Text("recording-unreadable", file=path.name)) from error
