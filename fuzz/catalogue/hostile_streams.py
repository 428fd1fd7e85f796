"""Hostile files of streams and chunks: FLAC, WAV, AIFF, CAF, MP3, AAC and AMR."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from fuzz.catalogue.threat import BOMB_SIDE, MANY, NEVER, Hostile, cover
from fuzz.files import flac, mpeg, riff
from fuzz.files.riff import chunk, sixteen_bits, wave, wave_format
from fuzz.files.sound import tone_file


def _bare() -> bytes:
    return tone_file("mp3", "libmp3lame", options=(("write_xing", "0"), ("id3v2_version", "0")), rate=44_100)


_BLOCKS: Final = (
    Hostile("flac-1-hz", lambda: flac.constant(1, 65_535, 2)),
    Hostile("flac-1-hz-of-68-bytes", lambda: flac.constant(1, 65_535, 2)[:68]),
    Hostile("flac-8-hz", lambda: flac.constant(8, 65_535, 2)),
    Hostile("flac-rate-zero", lambda: flac.constant(0, 4096, 20)),
    Hostile("flac-tiny-blocks-655350-hz", lambda: flac.constant(655_350, 16, 700_000)),
    Hostile("flac-tiny-blocks-96000-hz", lambda: flac.constant(96_000, 16, 2_000_000)),
    Hostile("flac-8-channels-of-hours", lambda: flac.constant(48_000, 65_535, 30_000, 8)),
    Hostile("flac-hours-of-silence", lambda: flac.constant(8_000, 65_535, 9_000, value=0)),
    Hostile(
        "flac-days-claimed", lambda: flac.constant(8_000, 4096, 20, claimed=2**36 - 1), may_be_heard=True
    ),
    Hostile(
        "flac-rate-of-each-block", lambda: flac.constant(44_100, 16, 400_000, rates=(65_521, 65_519, 4_001))
    ),
    Hostile(
        "flac-cover", lambda: flac.constant(16_000, 4096, 20, more=[flac.picture(cover(), BOMB_SIDE)]), True
    ),
    Hostile(
        "flac-covers", lambda: flac.constant(16_000, 4096, 20, more=[flac.picture(mpeg.png())] * 20_000), True
    ),
    Hostile(
        "flac-comments", lambda: flac.constant(16_000, 4096, 20, more=[flac.comment(*[b"A=b"] * MANY)]), True
    ),
    Hostile(
        "flac-comments-claimed",
        lambda: flac.constant(16_000, 4096, 20, more=[flac.comment(number=NEVER)]),
        True,
    ),
    Hostile(
        "flac-comment-of-15-mb",
        lambda: flac.constant(16_000, 4096, 20, more=[flac.comment(b"A=" + b"b" * 15_000_000)]),
        True,
    ),
    Hostile(
        "flac-empty-blocks", lambda: flac.constant(16_000, 4096, 20, more=[flac.block(1, b"")] * MANY), True
    ),
    Hostile(
        "flac-cue-sheet",
        lambda: flac.constant(16_000, 4096, 20, more=[flac.block(flac.CUE_SHEET, b"\xff" * 9_000)]),
        True,
    ),
)


def _pcm_of(rate: int, data: bytes = b"\x80\x90" * 2048) -> bytes:
    return wave(wave_format(rate=rate, bits=8), data)


_CHUNKED: Final = (
    Hostile("wav-1-hz", lambda: _pcm_of(1)),
    Hostile("wav-100-hz", lambda: _pcm_of(100)),
    Hostile("wav-2^30-hz", lambda: _pcm_of(2**30, b"\0\1" * 4)),
    Hostile("wav-2^32-hz", lambda: _pcm_of(2**32 - 1, b"\0\1" * 4)),
    Hostile("wav-hours", lambda: _pcm_of(4_000, b"\x80" * 32_000_000)),
    Hostile("wav-empty-chunks", lambda: wave(before=[chunk(b"JUNK", b"")] * MANY), True),
    Hostile("wav-lists", lambda: wave(before=[riff.information("ascii", "x")] * 300_000), True),
    Hostile("wav-list-of-30-mb", lambda: wave(before=[riff.information("ascii", "x" * 30_000_000)]), True),
    Hostile(
        "wav-format-claims-2-gb",
        lambda: b"RIFF\xff\xff\xff\x7fWAVE" + chunk(b"fmt ", wave_format(), 2**31 - 1),
    ),
    Hostile("wav-bext-claims-2-gb", lambda: wave(before=[chunk(b"bext", b"x" * 700, 2**31 - 1)]), True),
    Hostile(
        "wav-data-claims-2^64",
        lambda: (
            b"RF64\xff\xff\xff\xffWAVE"
            + chunk(b"ds64", b"\xff" * 28)
            + chunk(b"fmt ", wave_format())
            + chunk(b"data", sixteen_bits(), riff.UNKNOWN)
        ),
        True,
    ),
    Hostile("wav-65535-channels", lambda: wave(wave_format(channels=65_535, bits=8, block=1))),
    Hostile("wav-cover", lambda: wave(before=[chunk(b"id3 ", mpeg.id3(mpeg.picture(cover())))]), True),
    Hostile("aiff-common-again", lambda: riff.aiff(more=[riff.aiff()[12:38]] * 300_000), True),
    Hostile("aiff-name-claims-2-gb", lambda: riff.aiff(more=[chunk(b"NAME", b"x", 2**31 - 2, ">")]), True),
    Hostile("aiff-rate-2^62", lambda: riff.aiff(2**62)),
    Hostile("aiff-4096-channels", lambda: riff.aiff(channels=4096)),
    Hostile("caf-rate-1e300", lambda: riff.caf(1e300)),
    Hostile("caf-rate-1", lambda: riff.caf(1.0)),
    Hostile(
        "caf-packets-claimed",
        lambda: riff.caf().replace(
            b"data", b"pakt" + struct.pack(">qqqii", 24, 2**60, 2**60, 0, 0) + b"data"
        ),
        True,
    ),
    Hostile(
        "caf-cookie-claims-2-gb",
        lambda: riff.caf().replace(b"data", b"kuki" + struct.pack(">q", 2**31 - 70) + b"data"),
        True,
    ),
    Hostile(
        "caf-strings-claimed",
        lambda: riff.caf().replace(b"data", b"info" + struct.pack(">qI", 4, NEVER) + b"data"),
        True,
    ),
)

_TAGS: Final = (
    Hostile("mp3-cover", lambda: mpeg.id3(mpeg.picture(cover())) + _bare(), True),
    Hostile("mp3-frames", lambda: mpeg.id3(*[mpeg.text(b"TXXX", b"a\0b")] * 600_000) + _bare(), True),
    Hostile(
        "mp3-chapters",
        lambda: mpeg.id3(*[mpeg.frame(b"CHAP", b"c\0" + b"\0" * 16)] * 300_000) + _bare(),
        True,
    ),
    Hostile("mp3-pictures", lambda: mpeg.id3(*[mpeg.picture(mpeg.png())] * 30_000) + _bare(), True),
    Hostile("mp3-tag-of-30-mb", lambda: mpeg.id3(mpeg.text(b"TIT2", b"x" * 30_000_000)) + _bare(), True),
    Hostile(
        "mp3-tag-claims-256-mb", lambda: mpeg.id3(mpeg.text(b"TIT2", b"x"), size=2**28 - 1) + _bare(), True
    ),
    Hostile("mp3-tag-unpacks-to-256-mb", lambda: _packed_tag() + _bare(), True),
    Hostile("mp3-tags", lambda: mpeg.id3(mpeg.text(b"TIT2", b"x")) * 300_000 + _bare(), True),
    Hostile(
        "mp3-ape-items-claimed", lambda: _bare() + mpeg.ape([(b"Title", b"x")], size=2**31, count=NEVER), True
    ),
    Hostile("mp3-ape-items", lambda: _bare() + mpeg.ape([(b"Title", b"x")] * 500_000), True),
    Hostile("mp3-hours", lambda: _bare() * 1_500),
    Hostile("mp3-changes-at-each-frame", lambda: _alternating()),
    Hostile(
        "mp3-junk-between-frames",
        lambda: b"".join(_bare()[:418] + b"\xff\xfb" * 200 for _ in range(20_000)),
        True,
    ),
    Hostile("aac-changes-at-each-frame", lambda: _alternating_aac(), True),
    Hostile("amr-frames-of-a-byte", lambda: b"#!AMR\n" + b"\x7c" * 3_000_000),
    Hostile("amr-empty-frames", lambda: b"#!AMR\n" + b"\x0c" * 3_000_000),
    Hostile("amr-wide-frames-of-a-byte", lambda: b"#!AMR-WB\n" + b"\x7c" * 3_000_000),
    Hostile("zeros-of-32-mb", lambda: b"\0" * 2**25),
    Hostile("sync-words-of-32-mb", lambda: b"\xff\xfb" * 2**24),
)


def _packed_tag() -> bytes:
    """A frame of ID3v2.4 that is said to be packed, with the length of what it unpacks to."""
    content = mpeg.synchsafe(2**28 - 1) + zlib.compress(b"\0" * 2**25, 1)
    frame = b"TIT2" + mpeg.synchsafe(len(content)) + b"\0\x09" + content
    return mpeg.id3(frame, version=4)


def _alternating() -> bytes:
    """Frames of MP3 whose rate and channels change each time."""
    # Frames of 64 kbit/s: a byte of the header says the rate, another the channels.
    frames = [
        b"\xff\xfb" + bytes([0x50 | rate << 2, mode]) + b"\0" * (144 * 64_000 // hertz - 4)
        for rate, hertz in enumerate((44_100, 48_000, 32_000))
        for mode in (0xC0, 0x00)
    ]
    return b"".join(frames) * 12_000


def _alternating_aac() -> bytes:
    """Frames of AAC whose rate changes each time."""
    frames = []
    for rate in (96_000, 8_000, 44_100, 7_350):
        file = tone_file("adts", "aac", rate=max(rate, 8_000), level=0.0)
        length = (file[3] & 3) << 11 | file[4] << 3 | file[5] >> 5
        frames.append(file[:length])
    return b"".join(frames) * 10_000


HOSTILE_STREAMS: Final = (*_BLOCKS, *_CHUNKED, *_TAGS)
"""All of them."""
