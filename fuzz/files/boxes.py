"""MP4 and QuickTime by hand: boxes, read, edited and written, and files of PCM with any sample table."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from fuzz.files.riff import sixteen_bits
from fuzz.files.sound import RATE

UNITY: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
"""The matrix that turns nothing."""


def box(name: bytes, *content: bytes, size: int | None = None) -> bytes:
    """Return a box; `size` is what it claims."""
    data = b"".join(content)
    return struct.pack(">I", (len(data) + 8 if size is None else size) & 0xFFFFFFFF) + name + data


def full(name: bytes, *content: bytes, version: int = 0, flags: int = 0, size: int | None = None) -> bytes:
    """Return a box with version and flags."""
    return box(name, struct.pack(">I", version << 24 | flags), *content, size=size)


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of each box in a row."""
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        end = len(data) if size == 0 else at + max(8, size)
        yield name, data[at + 8 : end]
        at = end


def edited(data: bytes, path: Sequence[bytes], edit: Callable[[bytes], bytes | None]) -> bytes:
    """Return boxes with the content of those at `path` changed by `edit`; None removes them."""
    parts = []
    for name, content in boxes(data):
        kept: bytes | None = content
        if name == path[0]:
            kept = edit(content) if len(path) == 1 else edited(content, path[1:], edit)
        if kept is not None:
            parts.append(box(name, kept))
    return b"".join(parts)


def index_first(file: bytes) -> bytes:
    """Return a file whose index is behind its sound with the index in front of it."""
    content = dict(boxes(file))
    shift = len(content[b"moov"]) + 8

    def moved(table: bytes) -> bytes:
        count = struct.unpack_from(">I", table, 4)[0]
        offsets = struct.unpack_from(f">{count}I", table, 8)
        return table[:8] + struct.pack(f">{count}I", *(offset + shift for offset in offsets))

    path = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stco")
    index = edited(box(b"moov", content[b"moov"]), path, moved)
    start = box(b"ftyp", content[b"ftyp"])
    rest = file[len(start) : file.index(box(b"moov", content[b"moov"]))]
    return start + index + rest


def edit_list(*entries: tuple[int, int], rate: int = 0x10000) -> bytes:
    """Return an edit list of lengths [ms] and starts [samples]; a start of −1 is a gap."""
    rows = b"".join(struct.pack(">IiI", length & 0xFFFFFFFF, start, rate) for length, start in entries)
    return box(b"edts", full(b"elst", struct.pack(">I", len(entries)), rows))


@dataclass(frozen=True)
class Table:
    """A QuickTime file of PCM in one chunk, with claims instead of what is true where they are given."""

    rate: int = RATE
    channels: int = 1
    bits: int = 16
    data: bytes = field(default_factory=lambda: sixteen_bits(order=">"))
    times: Sequence[tuple[int, int]] | None = None
    """Rows (number of samples, length of each) of the times."""
    size: int | None = None
    """Bytes of each sample."""
    count: int | None = None
    """Number of samples."""
    rows: dict[bytes, bytes] = field(default_factory=dict)
    """Content of other tables, by name."""
    edits: bytes = b""
    codec: bytes = b"twos"
    entry: bytes = b""
    """More boxes in the description of the sample."""
    more: bytes = b""
    """More boxes in the movie."""
    time_scale: int | None = None
    tracks: int = 1

    def __bytes__(self) -> bytes:
        start = box(b"ftyp", b"qt  ", struct.pack(">I", 0), b"qt  ")
        movie = self._movie(0)
        return start + self._movie(len(start) + len(movie) + 8) + box(b"mdat", self.data)

    def _movie(self, offset: int) -> bytes:
        scale = self.rate if self.time_scale is None else self.time_scale
        header = full(
            b"mvhd", struct.pack(">4I", 0, 0, 1000, 2000), struct.pack(">IH", 0x10000, 0x100), b"\0" * 10,
            UNITY, b"\0" * 24, struct.pack(">I", 2),
        )  # fmt: skip
        return box(b"moov", header, self._track(offset, scale) * self.tracks, self.more)

    def _track(self, offset: int, scale: int) -> bytes:
        block = self.channels * self.bits // 8 or 1
        size = block if self.size is None else self.size
        count = len(self.data) // block if self.count is None else self.count
        times = [(count, 1)] if self.times is None else self.times
        track_header = full(
            b"tkhd", struct.pack(">5I", 0, 0, 1, 0, 2000), b"\0" * 8, struct.pack(">4H", 0, 0, 0x100, 0),
            UNITY, b"\0" * 8, flags=7,
        )  # fmt: skip
        entry = box(
            self.codec, b"\0" * 6, struct.pack(">H", 1), b"\0" * 8,
            struct.pack(">4H", self.channels, self.bits, 0, 0),
            struct.pack(">I", (self.rate & 0xFFFF) << 16), self.entry,
        )  # fmt: skip
        tables = {
            b"stsd": struct.pack(">I", 1) + entry,
            b"stts": struct.pack(">I", len(times))
            + b"".join(struct.pack(">II", number & 0xFFFFFFFF, each & 0xFFFFFFFF) for number, each in times),
            b"stsc": struct.pack(">4I", 1, 1, count & 0xFFFFFFFF, 1),
            b"stsz": struct.pack(">II", size & 0xFFFFFFFF, count & 0xFFFFFFFF),
            b"stco": struct.pack(">II", 1, offset),
        } | self.rows
        table = box(b"stbl", *(full(name, content) for name, content in tables.items()))
        reference = box(b"dinf", full(b"dref", struct.pack(">I", 1), full(b"url ", flags=1)))
        media = box(
            b"mdia",
            full(b"mdhd", struct.pack(">4I", 0, 0, scale & 0xFFFFFFFF, count & 0xFFFFFFFF), b"\x55\xc4\0\0"),
            full(b"hdlr", b"\0\0\0\0soun", b"\0" * 12, b"\0"),
            box(b"minf", full(b"smhd", b"\0" * 4), reference, table),
        )
        return box(b"trak", track_header, self.edits, media)
