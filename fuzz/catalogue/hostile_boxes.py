"""Hostile files of boxes: MP4 and QuickTime."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from fuzz.catalogue.threat import MANY, NEVER, Hostile, cover
from fuzz.files.boxes import Table, box, boxes, edited, full, index_first
from fuzz.files.riff import sixteen_bits
from fuzz.files.sound import Tone, encoded


def _aac() -> bytes:
    return encoded("mp4", Tone("aac"))


def _table(name: bytes, content: bytes) -> bytes:
    return bytes(Table(rows={name: content}))


def _aac_table(name: bytes, content: bytes) -> bytes:
    """A file of AAC with another table of samples."""
    path = (b"moov", b"trak", b"mdia", b"minf", b"stbl", name)
    return index_first(edited(_aac(), path, lambda old: old[:4] + content))


def _nested(name: bytes, depth: int, content: bytes = b"") -> bytes:
    head = b"".join(struct.pack(">I", 8 * (depth - at) + len(content)) + name for at in range(depth))
    return head + content


def _packed_movie(claimed: int) -> bytes:
    """QuickTime's compressed index."""
    movie = dict(boxes(bytes(Table())))[b"moov"]
    packed = struct.pack(">I", claimed) + zlib.compress(box(b"moov", movie) + b"\0" * min(claimed, 2**25), 1)
    packed_index = box(b"cmov", box(b"dcom", b"zlib"), box(b"cmvd", packed))
    return box(b"ftyp", b"qt  \0\0\0\0") + box(b"moov", packed_index) + box(b"mdat", sixteen_bits(order=">"))


def _times(rows: int) -> bytes:
    return struct.pack(">I", rows) + struct.pack(">II", 1, 1) * min(rows, MANY)


HOSTILE_BOXES: Final = (
    Hostile("mov-times-one-by-one", lambda: _table(b"stts", _times(MANY)), True),
    Hostile("mov-times-claimed", lambda: _table(b"stts", struct.pack(">III", NEVER, 1, 1)), True),
    Hostile("mov-times-of-2^32", lambda: _table(b"stts", struct.pack(">III", 1, NEVER, NEVER)), True),
    Hostile("mov-offsets-claimed", lambda: _table(b"stco", struct.pack(">II", NEVER, 8)), True),
    Hostile(
        "mov-offsets-all-the-same",
        lambda: _table(b"stco", struct.pack(">I", MANY) + b"\0\0\4\0" * MANY),
        True,
    ),
    Hostile("mov-sizes-claimed", lambda: _table(b"stsz", struct.pack(">II", 2, NEVER)), True),
    Hostile("mov-sizes-zero-claimed", lambda: _table(b"stsz", struct.pack(">II", 0, NEVER)), True),
    Hostile("mov-sizes-of-2-gb", lambda: _table(b"stsz", struct.pack(">II", 2**31 - 1, 3000)), True),
    Hostile(
        "mov-sizes-one-by-one",
        lambda: _table(b"stsz", struct.pack(">II", 0, MANY) + b"\0\0\0\1" * MANY),
        True,
    ),
    Hostile("mov-chunks-of-2^32", lambda: _table(b"stsc", struct.pack(">4I", 1, 1, NEVER, 1)), True),
    Hostile(
        "mov-chunk-rows",
        lambda: _table(b"stsc", struct.pack(">I", MANY) + struct.pack(">3I", 1, 1, 1) * MANY),
        True,
    ),
    Hostile(
        "mov-descriptions-claimed",
        lambda: _table(b"stsd", struct.pack(">I", NEVER) + box(b"twos", b"\0" * 28)),
    ),
    Hostile(
        "mov-descriptions",
        lambda: _table(b"stsd", struct.pack(">I", 100_000) + box(b"twos", b"\0" * 28) * 100_000),
    ),
    Hostile(
        "mov-edits",
        lambda: bytes(
            Table(
                edits=box(
                    b"edts", full(b"elst", struct.pack(">I", MANY), struct.pack(">IiI", 1, 0, 65536) * MANY)
                )
            )
        ),
        True,
    ),
    Hostile(
        "mov-edits-claimed",
        lambda: bytes(Table(edits=box(b"edts", full(b"elst", struct.pack(">I", NEVER))))),
        True,
    ),
    Hostile(
        "mov-edit-of-gaps",
        lambda: bytes(
            Table(
                edits=box(
                    b"edts", full(b"elst", struct.pack(">I", 9), struct.pack(">IiI", 2**31, -1, 65536) * 9)
                )
            )
        ),
        True,
    ),
    Hostile("mov-tracks", lambda: bytes(Table(tracks=20_000)), True),
    Hostile("mov-nested", lambda: bytes(Table(more=_nested(b"udta", 200_000))), True),
    Hostile("mov-nested-index", lambda: box(b"ftyp", b"qt  \0\0\0\0") + _nested(b"moov", 200_000)),
    Hostile("mov-nested-tables", lambda: bytes(Table(more=_nested(b"trak", 100_000))), True),
    Hostile("mov-index-packed", lambda: _packed_movie(2**30), True),
    Hostile("mov-index-packed-2-gb", lambda: _packed_movie(2**31 - 1), True),
    Hostile(
        "mov-title-of-30-mb",
        lambda: bytes(Table(more=box(b"udta", box(b"\xa9nam", b"\x7f\xff\0\0" + b"x" * 30_000_000)))),
        True,
    ),
    Hostile(
        "mov-titles", lambda: bytes(Table(more=box(b"udta", box(b"\xa9nam", b"\0\1\0\0x") * MANY))), True
    ),
    Hostile("mov-rate-1", lambda: bytes(Table(rate=1))),
    Hostile("mov-rate-zero", lambda: bytes(Table(rate=0))),
    Hostile("mov-65535-channels", lambda: bytes(Table(channels=65_535))),
    Hostile("mov-empty-boxes", lambda: box(b"ftyp", b"qt  \0\0\0\0") + box(b"free") * 4_000_000),
    Hostile("mp4-times-one-by-one", lambda: _aac_table(b"stts", _times(MANY)), True),
    Hostile("mp4-sizes-claimed", lambda: _aac_table(b"stsz", struct.pack(">II", 1, 2**29)), True),
    Hostile("mp4-sizes-of-a-byte", lambda: _aac_table(b"stsz", struct.pack(">II", 1, 18_000)), True),
    Hostile(
        "mp4-samples-in-one-place",
        lambda: _aac_table(b"stco", struct.pack(">I", MANY) + b"\0\0\0\x30" * MANY),
        True,
    ),
    Hostile(
        "mp4-cover",
        lambda: (
            encoded("mp4", Tone("aac"))
            + box(
                b"moov",
                box(
                    b"udta",
                    box(
                        b"meta",
                        b"\0" * 4,
                        box(b"ilst", box(b"covr", box(b"data", b"\0\0\0\x0e\0\0\0\0", cover()))),
                    ),
                ),
            )
        ),
        True,
    ),
    Hostile("alac-blocks-of-2^31", lambda: _alac_claims(0x7FFFFFFF)),
    Hostile("alac-blocks-of-2^24", lambda: _alac_claims(0x00FFFFFF), True),
)
"""All of them."""


def _alac_claims(length: int) -> bytes:
    """ALAC whose blocks are said to be long."""
    file = encoded("mp4", Tone("alac"))
    at = file.rindex(b"alac") + 8
    return file[:at] + struct.pack(">I", length) + file[at + 4 :]
