"""Puts right what FFmpeg would read wrongly, before it sees a file."""

from __future__ import annotations

import struct
from typing import Final

_RIFF: Final = (b"RIFF", b"RF64", b"BW64")
_EXTENSIBLE: Final = 0xFFFE

_MAX_CHUNKS: Final = 64
"""Chunks of a WAV file that may come before its format."""


def mended(data: bytes) -> bytes:
    """Return a file that FFmpeg reads as it is meant. Raises ValueError if there is no such file."""
    data = _without_tag(data)
    if data.startswith(b"RIFX"):  # its big-endian samples would be read as little-endian ones
        raise ValueError("a big-endian WAV file")
    return _with_bits_of_container(data) if data.startswith(_RIFF) else data


def _without_tag(data: bytes) -> bytes:
    """Return a file without an ID3 tag in front of it, where FFmpeg does not expect one."""
    if not data.startswith(b"ID3"):
        return data
    size = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=False))
    return data[size:] if data[size : size + 4] in (*_RIFF, b"FORM", b"OggS") else data


def _with_bits_of_container(data: bytes) -> bytes:
    """Return a WAV file that does not say how many bits of each sample are used.

    FFmpeg would take them for the size of the samples: 24 bits in 32 become noise.
    """
    at = 12
    for _ in range(_MAX_CHUNKS):
        if len(data) < at + 28:
            break
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"fmt ":
            tag, bits, used = (struct.unpack_from("<H", data, at + 8 + offset)[0] for offset in (0, 14, 18))
            if tag == _EXTENSIBLE and size >= 20 and bits % 8 == 0 and used not in (0, bits):
                return data[: at + 26] + b"\0\0" + data[at + 28 :]
            break
        at += 8 + size + size % 2
    return data
