"""The parts of a file: chunks, boxes, pages, blocks and elements, and where each says its length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

MAX_PARTS: Final = 400
"""Parts that are looked at in one file."""

MAX_DEPTH: Final = 8

_MASTERS: Final = frozenset(
    b"moov trak mdia minf stbl edts udta meta ilst dinf moof traf mvex cmov stsd \xa9nam covr".split()
)
"""Boxes that hold boxes."""

_HEADERS_OF_MASTERS: Final = {b"meta": 4, b"stsd": 8}
"""Bytes before the first box inside."""

_ELEMENTS: Final = frozenset(
    {
        0x18538067,
        0x1549A966,
        0x1654AE6B,
        0xAE,
        0xE1,
        0x1F43B675,
        0x1254C367,
        0x7373,
        0x6D80,
        0x6240,
        0x5034,
        0xA0,
    }
)
"""Elements of Matroska that hold elements."""

Order = Literal["big", "little"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file and the field that says its length."""

    begin: int
    end: int
    field: int
    """Where the length is."""
    width: int
    """Bytes of the length."""
    order: Order


def parts(data: bytes) -> list[Part]:
    """Return the parts of a file of a known structure, outer ones first; none of others."""
    return [part for _, part in zip(range(MAX_PARTS), _parts(data), strict=False)]


def _parts(data: bytes) -> Iterator[Part]:
    head = data[:4]
    if head in (b"RIFF", b"RF64", b"BW64"):
        yield from _chunks(data, 12, "little")
    elif head == b"FORM":
        yield from _chunks(data, 12, "big")
    elif head == b"caff":
        yield from _chunks(data, 8, "big", width=8)
    elif head == b"fLaC":
        yield from _blocks(data)
    elif head == b"OggS":
        yield from _pages(data)
    elif head[:3] == b"ID3":
        yield from _frames(data)
    elif head == b"\x1a\x45\xdf\xa3":
        yield from _elements(data, 0, len(data), 0)
    elif head == b"\x30\x26\xb2\x75":
        yield from _objects(data)
    elif data[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide"):
        yield from _boxes(data, 0, len(data), 0)


def _chunks(data: bytes, at: int, order: Order, width: int = 4) -> Iterator[Part]:
    while at + 4 + width <= len(data):
        size = int.from_bytes(data[at + 4 : at + 4 + width], order)
        end = min(len(data), at + 4 + width + size + size % 2)
        yield Part(at, end, at + 4, width, order)
        at = end


def _blocks(data: bytes) -> Iterator[Part]:
    at, last = 4, False
    while not last and at + 4 <= len(data):
        last = bool(data[at] & 0x80)
        end = min(len(data), at + 4 + int.from_bytes(data[at + 1 : at + 4], "big"))
        yield Part(at, end, at + 1, 3, "big")
        at = end


def _pages(data: bytes) -> Iterator[Part]:
    at = 0
    while (at := data.find(b"OggS", at)) >= 0 and at + 27 <= len(data):
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        end = min(len(data), at + 27 + len(lacing) + sum(lacing))
        yield Part(at, end, at + 26, 1, "big")
        at = end


def _frames(data: bytes) -> Iterator[Part]:
    yield Part(0, min(len(data), 10 + _synchsafe(data[6:10])), 6, 4, "big")
    at = 10
    while at + 10 <= len(data) and data[at : at + 4].isalnum():
        end = min(len(data), at + 10 + int.from_bytes(data[at + 4 : at + 8], "big"))
        yield Part(at, end, at + 4, 4, "big")
        at = end


def _synchsafe(size: bytes) -> int:
    value = 0
    for byte in size:
        value = value << 7 | byte & 0x7F
    return value


def _boxes(data: bytes, at: int, end: int, depth: int) -> Iterator[Part]:
    while at + 8 <= end:
        size = int.from_bytes(data[at : at + 4], "big")
        stop = end if size == 0 else min(end, at + max(8, size))
        yield Part(at, stop, at, 4, "big")
        name = data[at + 4 : at + 8]
        if name in _MASTERS and depth < MAX_DEPTH:
            yield from _boxes(data, at + 8 + _HEADERS_OF_MASTERS.get(name, 0), stop, depth + 1)
        at = stop


def _elements(data: bytes, at: int, end: int, depth: int) -> Iterator[Part]:
    while at + 2 <= end:
        id_width = 9 - data[at].bit_length()
        field = at + id_width
        if id_width > 4 or field >= end:
            return
        width = 9 - data[field].bit_length()
        if width > 8:
            return
        size = int.from_bytes(data[field : field + width], "big") & (1 << 7 * width) - 1
        unknown = size == (1 << 7 * width) - 1
        stop = end if unknown else min(end, field + width + size)
        yield Part(at, stop, field, width, "big")
        if int.from_bytes(data[at:field], "big") in _ELEMENTS and depth < MAX_DEPTH:
            yield from _elements(data, field + width, stop, depth + 1)
        at = stop


def _objects(data: bytes) -> Iterator[Part]:
    at = 0
    while at + 24 <= len(data):
        size = int.from_bytes(data[at + 16 : at + 24], "little")
        end = min(len(data), at + max(24, size))
        yield Part(at, end, at + 16, 8, "little")
        at = at + 30 if at == 0 else end
