"""Odd MP3, AAC, AMR and FLAC files: streams of frames with tags around them."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from fuzz.catalogue.case import TOO_SHORT, UNREADABLE, Case, heard, refused
from fuzz.files import flac, mpeg
from fuzz.files.sound import SECONDS, tone_file

PAGE: Final = b"<!DOCTYPE html><html><body>Your download has expired.</body></html>" * 40


def _mp3(rate: int = 44_100, layout: str = "mono", **more: Any) -> bytes:
    return tone_file("mp3", "libmp3lame", rate=rate, layout=layout, **more)


def _bare(rate: int = 44_100, layout: str = "mono", **more: Any) -> bytes:
    """An MP3 without any header: frames only."""
    options = (("write_xing", "0"), ("id3v2_version", "0"))
    return tone_file("mp3", "libmp3lame", rate=rate, layout=layout, options=options, **more)


def _adts(rate: int = 44_100, layout: str = "mono") -> bytes:
    return tone_file("adts", "aac", rate=rate, layout=layout)


def _flac(rate: int = 44_100) -> bytes:
    return tone_file("flac", "flac", rate=rate)


def _amr() -> bytes:
    return tone_file("amr", "libopencore_amrnb", rate=8_000)


def _paused_amr() -> bytes:
    """Half of the frames say that nobody speaks, as in a recorded call."""
    head, body = _amr()[:6], _amr()[6:]
    return head + b"".join(body[at : at + 13] + b"\x7c" for at in range(0, len(body), 13))


def _part(file: bytes, begin: float, end: float) -> bytes:
    return file[round(len(file) * begin) : round(len(file) * end)]


def _holed(file: bytes, at: float, length: int, filling: bytes = b"\0") -> bytes:
    """The file with some bytes in its middle overwritten."""
    begin = round(len(file) * at)
    return file[:begin] + (filling * length)[:length] + file[begin + length :]


def _tagged(*frames: bytes, version: int = 3, **more: int) -> bytes:
    return mpeg.id3(*frames, version=version, **more) + _bare()


_ID3: Final[tuple[Case, ...]] = (
    *(
        heard(
            f"mp3-id3v1-{encoding}",
            partial(lambda e, t: _bare() + mpeg.id3v1(t.encode(e)), encoding, title),
        )
        for encoding, title in {
            "cp1251": "Тихая песня",
            "latin-1": "Été à Málaga",
            "cp932": "静かなピアノ",
        }.items()
    ),
    *(
        heard(
            f"mp3-id3v2.{version}-cp1251-as-latin1",
            partial(
                lambda v: _tagged(
                    mpeg.text(b"TT2" if v == 2 else b"TIT2", "Тихая".encode("cp1251"), version=v), version=v
                ),
                version,
            ),
        )
        for version in (2, 3, 4)
    ),
    *(
        heard(
            f"mp3-id3v2.{version}-cover",
            partial(lambda v: _tagged(mpeg.picture(mpeg.png(), v), version=v), version),
        )
        for version in (2, 3, 4)
    ),
    heard(
        "mp3-id3-utf16-without-mark",
        lambda: _tagged(mpeg.text(b"TIT2", "Été".encode("utf-16-le"), mpeg.UTF_16)),
    ),
    heard("mp3-id3-utf16-of-odd-length", lambda: _tagged(mpeg.text(b"TIT2", b"\xff\xfea\0b", mpeg.UTF_16))),
    heard("mp3-id3-lone-surrogate", lambda: _tagged(mpeg.text(b"TIT2", b"\xff\xfe\x00\xd8", mpeg.UTF_16))),
    heard(
        "mp3-id3-latin1-as-utf8", lambda: _tagged(mpeg.text(b"TIT2", b"\xe9t\xe9", mpeg.UTF_8, 4), version=4)
    ),
    heard("mp3-id3-unknown-encoding", lambda: _tagged(mpeg.text(b"TIT2", b"tone", 77))),
    heard("mp3-id3-frame-too-large", lambda: _tagged(mpeg.frame(b"TIT2", b"\0tone", size=2**31 - 1))),
    heard("mp3-id3-size-too-large", lambda: _tagged(mpeg.text(b"TIT2", b"tone"), size=400)),
    heard("mp3-id3-footer", lambda: _tagged(mpeg.text(b"TIT2", b"tone"), version=4, flags=0x10)),
    heard("mp3-id3-unsynchronised", lambda: _tagged(mpeg.text(b"TIT2", b"\xff\x00\xe0"), flags=0x80)),
    heard("mp3-id3-padding", lambda: _tagged(mpeg.text(b"TIT2", b"tone"), padding=50_000)),
    heard(
        "mp3-id3-twice", lambda: mpeg.id3(mpeg.text(b"TIT2", b"one")) + _tagged(mpeg.text(b"TIT2", b"two"))
    ),
    heard("mp3-id3-cover-of-jpeg-kind", lambda: _tagged(mpeg.picture(mpeg.png(), kind=b"image/jpeg"))),
    heard("mp3-id3-cover-damaged", lambda: _tagged(mpeg.picture(mpeg.png()[:40]))),
    heard("mp3-ape", lambda: _bare() + mpeg.ape([(b"Title", b"\xe9t\xe9")])),
    heard(
        "mp3-ape-cover",
        lambda: _bare() + mpeg.ape([(b"Cover Art (Front)", b"c.png\0" + mpeg.png(256, rows=256))]),
    ),
    heard("mp3-ape-and-id3v1", lambda: _bare() + mpeg.ape([(b"Title", b"tone")]) + mpeg.id3v1(b"tone")),
    heard("mp3-lyrics3", lambda: _bare() + mpeg.lyrics3(b"la la la\r\n" * 300) + mpeg.id3v1(b"tone")),
    heard(
        "mp3-every-tag",
        lambda: (
            _tagged(mpeg.text(b"TIT2", b"\xe9"), mpeg.picture(mpeg.png()))
            + mpeg.ape([(b"Cover Art (Front)", b"c\0" + mpeg.png(256))])
            + mpeg.lyrics3(b"la" * 400)
            + mpeg.id3v1(b"\xe9")
        ),
    ),
)

_MP3: Final[tuple[Case, ...]] = (
    heard("mp3-bare", _bare),
    heard("mp3-joined", lambda: _mp3() + _mp3(), 2 * SECONDS),
    heard(
        "mp3-joined-with-tags",
        lambda: _mp3() + mpeg.id3v1(b"one") + _tagged(mpeg.text(b"TIT2", b"two")),
        2 * SECONDS,
    ),
    heard("mp3-rate-changes", lambda: _bare(44_100) + _bare(32_000), 2 * SECONDS, within=0.3),
    heard("mp3-version-changes", lambda: _bare(44_100) + _bare(22_050), 2 * SECONDS, within=0.3),
    heard("mp3-channels-change", lambda: _bare() + _bare(layout="stereo"), 2 * SECONDS, within=0.3),
    heard("mp3-channels-change-back", lambda: _bare(layout="stereo") + _bare(), 2 * SECONDS, within=0.3),
    heard(
        "mp3-bit-rate-varies-without-header",
        lambda: _bare(bit_rate=32_000) + _bare(bit_rate=256_000) + _bare(bit_rate=64_000),
        3 * SECONDS,
        within=0.3,
    ),
    heard("mp3-header-counts-too-few", lambda: _mp3()[:-1] + _bare(), 2 * SECONDS, within=0.3),
    heard("mp3-begins-in-a-frame", lambda: _part(_bare(), 0.013, 1.0)),
    heard("mp3-ends-in-a-frame", lambda: _part(_bare(), 0.0, 0.613), 0.613 * SECONDS),
    heard("mp3-zeros-in-front", lambda: b"\0" * 30_000 + _bare()),
    heard("mp3-page-in-front", lambda: PAGE + _bare()),
    heard("mp3-page-after", lambda: _mp3() + PAGE),
    heard("mp3-page-in-the-middle", lambda: _part(_mp3(), 0, 0.5) + PAGE + _part(_mp3(), 0.5, 1), within=0.8),
    heard("mp3-zeros-in-the-middle", lambda: _holed(_mp3(), 0.5, 900), within=0.8),
    heard("mp3-noise-in-the-middle", lambda: _holed(_mp3(), 0.5, 600, b"\xff\xfb\x90\x11\x7e"), within=0.8),
    heard("mp3-first-frame-damaged", lambda: _holed(_bare(), 0.001, 60), within=0.3),
    refused("mp3-one-frame", lambda: _bare()[:417], TOO_SHORT, UNREADABLE),
    refused("mp3-tags-only", lambda: mpeg.id3(mpeg.text(b"TIT2", b"tone")) + mpeg.id3v1(b"tone")),
    refused("mp3-page-instead", lambda: PAGE),
)

_AAC: Final[tuple[Case, ...]] = (
    heard("aac-id3-in-front", lambda: mpeg.id3(mpeg.text(b"TIT2", b"\xe9t\xe9")) + _adts()),
    heard("aac-id3v1-after", lambda: _adts() + mpeg.id3v1(b"tone")),
    heard("aac-ends-in-a-frame", lambda: _part(_adts(), 0, 0.627), 0.627 * SECONDS, within=0.25),
    heard("aac-begins-in-a-frame", lambda: _part(_adts(), 0.013, 1)),
    heard("aac-zeros-in-the-middle", lambda: _holed(_adts(), 0.5, 300), within=0.3),
    heard("aac-page-after", lambda: _adts() + PAGE, within=0.3),
    heard("aac-channels-change", lambda: _adts() + _adts(layout="stereo"), 2 * SECONDS, within=0.4),
    heard("aac-rate-changes", lambda: _adts(48_000) + _adts(24_000), 2 * SECONDS, within=0.4),
    heard("aac-latm", lambda: tone_file("latm", "aac")),
)

_AMR: Final[tuple[Case, ...]] = (
    heard("amr-ends-in-a-frame", lambda: _part(_amr(), 0, 0.613), 0.613 * SECONDS),
    heard("amr-garbage-after", lambda: _amr() + b"\x7d\xff" * 9),
    heard("amr-pauses", _paused_amr, within=SECONDS + 0.3, hertz=None),
    refused("amr-frames-without-speech", lambda: b"#!AMR\n" + b"\x7c" * 100, UNREADABLE, TOO_SHORT),
    refused("amr-header-only", lambda: b"#!AMR\n", TOO_SHORT, UNREADABLE),
)

_FLAC: Final[tuple[Case, ...]] = (
    heard("flac-cover", lambda: flac.with_blocks(_flac(), flac.picture(mpeg.png()))),
    heard("flac-cover-damaged", lambda: flac.with_blocks(_flac(), flac.picture(mpeg.png()[:50]))),
    heard(
        "flac-cover-claims-30000",
        lambda: flac.with_blocks(_flac(), flac.picture(mpeg.png(30_000, rows=1), 30_000)),
    ),
    heard("flac-title-latin1", lambda: flac.with_blocks(_flac(), flac.comment(b"TITLE=\xe9t\xe9"))),
    heard("flac-title-cp932", lambda: flac.with_blocks(_flac(), flac.comment("TITLE=静か".encode("cp932")))),
    heard(
        "flac-comment-without-name", lambda: flac.with_blocks(_flac(), flac.comment(b"no sign", b"=", b"A="))
    ),
    heard("flac-unknown-block", lambda: flac.with_blocks(_flac(), flac.block(77, b"x" * 999))),
    heard(
        "flac-seek-table-wrong", lambda: flac.with_blocks(_flac(), flac.block(flac.SEEK_TABLE, b"\xff" * 180))
    ),
    heard("flac-id3-in-front", lambda: mpeg.id3(mpeg.text(b"TIT2", b"\xe9t\xe9")) + _flac()),
    heard("flac-id3v1-after", lambda: _flac() + mpeg.id3v1(b"tone")),
    heard("flac-length-unknown", lambda: _flac()[:22] + b"\0" * 20 + _flac()[42:], within=0.3),
    heard("flac-length-too-large", lambda: _flac()[:21] + b"\xff" * 5 + _flac()[26:]),
    heard("flac-cut-in-half", lambda: _part(_flac(), 0, 0.7), SECONDS / 2, within=0.9),
    heard("flac-zeros-in-the-middle", lambda: _holed(_flac(), 0.8, 300), within=0.5),
    heard("flac-page-after", lambda: _flac() + PAGE),
    heard("flac-joined", lambda: _flac() + _flac(), 2 * SECONDS, within=SECONDS + 0.3),
    heard("flac-rate-384000", lambda: tone_file("flac", "flac", rate=384_000)),
    heard("flac-constant", lambda: flac.constant(16_000, 4096, 8), 2.05, None),
    refused("flac-cut-in-its-head", lambda: _flac()[:40]),
    refused("flac-head-only", lambda: _flac()[:8_300], TOO_SHORT, UNREADABLE),
)

STREAMS: Final = (*_ID3, *_MP3, *_AAC, *_AMR, *_FLAC)
"""All of them."""
