"""Hostile files of other containers: Matroska, Ogg and ASF."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from itertools import islice
from typing import Final

from fuzz.catalogue.threat import MANY, NEVER, Hostile, cover
from fuzz.files import ebml, mpeg, ogg
from fuzz.files.sound import tone_file


def _packed_track() -> bytes:
    """The description of a stream whose blocks are packed by zlib."""
    encoding = ebml.element(0x5034, ebml.unsigned(0x4254, 0))
    return ebml.track(more=ebml.element(0x6D80, ebml.element(0x6240, encoding)))


def _bomb_cluster(number: int) -> bytes:
    frame = zlib.compress(b"\0" * 9_900_000, 9)
    return ebml.element(ebml.CLUSTER, ebml.unsigned(ebml.TIMESTAMP, 0), *[ebml.block([frame], 0)] * number)


def _attached(picture: bytes, count: int) -> bytes:
    """A picture that is attached so many times."""
    named = ebml.element(0x466E, b"c.png") + ebml.element(0x4660, b"image/png")
    return ebml.element(
        ebml.ATTACHMENTS, ebml.element(ebml.ATTACHED, named, ebml.element(0x465C, picture)) * count
    )


def _deep(name: int, depth: int) -> bytes:
    """Elements within elements; each claims to reach to the end of all."""
    head = name.to_bytes((name.bit_length() + 7) // 8, "big")
    return b"".join(head + ebml.number((depth - at - 1) * (len(head) + 8)) for at in range(depth))


_MATROSKA: Final = (
    Hostile("mkv-packed-blocks", lambda: ebml.matroska(_bomb_cluster(300), tracks=_packed_track())),
    Hostile(
        "mkv-tracks",
        lambda: ebml.matroska(ebml.clusters(), tracks=b"".join(ebml.track(index=1) for _ in range(100_000))),
        True,
    ),
    Hostile(
        "mkv-tags",
        lambda: ebml.matroska(ebml.element(ebml.TAGS, ebml.element(0x7373) * MANY), ebml.clusters()),
        True,
    ),
    Hostile(
        "mkv-tags-nested",
        lambda: ebml.matroska(
            ebml.element(ebml.TAGS, ebml.element(0x7373, _deep(0x67C8, 200_000))), ebml.clusters()
        ),
        True,
    ),
    Hostile(
        "mkv-void-claims-2^55",
        lambda: ebml.matroska(ebml.element(ebml.VOID, size=2**55), ebml.clusters()),
        True,
    ),
    Hostile(
        "mkv-codec-data-claims-1-gb",
        lambda: ebml.matroska(
            ebml.clusters(), tracks=ebml.track(more=ebml.element(0x63A2, b"x", size=2**30))
        ),
        True,
    ),
    Hostile(
        "mkv-empty-blocks",
        lambda: ebml.matroska(
            ebml.element(ebml.CLUSTER, ebml.unsigned(ebml.TIMESTAMP, 0), ebml.block([b""], 0) * MANY)
        ),
    ),
    Hostile(
        "mkv-blocks-of-a-sample",
        lambda: ebml.matroska(
            ebml.element(ebml.CLUSTER, ebml.unsigned(ebml.TIMESTAMP, 0), ebml.block([b"\1\1"], 0) * MANY)
        ),
    ),
    Hostile(
        "mkv-laces-of-nothing",
        lambda: ebml.matroska(
            ebml.element(
                ebml.CLUSTER,
                ebml.unsigned(ebml.TIMESTAMP, 0),
                ebml.block([b"\1\1"] * 255, 0, ebml.FIXED) * 30_000,
            )
        ),
    ),
    Hostile("mkv-empty-clusters", lambda: ebml.matroska(ebml.element(ebml.CLUSTER) * MANY)),
    Hostile("mkv-rate-1", lambda: ebml.matroska(ebml.clusters(), tracks=ebml.track(1.0))),
    Hostile("mkv-rate-1e300", lambda: ebml.matroska(ebml.clusters(), tracks=ebml.track(1e300)), True),
    Hostile("mkv-rate-nan", lambda: ebml.matroska(ebml.clusters(), tracks=ebml.track(float("nan"))), True),
    Hostile(
        "mkv-channels-2^31", lambda: ebml.matroska(ebml.clusters(), tracks=ebml.track(channels=2**31 - 1))
    ),
    Hostile(
        "mkv-covers",
        lambda: ebml.matroska(_attached(mpeg.png(), 20_000), ebml.clusters()),
        True,
    ),
    Hostile(
        "mkv-cover",
        lambda: ebml.matroska(_attached(cover(), 1), ebml.clusters()),
        True,
    ),
)


def _opus() -> bytes:
    return tone_file("ogg", "libopus", rate=48_000)


def _opus_packets(packet: bytes, pages: int) -> bytes:
    """Opus in pages of 255 tiny packets."""
    start = list(islice(ogg.pages(_opus()), 2))
    page = ogg.Page(0, 48_000, start[0].serial, 2, bytes([len(packet)]) * 255, packet * 255)
    return ogg.joined(start) + bytes(page) * pages


def _long_packet() -> bytes:
    """A packet of 30 MB over many pages."""
    start = list(islice(ogg.pages(_opus()), 2))
    page = ogg.Page(1, -1, start[0].serial, 2, b"\xff" * 255, b"\x0c" * 65_025)
    return ogg.joined(start) + bytes(page) * 460


def _streams(number: int) -> bytes:
    first = next(ogg.pages(_opus()))
    return ogg.joined(replace(first, serial=serial) for serial in range(number)) + _opus()


_OGG: Final = (
    Hostile("ogg-streams", lambda: _streams(20_000), True),
    Hostile("ogg-links", lambda: b"".join(ogg.with_serial(_opus()[:600], 7) for _ in range(1)) * 20_000),
    Hostile("ogg-packets-of-a-byte", lambda: _opus_packets(b"\x08", 4_000)),
    Hostile("ogg-packets-of-2.5-ms", lambda: _opus_packets(b"\xe0\x01", 2_000)),
    Hostile("ogg-empty-packets", lambda: _opus_packets(b"", 90_000)),
    Hostile("ogg-packet-of-30-mb", _long_packet),
    Hostile("ogg-page-again", lambda: bytes(next(ogg.pages(_opus()))) * 300_000),
    Hostile("ogg-comments-claimed", lambda: _commented(struct.pack("<I", NEVER)), True),
    Hostile(
        "ogg-comments",
        lambda: _commented(struct.pack("<I", 16_000) + struct.pack("<I", 3) * 0 + b"\1\0\0\0A" * 12_000),
        True,
    ),
    Hostile("ogg-channels-255", lambda: _headed(255)),
    Hostile(
        "ogg-preskip-and-gain",
        lambda: _opus().replace(b"OpusHead\1\1", b"OpusHead\1\1\xff\xff", 1)[:-2],
        True,
    ),
)


def _commented(fields: bytes) -> bytes:
    pages = list(ogg.pages(_opus()))
    pages[1] = ogg.page(
        b"OpusTags" + struct.pack("<I", 4) + b"hand" + fields, serial=pages[1].serial, number=1
    )
    return ogg.joined(pages)


def _headed(channels: int) -> bytes:
    pages = list(ogg.pages(_opus()))
    head = b"OpusHead\1" + bytes([channels]) + struct.pack("<HIh", 312, 48_000, 0)
    head += b"\xff" + bytes([channels, 0]) + bytes(range(channels))
    pages[0] = ogg.page(head, ogg.FIRST, serial=pages[0].serial)
    return ogg.joined(pages)


HEADER: Final = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
"""The name of the first object of an ASF file."""


def _asf() -> bytes:
    return tone_file("asf", "wmav2", rate=44_100, bit_rate=128_000)


def _asf_object(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<Q", len(content) + 24) + content


def _asf_with(*objects: bytes) -> bytes:
    """The file with more objects at the end of its header."""
    file = _asf()
    size = struct.unpack_from("<Q", file, 16)[0]
    more = b"".join(objects)
    return file[:16] + struct.pack("<Q", size + len(more)) + file[24:size] + more + file[size:]


_EXTENDED: Final = bytes.fromhex("40a4d0d207e3d21197f000a0c95ea850")
_METADATA: Final = bytes.fromhex("941c23449894d149a1411d134e457054")
_MARKERS: Final = bytes.fromhex("01cd87f451a9cf118ee600c00c205365")
_NOBODY: Final = b"\x77" * 16

_ASF: Final = (
    Hostile("asf-size-2^63", lambda: _asf()[:16] + struct.pack("<Q", 2**63 - 1) + _asf()[24:], True),
    Hostile("asf-objects", lambda: _asf_with(*[_asf_object(_NOBODY, b"")] * 300_000), True),
    Hostile(
        "asf-objects-empty",
        lambda: HEADER + struct.pack("<QIBB", 30, NEVER, 1, 2) + (_NOBODY + b"\0" * 8) * MANY,
    ),
    Hostile(
        "asf-titles",
        lambda: _asf_with(
            _asf_object(
                _EXTENDED,
                struct.pack("<H", 65_535) + struct.pack("<H2sHH2s", 2, b"a\0", 0, 2, b"b\0") * 65_535,
            )
        ),
        True,
    ),
    Hostile(
        "asf-metadata-claimed",
        lambda: _asf_with(
            _asf_object(_METADATA, struct.pack("<H", 65_535) + struct.pack("<HHHHI", 0, 0, 2, 0, NEVER))
        ),
        True,
    ),
    Hostile(
        "asf-markers-claimed",
        lambda: _asf_with(_asf_object(_MARKERS, b"\0" * 16 + struct.pack("<IHH", NEVER, 0, 0))),
        True,
    ),
    Hostile(
        "asf-cover",
        lambda: _asf_with(
            _asf_object(
                _EXTENDED,
                struct.pack("<HH", 1, 22)
                + "WM/Picture\0".encode("utf-16-le")
                + struct.pack("<HH", 1, 60_000)
                + mpeg.png(4_000, 16, 6)[:60_000].ljust(60_000, b"\0"),
            )
        ),
        True,
    ),
)


HOSTILE_CONTAINERS: Final = (*_MATROSKA, *_OGG, *_ASF)
"""All of them."""
