"""Recordings: sound that members brought, as files of our own that are read without a decoder.

A file is a WAV of one fixed header and 16-bit or float32 samples: numpy maps it, and people can open it. What
a member sent becomes one in the media process (`audio/media/`); only these reach the engine.
"""

from __future__ import annotations

import asyncio
import hashlib
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from audio.errors import RecordingError
from audio.piece import Recording
from audio.units import Pcm
from words.text import Text

SUFFIX: Final = ".wav"
"""Files of older versions, which were what the member sent, have none."""

_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_FMT_BYTES: Final = 16
_PCM, _FLOAT = 1, 3
"""Format tags of WAV (Microsoft, mmreg.h)."""

_DTYPES: Final[dict[int, np.dtype[np.int16] | np.dtype[np.float32]]] = {
    _PCM: np.dtype("<i2"),
    _FLOAT: np.dtype("<f4"),
}

_FULL_SCALE: Final = 32_768
"""FFmpeg's scale between 16 bits and floating point."""

Samples = npt.NDArray[np.float32] | npt.NDArray[np.int16]
"""Sound shaped (samples, channels), interleaved in memory."""


class Sound(NamedTuple):
    """The samples of a recording, mapped into memory: only what is used is read."""

    samples: Samples
    rate: int


class RecordingFile:
    """A new file that is written block by block, and hashed on the way. One thread at a time."""

    def __init__(
        self, path: Path, rate: int, channels: int, dtype: np.dtype[np.float32] | np.dtype[np.int16]
    ) -> None:
        self._path = path
        self._form = rate, channels, dtype
        self._hash = hashlib.sha256()
        self._begun = False

    def __enter__(self) -> RecordingFile:
        self._file = self._path.open("xb")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def digest(self) -> str:
        """SHA-256 of all that was written, in hex."""
        return self._hash.hexdigest()

    def write(self, size: int, block: bytes) -> None:
        """Write a block of `size` bytes of samples in all, interleaved. Raises OSError."""
        head = b"" if self._begun else _header(*self._form, size)
        self._begun = True
        for part in (head, block):
            self._file.write(part)
            self._hash.update(part)


def write_recording(path: Path, samples: Samples, rate: int) -> Recording:
    """Write sound shaped (samples, channels) to a new file. Raises OSError."""
    with RecordingFile(path, rate, samples.shape[1], samples.dtype) as file:
        file.write(samples.nbytes, np.ascontiguousarray(samples).tobytes())
    return Recording(path, file.digest)


def _header(rate: int, channels: int, dtype: np.dtype[np.float32] | np.dtype[np.int16], size: int) -> bytes:
    """Return the head of a file with `size` bytes of samples."""
    block = channels * dtype.itemsize
    tag = next(tag for tag, known in _DTYPES.items() if known == dtype)
    return _HEADER.pack(
        b"RIFF", _HEADER.size - 8 + size, b"WAVE", b"fmt ", _FMT_BYTES, tag, channels, rate, rate * block,
        block, 8 * dtype.itemsize, b"data", size,
    )  # fmt: skip


def recording_of(path: Path) -> Recording:
    """Return the recording in the file at `path`. Raises OSError."""
    return Recording(path, _digest(path))


def opened(path: Path) -> Sound:
    """Map a file that `write_recording` wrote. Raises RecordingError for any other."""
    try:
        with path.open("rb") as file:
            _, size, _, _, _, tag, channels, rate, _, _, _, _, data = _HEADER.unpack(file.read(_HEADER.size))
        expected = _header(rate, channels, _DTYPES[tag], data)
        samples: Any = np.memmap(path, _DTYPES[tag], "r", offset=_HEADER.size)
        if not data or size != len(expected) - 8 + data or samples.nbytes != data:
            raise ValueError("not the length that it states, or none")
        return Sound(samples.reshape(-1, channels), rate)
    except (OSError, ValueError, LookupError, struct.error) as error:
        # Among them files of older versions, which have the content that a member sent.
        raise RecordingError(Text("recording-gone")) from error


def check_unchanged(recording: Recording) -> None:
    """Raise RecordingError if the file is gone or has changed since it became a recording."""
    opened(recording.path)
    if _digest(recording.path) != recording.digest:
        raise RecordingError(Text("recording-gone"))


async def check_recordings(recordings: Iterable[Recording]) -> None:
    """Raise RecordingError if one is gone or has changed; they are hashed in a thread, 0.1 s for 100 MB."""
    for recording in recordings:
        await asyncio.to_thread(check_unchanged, recording)


def seconds_of(path: Path) -> float:
    """Return the length [s] of the sound of a file. Raises RecordingError."""
    sound = opened(path)
    return len(sound.samples) / sound.rate


def first_seconds(path: Path, rate: int, channels: int, seconds: float) -> Pcm:
    """Return at most the first `seconds` of a file, float32 shaped (channels, samples) at `rate`.

    Raises RecordingError.
    """
    sound = opened(path)
    part = sound.samples[: round(seconds * sound.rate) + _margin(sound.rate)]
    return _converted(part, sound.rate, rate, channels)[:, : round(seconds * rate)]


def last_seconds(path: Path, rate: int, channels: int, seconds: float) -> Pcm:
    """Return at most the last `seconds` of a file, float32 shaped (channels, samples) at `rate`.

    Raises RecordingError.
    """
    sound = opened(path)
    part = sound.samples[-(round(seconds * sound.rate) + _margin(sound.rate)) :]
    pcm = _converted(part, sound.rate, rate, channels)
    return pcm[:, max(0, pcm.shape[1] - round(seconds * rate)) :]


def mixed(samples: Samples, channels: int) -> Pcm:
    """Return samples as float32, shaped (channels, samples), mixed or doubled to `channels`."""
    pcm = samples.T.astype(np.float32)
    if samples.dtype == np.int16:
        pcm /= np.float32(_FULL_SCALE)
    if channels == 1:
        return cast("Pcm", pcm.mean(axis=0, keepdims=True))
    return pcm if len(pcm) == channels else np.repeat(pcm, channels, axis=0)


def _margin(rate: int) -> int:
    """Samples beside a part that its resampling needs: a tenth of a second is more than half the filter."""
    return rate // 10


def _converted(samples: Samples, rate_in: int, rate: int, channels: int) -> Pcm:
    pcm = mixed(samples, channels)
    if rate_in == rate:
        return pcm
    # Another rate than the recording was made for: the checkpoint has changed since.
    from audio.dsp.resample import Resampler  # loads scipy, which nobody needs who only names a recording

    resampler = Resampler(rate_in, rate, channels)
    return np.concatenate([resampler.push(pcm), resampler.finish()], axis=1)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
