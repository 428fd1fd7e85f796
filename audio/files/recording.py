"""A Recording: a sound file from anywhere, to go on from or to hum after."""

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
"""FFmpeg's names of what may be opened: files that hold their sound themselves. A playlist or a list of files
would have it open others, on this machine or elsewhere."""

MAX_SECONDS: Final = 600.0
"""Files of silence are bombs: 10 MiB of FLAC can hold 20 hours."""

MIN_SECONDS: Final = 0.5

_MAX: Final = 4.0
"""Floating-point files may go over full scale; by more than 12 dB they are damaged."""


def recording_of(path: Path) -> Recording:
    """The recording in the file at `path`, if it can be heard at all. Raises RecordingError with a sentence.

    Only its beginning is decoded; that it is too long shows when it is heard.
    """
    with _told(path):
        digest = _digest(path)
    if first_seconds(path, 16_000, 1, MIN_SECONDS).shape[1] < MIN_SECONDS * 16_000:
        raise RecordingError(Text("recording-too-short", file=path.name, shortest=MIN_SECONDS))
    return Recording(path, digest)


def fully_decoded_recording_of(path: Path) -> Recording:
    """The same when all of it can be heard, as who goes on from its end must. Raises RecordingError.

    Costs up to a second of work for MAX_SECONDS of sound. A file from a stranger may break FFmpeg, so let
    a process do it that may die.
    """
    last_seconds(path, 16_000, 1, MIN_SECONDS)
    return recording_of(path)


def check_unchanged(recording: Recording) -> None:
    """Raise RecordingError unless the file is still what it was."""
    with _told(recording.path):
        if _digest(recording.path) != recording.digest:
            raise RecordingError(Text("recording-changed", file=recording.path.name))


def first_seconds(path: Path, rate: int, channels: int, seconds: float) -> Pcm:
    """How a file begins, float32 shaped (channels, samples) at `rate`: at most `seconds`."""
    wanted, held = round(seconds * rate), 0
    parts: list[Pcm] = []
    with _told(path):
        for part in _decoded(path, rate):
            parts.append(part)
            held += part.shape[1]
            if held >= wanted:
                break
    return _mixed(parts, channels)[:, :wanted]


def seconds_of(path: Path) -> float:
    """How long the sound of a file is, by decoding it. Raises RecordingError."""
    with _told(path):
        samples: int = sum(part.shape[1] for part in _decoded(path, SAMPLE_RATE))
    return samples / SAMPLE_RATE


def last_seconds(path: Path, rate: int, channels: int, seconds: float) -> Pcm:
    """How a file ends, float32 shaped (channels, samples) at `rate`: at most `seconds`.

    All of it is decoded, and no more is held than what is asked for. Raises RecordingError over
    MAX_SECONDS.
    """
    wanted, held, heard = round(seconds * rate), 0, 0
    parts: deque[Pcm] = deque()
    with _told(path):
        for part in _decoded(path, rate):
            parts.append(part)
            held, heard = held + part.shape[1], heard + part.shape[1]
            while held - parts[0].shape[1] >= wanted:
                held -= parts.popleft().shape[1]
            if heard > MAX_SECONDS * rate:
                raise RecordingError(Text("recording-too-long", file=path.name, longest=MAX_SECONDS / 60))
    pcm = _mixed(list(parts), channels)
    return pcm[:, max(0, pcm.shape[1] - wanted) :]


def _decoded(path: Path, rate: int) -> Iterator[Pcm]:
    """The file's sound at `rate`, frame by frame, shaped (1 or 2, samples)."""
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
    """Without their times: gaps and leaps in a file's clock are no silence to fill."""
    for frame in file.decode(file.streams.audio[0]):
        frame.pts = None
        yield frame


def _arrays(frames: list[av.AudioFrame]) -> Iterator[Pcm]:
    for frame in frames:
        yield cast("Pcm", frame.to_ndarray())


def _mixed(parts: list[Pcm], channels: int) -> Pcm:
    """The parts one after the other, in `channels` channels; what is no number is silence."""
    joined = np.concatenate(parts, axis=1) if parts else np.zeros((1, 0), np.float32)
    pcm: Pcm = np.nan_to_num(joined, nan=0.0, posinf=1.0, neginf=-1.0).clip(-_MAX, _MAX)
    if channels == 1:
        return cast("Pcm", pcm.mean(axis=0, keepdims=True))
    return pcm if len(pcm) == channels else np.repeat(pcm, channels, axis=0)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what FFmpeg and the disk raise into a sentence."""
    from av import FFmpegError

    try:
        yield
    except (FFmpegError, OSError, ValueError) as error:
        raise RecordingError(Text("recording-unreadable", file=path.name)) from error
