"""What surrounds the sound of MP3 files: ID3 of each version, APE and Lyrics3."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Final

LATIN_1: Final = 0
UTF_16: Final = 1
UTF_16_BE: Final = 2
UTF_8: Final = 3

BAND: Final = 16
"""Rows of a picture that are packed at once."""


def synchsafe(number: int) -> bytes:
    """Return a number as four bytes of seven bits."""
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def frame(name: bytes, data: bytes, size: int | None = None, version: int = 3) -> bytes:
    """Return a frame of an ID3v2 tag; `size` is what it claims."""
    claimed = len(data) if size is None else size
    if version == 2:
        return name + struct.pack(">I", claimed)[1:] + data
    return name + (synchsafe(claimed) if version == 4 else struct.pack(">I", claimed)) + b"\0\0" + data


def text(name: bytes, encoded: bytes, encoding: int = LATIN_1, version: int = 3) -> bytes:
    """Return a frame with text that is already encoded; `encoding` is what it claims."""
    return frame(name, bytes([encoding]) + encoded, version=version)


def picture(data: bytes, version: int = 3, kind: bytes = b"image/png") -> bytes:
    """Return a frame with a cover."""
    if version == 2:
        return frame(b"PIC", b"\0PNG\3\0" + data, version=2)
    return frame(b"APIC", b"\0" + kind + b"\0\3\0" + data, version=version)


def id3(*frames: bytes, version: int = 3, size: int | None = None, flags: int = 0, padding: int = 0) -> bytes:
    """Return an ID3v2 tag; `size` is what it claims."""
    content = b"".join(frames) + b"\0" * padding
    claimed = len(content) if size is None else size
    return b"ID3" + bytes([version, 0, flags]) + synchsafe(claimed) + content


def id3v1(title: bytes) -> bytes:
    """Return an ID3v1 tag of 128 bytes."""
    return b"TAG" + title[:30].ljust(30, b"\0") + b"\0" * 94 + b"\xff"


def ape(items: Sequence[tuple[bytes, bytes]], size: int | None = None, count: int | None = None) -> bytes:
    """Return an APEv2 tag with header and footer."""
    content = b"".join(struct.pack("<II", len(value), 0) + key + b"\0" + value for key, value in items)
    claimed = len(content) + 32 if size is None else size
    number = len(items) if count is None else count

    def edge(flags: int) -> bytes:
        return b"APETAGEX" + struct.pack("<IIII", 2000, claimed, number, flags) + b"\0" * 8

    return edge(0xA0000000) + content + edge(0x80000000)


def lyrics3(words: bytes) -> bytes:
    """Return a Lyrics3v2 tag; an ID3v1 tag must follow."""
    content = b"LYRICSBEGIN" + b"IND00002" + b"10" + b"LYR" + b"%05d" % len(words) + words
    return content + b"%06d" % len(content) + b"LYRICS200"


def png(side: int = 64, depth: int = 8, colour: int = 2, *, rows: int | None = None) -> bytes:
    """Return a black picture; `side` is what it claims, `rows` what there is."""
    width = side * {0: 1, 2: 3, 6: 4}[colour] * depth // 8
    rows = side if rows is None else rows
    packer = zlib.compressobj(9)
    band = packer.compress(b"\0" * (width + 1) * BAND) + packer.flush(zlib.Z_FULL_FLUSH)
    # What follows a full flush stands for itself, so that it can be repeated.
    later = packer.compress(b"\0" * (width + 1) * BAND) + packer.flush(zlib.Z_FULL_FLUSH)
    bands = -(-rows // BAND)
    content = band + later * (bands - 1) + packer.flush()[:-4]
    # Adler's checksum of zeros.
    content += struct.pack(">HH", bands * BAND * (width + 1) % 65521, 1)

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", content) + part(b"IEND", b"")
