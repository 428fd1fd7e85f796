"""FLAC by hand: blocks of metadata, and frames whose samples are all the same."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache
from typing import Final

SILENT: Final = 0
STREAM_INFO: Final = 0
COMMENT: Final = 4
CUE_SHEET: Final = 5
PICTURE: Final = 6
SEEK_TABLE: Final = 3
LAST: Final = 0x80


def block(kind: int, data: bytes, size: int | None = None, *, last: bool = False) -> bytes:
    """Return a block of metadata; `size` is what it claims."""
    claimed = len(data) if size is None else size
    return bytes([kind | (LAST if last else 0)]) + (claimed & 0xFFFFFF).to_bytes(3, "big") + data


def stream_info(rate: int, length: int, samples: int, channels: int = 1, bits: int = 16) -> bytes:
    """Return the content of the first block: blocks of `length` samples, `samples` in all."""
    fields = (rate & 0xFFFFF) << 44 | (channels - 1) << 41 | (bits - 1) << 36 | samples & (1 << 36) - 1
    return struct.pack(">HH", length, length) + b"\0" * 6 + fields.to_bytes(8, "big") + b"\0" * 16


def picture(data: bytes, side: int = 64) -> bytes:
    """Return a block with a cover."""
    head = struct.pack(">II", 3, 9) + b"image/png" + struct.pack(">IIIII", 0, side, side, 24, 0)
    return block(PICTURE, head + struct.pack(">I", len(data)) + data)


def comment(*fields: bytes, number: int | None = None) -> bytes:
    """Return a block of comments, which are already encoded; `number` is what it claims."""
    content = struct.pack("<I", 4) + b"hand" + struct.pack("<I", len(fields) if number is None else number)
    return block(COMMENT, content + b"".join(struct.pack("<I", len(field)) + field for field in fields))


def with_blocks(file: bytes, *blocks: bytes) -> bytes:
    """Return a file with more blocks behind the first one."""
    first = 4 + 4 + 34
    head = file[:4] + bytes([file[4] & 0x7F]) + file[5:first]
    if file[4] & LAST:
        return head + b"".join(blocks) + block(1, b"", last=True) + file[first:]
    return head + b"".join(blocks) + file[first:]


def constant(
    rate: int,
    length: int,
    frames: int,
    channels: int = 1,
    value: int = 1000,
    more: Sequence[bytes] = (),
    claimed: int | None = None,
    rates: Sequence[int] = (),
) -> bytes:
    """Return a file of `frames` blocks, each of `length` times the same sample in some twelve bytes.

    `rates` are what the blocks say in turn, instead of nothing.
    """
    samples = frames * length if claimed is None else claimed
    info = block(STREAM_INFO, stream_info(rate, length, samples, channels), last=not more)
    content = [b"fLaC", info, *more]
    if more:
        content.append(block(1, b"", last=True))
    samples_of_a_frame = (b"\0" + struct.pack(">h", value)) * channels
    short = length <= 256
    for number in range(frames):
        # Two bytes can count to 2,047: FFmpeg does not mind, and all frames can be made at once.
        rate_of_frame = rates[number % len(rates)] if rates else 0
        content.append(_frame(number % 2048, length, channels, samples_of_a_frame, short, rate_of_frame))
    return b"".join(content)


@cache
def _frame(number: int, length: int, channels: int, samples: bytes, short: bool, rate: int) -> bytes:
    head = bytes([0xFF, 0xF8, (0x60 if short else 0x70) | (13 if rate else 0), (channels - 1) << 4 | 8])
    head += _utf8(number) + (bytes([length - 1]) if short else struct.pack(">H", length - 1))
    if rate:
        head += struct.pack(">H", rate)
    frame = head + bytes([_crc(head, 8, 0x07)]) + samples
    return frame + struct.pack(">H", _crc(frame, 16, 0x8005))


def _utf8(number: int) -> bytes:
    """Return a number as FLAC counts frames: as UTF-8 of up to six bytes."""
    if number < 0x80:
        return bytes([number])
    count = next(count for count in range(1, 6) if number < 1 << 5 * count + 6)
    first = (0xFF << 7 - count) & 0xFF | number >> 6 * count
    return bytes([first, *(0x80 | number >> 6 * at & 0x3F for at in reversed(range(count)))])


@cache
def _table(bits: int, polynomial: int) -> tuple[int, ...]:
    top, mask = 1 << bits - 1, (1 << bits) - 1
    entries = []
    for byte in range(256):
        value = byte << bits - 8
        for _ in range(8):
            value = (value << 1 ^ polynomial) & mask if value & top else value << 1 & mask
        entries.append(value)
    return tuple(entries)


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    table, mask, value = _table(bits, polynomial), (1 << bits) - 1, 0
    for byte in data:
        value = (value << 8 & mask) ^ table[value >> bits - 8 ^ byte]
    return value
