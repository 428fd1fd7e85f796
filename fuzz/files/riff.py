"""Chunked files by hand: WAV with RF64 and BW64, AIFF and CAF."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

import numpy as np

from fuzz.files.sound import RATE, SECONDS, sine

UNKNOWN: Final = 0xFFFFFFFF
"""The size of what is longer than 32 bits can say, or was never filled in."""

PCM: Final = 1
ADPCM: Final = 2
FLOAT: Final = 3
EXTENSIBLE: Final = 0xFFFE


def chunk(name: bytes, data: bytes, size: int | None = None, order: str = "<") -> bytes:
    """Return a chunk, padded to an even length; `size` is what it claims."""
    claimed = len(data) if size is None else size
    return name + struct.pack(order + "I", claimed) + data + b"\0" * (len(data) % 2)


def wave_format(
    tag: int = PCM, channels: int = 1, rate: int = RATE, bits: int = 16, block: int | None = None
) -> bytes:
    """Return the content of a `fmt ` chunk of 16 bytes."""
    block = channels * bits // 8 if block is None else block
    return struct.pack("<HHIIHH", tag, channels, rate, rate * block & UNKNOWN, block & 0xFFFF, bits)


def extensible(
    channels: int = 1, rate: int = RATE, bits: int = 16, valid: int = 16, mask: int = 0, tag: int = PCM
) -> bytes:
    """Return the content of an extensible `fmt ` chunk, of 40 bytes."""
    kind = struct.pack("<IHH", tag, 0, 0x10) + b"\x80\0\0\xaa\0\x38\x9b\x71"
    return wave_format(EXTENSIBLE, channels, rate, bits) + struct.pack("<HHI", 22, valid, mask) + kind


def wave(
    form: bytes | None = None,
    data: bytes | None = None,
    *,
    kind: bytes = b"RIFF",
    size: int | None = None,
    data_size: int | None = None,
    before: Sequence[bytes] = (),
    after: Sequence[bytes] = (),
) -> bytes:
    """Return a WAV file; `size` and `data_size` are claims, the others chunks around the data."""
    sound = chunk(b"data", sixteen_bits() if data is None else data, data_size)
    form = wave_format() if form is None else form
    content = b"WAVE" + chunk(b"fmt ", form) + b"".join(before) + sound + b"".join(after)
    return kind + struct.pack("<I", len(content) if size is None else size) + content


def long_wave(kind: bytes = b"RF64") -> bytes:
    """Return a WAV file whose sizes have 64 bits."""
    data = sixteen_bits()
    sizes = chunk(b"ds64", struct.pack("<QQQI", len(data) + 100, len(data), len(data) // 2, 0))
    content = b"WAVE" + sizes + chunk(b"fmt ", wave_format()) + chunk(b"data", data, UNKNOWN)
    return kind + struct.pack("<I", UNKNOWN) + content


def information(encoding: str, text: str) -> bytes:
    """Return a LIST chunk with a title in an encoding."""
    return chunk(b"LIST", b"INFO" + chunk(b"INAM", text.encode(encoding) + b"\0"))


def sixteen_bits(seconds: float = SECONDS, rate: int = RATE, channels: int = 1, order: str = "<") -> bytes:
    """Return a tone as interleaved integers."""
    return (sine(seconds, rate, channels).T * 32767).astype(order + "i2").tobytes()


def extended(value: int) -> bytes:
    """Return a whole number as a float of 80 bits."""
    shift = max(0, 64 - value.bit_length())
    return struct.pack(">HQ", 16383 + 63 - shift if value else 0, value << shift & (1 << 64) - 1)


def aiff(
    rate: int = RATE,
    samples: int | None = None,
    bits: int = 16,
    channels: int = 1,
    *,
    kind: bytes = b"",
    sound_first: bool = False,
    more: Sequence[bytes] = (),
) -> bytes:
    """Return an AIFF file, or AIFF-C of a compression; `samples` is what it claims."""
    data = sixteen_bits(rate=RATE, order="<" if kind == b"sowt" else ">")
    count = len(data) // 2 if samples is None else samples
    common = struct.pack(">HIH", channels, count & UNKNOWN, bits) + extended(rate)
    if kind:
        common += kind + b"\x04none\0"
    parts = [
        chunk(b"COMM", common, order=">"),
        chunk(b"SSND", struct.pack(">II", 0, 0) + data, order=">"),
    ]
    content = (b"AIFC" if kind else b"AIFF") + b"".join([*more, *(reversed(parts) if sound_first else parts)])
    return chunk(b"FORM", content, order=">")


def caf(rate: float = RATE, *, data_size: int = -1, channels: int = 1, bits: int = 16) -> bytes:
    """Return a CAF file whose data claims `data_size`; −1 means until the end of the file."""
    block = channels * bits // 8
    description = struct.pack(">d4sIIIII", rate, b"lpcm", 2, block & UNKNOWN, 1, channels, bits)
    data = struct.pack(">I", 0) + sixteen_bits()
    return (
        b"caff\0\1\0\0"
        + b"desc"
        + struct.pack(">q", len(description))
        + description
        + b"data"
        + struct.pack(">q", data_size)
        + data
    )


def floats(values: np.ndarray, kind: str = "<f4") -> bytes:
    """Return samples as floating-point numbers."""
    return values.astype(kind).tobytes()
