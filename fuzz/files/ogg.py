"""Ogg by hand: pages with their checksums, read and written."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

FIRST: Final = 2
LAST: Final = 4
_HEAD: Final = struct.Struct("<4sBBqIIIB")


@dataclass(frozen=True, slots=True)
class Page:
    """A page, whose checksum is made when it is written."""

    flags: int
    position: int
    serial: int
    number: int
    lacing: bytes
    data: bytes

    def __bytes__(self) -> bytes:
        head = _HEAD.pack(
            b"OggS", 0, self.flags, self.position, self.serial, self.number, 0, len(self.lacing)
        )
        page = head + self.lacing + self.data
        return page[:22] + struct.pack("<I", checksum(page)) + page[26:]


def page(data: bytes, flags: int = 0, position: int = 0, serial: int = 1, number: int = 0) -> Page:
    """Return a page of one packet of less than 65,025 bytes."""
    return Page(
        flags, position, serial, number, b"\xff" * (len(data) // 255) + bytes([len(data) % 255]), data
    )


def pages(file: bytes) -> Iterator[Page]:
    """Yield the pages of a whole file."""
    at = 0
    while file[at : at + 4] == b"OggS" and len(file) >= at + 27:
        _, _, flags, position, serial, number, _, segments = _HEAD.unpack_from(file, at)
        lacing = file[at + 27 : at + 27 + segments]
        begin = at + 27 + segments
        at = begin + sum(lacing)
        yield Page(flags, position, serial, number, lacing, file[begin:at])


def joined(written: Iterable[Page]) -> bytes:
    """Return a file of these pages."""
    return b"".join(map(bytes, written))


def with_serial(file: bytes, serial: int) -> bytes:
    """Return a file whose stream has another serial number, so that it can follow or meet another."""
    return joined(replace(each, serial=serial) for each in pages(file))


def _make_table() -> tuple[int, ...]:
    entries = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7) & 0xFFFFFFFF if value & 1 << 31 else value << 1
        entries.append(value)
    return tuple(entries)


_TABLE: Final = _make_table()


def checksum(page: bytes) -> int:
    """Return the checksum of a page in whose place are zeros."""
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ _TABLE[value >> 24 ^ byte]
    return value
