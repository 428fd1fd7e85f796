"""Matroska by hand: elements, laced blocks, and files of PCM."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from fuzz.files.riff import sixteen_bits
from fuzz.files.sound import RATE

HEADER: Final = 0x1A45DFA3
DOCUMENT_TYPE: Final = 0x4282
SEGMENT: Final = 0x18538067
INFO: Final = 0x1549A966
TIMESTAMP_SCALE: Final = 0x2AD7B1
TRACKS: Final = 0x1654AE6B
TRACK: Final = 0xAE
CLUSTER: Final = 0x1F43B675
TIMESTAMP: Final = 0xE7
SIMPLE_BLOCK: Final = 0xA3
TAGS: Final = 0x1254C367
VOID: Final = 0xEC
ATTACHMENTS: Final = 0x1941A469
ATTACHED: Final = 0x61A7

SOUND: Final = 2
SUBTITLES: Final = 17
"""Kinds of streams."""

NONE: Final = 0
XIPH: Final = 1
FIXED: Final = 2
EBML: Final = 3
"""Ways of lacing."""

UNKNOWN: Final = -1
"""A size that is not known while the file is written."""

LACED: Final = 5
"""Frames in a laced block."""

BLOCK_SAMPLES: Final = 1600
"""Samples of a block: 50 ms."""


def element(name: int, *content: bytes, size: int | None = None) -> bytes:
    """Return an element; `size` is what it claims."""
    data = b"".join(content)
    return (
        name.to_bytes((name.bit_length() + 7) // 8, "big")
        + number(len(data) if size is None else size)
        + data
    )


def number(value: int) -> bytes:
    """Return a size as eight bytes; UNKNOWN as one."""
    return b"\xff" if value == UNKNOWN else (1 << 56 | value & (1 << 56) - 1).to_bytes(8, "big")


def unsigned(name: int, value: int) -> bytes:
    """Return an element with a whole number."""
    return element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def track(
    rate: float = RATE,
    channels: int = 1,
    bits: int = 16,
    codec: bytes = b"A_PCM/INT/LIT",
    index: int = 1,
    more: bytes = b"",
    kind: int = SOUND,
) -> bytes:
    """Return the description of a stream."""
    audio = element(
        0xE1, element(0xB5, struct.pack(">d", rate)), unsigned(0x9F, channels), unsigned(0x6264, bits)
    )
    return element(
        TRACK,
        unsigned(0xD7, index),
        unsigned(0x73C5, index),
        unsigned(0x83, kind),
        element(0x86, codec),
        audio,
        more,
    )


def block(frames: Sequence[bytes], time: int, lacing: int = NONE, index: int = 1) -> bytes:
    """Return a block that begins at `time` [ms] in its cluster."""
    head = bytes([0x80 | index]) + struct.pack(">hB", time, 0x80 | lacing << 1)
    if lacing != NONE:
        head += bytes([len(frames) - 1])
    if lacing == XIPH:
        head += b"".join(b"\xff" * (len(each) // 255) + bytes([len(each) % 255]) for each in frames[:-1])
    if lacing == EBML:
        sizes = [len(each) for each in frames]
        head += (1 << 14 | sizes[0]).to_bytes(2, "big")
        for last, size in pairwise(sizes[:-1]):
            head += (1 << 14 | size - last + (1 << 13) - 1).to_bytes(2, "big")
    return element(SIMPLE_BLOCK, head, *frames)


def clusters(
    lacing: int = NONE, *, size: int | None = None, step_ms: int = 50, data: bytes | None = None
) -> bytes:
    """Return the sound in clusters of a second; `size` is what each claims."""
    data = sixteen_bits() if data is None else data
    frames = [data[at : at + 2 * BLOCK_SAMPLES] for at in range(0, len(data), 2 * BLOCK_SAMPLES)]
    group = 1 if lacing == NONE else LACED
    parts = []
    for start in range(0, len(frames), 20):
        blocks = [
            block(
                frames[at : at + group],
                (at - start) * step_ms,
                lacing if len(frames[at : at + group]) > 1 else NONE,
            )
            for at in range(start, min(start + 20, len(frames)), group)
        ]
        parts.append(element(CLUSTER, unsigned(TIMESTAMP, max(0, start * step_ms)), *blocks, size=size))
    return b"".join(parts)


def matroska(
    *content: bytes, tracks: bytes | None = None, kind: bytes = b"matroska", size: int | None = None
) -> bytes:
    """Return a file with these elements behind the tracks; `size` is what the segment claims."""
    info = element(INFO, unsigned(TIMESTAMP_SCALE, 1_000_000))
    streams = element(TRACKS, track() if tracks is None else tracks)
    return element(HEADER, element(DOCUMENT_TYPE, kind)) + element(
        SEGMENT, info, streams, *content, size=size
    )
