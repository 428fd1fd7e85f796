"""Odd files of containers: MP4, Matroska, Ogg and ASF, and files that are no sound."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any, Final

import numpy as np

from fuzz.catalogue.case import SILENT, TOO_SHORT, UNREADABLE, Case, heard, refused
from fuzz.catalogue.plain import EXPERIMENTAL
from fuzz.files import ebml, mpeg, ogg
from fuzz.files.boxes import Table, box, boxes, edit_list, edited, index_first
from fuzz.files.riff import sixteen_bits
from fuzz.files.sound import RATE, SECONDS, Options, Pictures, Tone, encoded, tone_file

OTHER_HERTZ: Final = 900.0
"""Pitch of streams that are not heard."""

AAC: Final = Tone("aac")
OTHER: Final = Tone("aac", hertz=OTHER_HERTZ)
OPUS: Final = Tone("libopus", 48_000)


TITLE: Final = (("title", "Étoile"),)


def _latin(file: bytes) -> bytes:
    """The file with its title in Latin-1 instead of UTF-8, of the same length."""
    return file.replace("Étoile".encode(), "ÉÉtoile".encode("latin-1"))


def _flags(*names: str) -> Options:
    return (("movflags", "".join(f"+{name}" for name in names)),)


FRAGMENTED: Final = (*_flags("frag_keyframe", "empty_moov", "default_base_moof"), ("frag_duration", "500000"))


def _mp4(*streams: Tone | Pictures) -> bytes:
    return index_first(encoded("mp4", *(streams or (AAC,))))


def _fragmented() -> bytes:
    return encoded("mp4", AAC, options=FRAGMENTED)


def _without(file: bytes, *path: bytes) -> bytes:
    return edited(file, path, lambda content: None)


def _title(encoded_title: bytes) -> bytes:
    data = box(b"data", struct.pack(">II", 1, 0), encoded_title)
    item = box(b"ilst", box(b"\xa9nam", data))
    handler = box(b"hdlr", b"\0" * 8, b"mdirappl", b"\0" * 9)
    return box(b"udta", box(b"meta", b"\0" * 4, handler, item))


def _cover(picture: bytes) -> bytes:
    data = box(b"data", struct.pack(">II", 14, 0), picture)
    handler = box(b"hdlr", b"\0" * 8, b"mdirappl", b"\0" * 9)
    return box(b"udta", box(b"meta", b"\0" * 4, handler, box(b"ilst", box(b"covr", data))))


def _encrypted() -> bytes:
    """What is left of bought music without its key: a good index over noise."""
    content = dict(boxes(encoded("mp4", AAC)))
    noise = np.random.default_rng(1).bytes(len(content[b"mdat"]))
    return encoded("mp4", AAC).replace(content[b"mdat"], noise).replace(b"mp4a", b"enca")


def _holed(file: bytes, at: float, filling: bytes) -> bytes:
    begin = round(len(file) * at)
    return file[:begin] + filling + file[begin + len(filling) :]


def _part(file: bytes, begin: float, end: float) -> bytes:
    return file[round(len(file) * begin) : round(len(file) * end)]


def _long_data() -> bytes:
    """The sound in a box whose size has 64 bits, before its index."""
    content = dict(boxes(encoded("mp4", AAC)))
    data = content[b"mdat"]
    head = box(b"ftyp", content[b"ftyp"])
    before = encoded("mp4", AAC).index(b"mdat") + 4 - 16 - len(head)
    long = struct.pack(">I4sQ", 1, b"mdat", len(data) + 16) + data
    return head + b"\0" * before + long + box(b"moov", content[b"moov"])


def _timed(*rows: tuple[int, int]) -> bytes:
    """AAC with other times: numbers of samples and the length of each."""
    path = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stts")
    table = struct.pack(">II", 0, len(rows)) + b"".join(struct.pack(">II", *row) for row in rows)
    file = edited(encoded("mp4", AAC), path, lambda old: table)
    return index_first(_without(file, b"moov", b"trak", b"edts"))


_MP4: Final[tuple[Case, ...]] = (
    heard("mp4-index-at-the-end", lambda: encoded("mp4", AAC)),
    heard("mp4-index-first", _mp4),
    heard("mp4-fragmented", lambda: _fragmented()),
    heard("mp4-fragmented-cut", lambda: _part(_fragmented(), 0, 0.6), 0.6 * SECONDS, within=0.4),
    heard("mp4-video-first", lambda: _mp4(Pictures(), AAC)),
    heard("mp4-video-second", lambda: _mp4(AAC, Pictures())),
    heard("mp4-two-languages", lambda: _mp4(AAC, OTHER)),
    heard("mp4-two-codecs", lambda: _mp4(AAC, Tone("libmp3lame", hertz=OTHER_HERTZ))),
    heard("mp4-video-between", lambda: _mp4(AAC, Pictures(), OTHER)),
    heard("mp4-chapters", lambda: encoded("mp4", AAC, chapters=5)),
    heard("mp4-cover", lambda: encoded("mp4", AAC, Pictures("png", 1, cover=True))),
    heard("mp4-title-latin1", lambda: _latin(encoded("mp4", AAC, tags=TITLE))),
    heard("mov-title-cp1251", lambda: bytes(Table(more=_title("Тихая".encode("cp1251"))))),
    heard("mov-cover", lambda: bytes(Table(more=_cover(mpeg.png())))),
    heard("mov-cover-damaged", lambda: bytes(Table(more=_cover(mpeg.png()[:50])))),
    heard("mp4-data-of-64-bits", _long_data),
    heard("mp4-two-bad-bytes", lambda: _holed(encoded("mp4", AAC), 0.4, b"\xff\xff"), within=0.3),
    heard("mp4-many-bad-bytes", lambda: _holed(encoded("mp4", AAC), 0.4, b"\xa5" * 900), within=0.4),
    heard("mp4-index-first-cut", lambda: _part(_mp4(), 0, 0.6), 0.55 * SECONDS, within=0.4),
    heard("mov-edit-skips-start", lambda: bytes(Table(edits=edit_list((1000, RATE)))), 1.0, within=1.2),
    heard("mov-edit-with-gap", lambda: bytes(Table(edits=edit_list((500, -1), (2000, 0)))), within=0.6),
    heard("mov-edit-twice", lambda: bytes(Table(edits=edit_list((1000, 0), (1000, 0)))), within=0.3),
    refused("mov-edit-of-nothing", lambda: bytes(Table(edits=edit_list((0, 0)))), TOO_SHORT, UNREADABLE),
    heard("mov-edits-none", lambda: bytes(Table(edits=edit_list()))),
    heard("mp4-times-with-gaps", lambda: _timed((20, 1024), (1, 90 * RATE), (43, 1024)), within=0.3),
    heard("mp4-times-all-zero", lambda: _timed((64, 0)), within=0.3),
    heard("mov-time-scale-of-1", lambda: bytes(Table(time_scale=1)), within=0.3),
    heard("mov-two-tracks-share", lambda: bytes(Table(tracks=2))),
    heard("mov-stereo", lambda: bytes(Table(channels=2, data=sixteen_bits(channels=2, order=">")))),
    refused("mp4-index-missing", lambda: _without(encoded("mp4", AAC), b"moov")),
    refused("mp4-index-at-the-end-cut", lambda: _part(encoded("mp4", AAC), 0, 0.6)),
    refused("mp4-sound-missing", lambda: _without(_mp4(), b"mdat"), UNREADABLE, TOO_SHORT, SILENT),
    refused("mp4-video-alone", lambda: _mp4(Pictures()), SILENT),
    refused("mp4-codec-unknown", lambda: bytes(Table(codec=b"apac"))),
    refused("mp4-encrypted", _encrypted),
    refused("mp4-head-only", lambda: _mp4()[:32]),
)


def _mkv(*streams: Tone | Pictures, tags: Options = ()) -> bytes:
    return encoded("matroska", *(streams or (OPUS,)), tags=tags)


def _laced(lacing: int) -> bytes:
    return ebml.matroska(ebml.clusters(lacing))


def _subtitled() -> bytes:
    subtitles = ebml.track(index=2, codec=b"S_TEXT/UTF8", kind=ebml.SUBTITLES)
    return ebml.matroska(ebml.clusters(), tracks=subtitles + ebml.track())


_MATROSKA: Final[tuple[Case, ...]] = (
    heard("mkv-lacing-xiph", lambda: _laced(ebml.XIPH)),
    heard("mkv-lacing-fixed", lambda: _laced(ebml.FIXED)),
    heard("mkv-lacing-ebml", lambda: _laced(ebml.EBML)),
    heard("mkv-live", lambda: ebml.matroska(ebml.clusters(size=ebml.UNKNOWN), size=ebml.UNKNOWN)),
    heard("mkv-gap", lambda: ebml.matroska(ebml.clusters(step_ms=90)), within=0.3),
    heard("mkv-times-back", lambda: ebml.matroska(ebml.clusters(step_ms=-50)), within=0.3),
    heard("mkv-void", lambda: ebml.matroska(ebml.element(ebml.VOID, b"\0" * 5000), ebml.clusters())),
    heard("mkv-size-too-large", lambda: ebml.matroska(ebml.clusters(), size=2**40)),
    heard("mkv-video-first", lambda: _mkv(Pictures(), OPUS)),
    heard("mkv-subtitles-first", _subtitled),
    heard("mkv-two-languages", lambda: _mkv(AAC, OTHER)),
    heard("mkv-title-latin1", lambda: _latin(_mkv(tags=TITLE))),
    heard("mkv-cut-in-half", lambda: _part(ebml.matroska(ebml.clusters()), 0, 0.5), SECONDS / 2),
    heard("mkv-hole", lambda: _holed(ebml.matroska(ebml.clusters()), 0.55, b"\xff" * 700), within=1.1),
    heard("webm-video-first", lambda: encoded("webm", Pictures("libvpx"), OPUS)),
    refused("webm-video-alone", lambda: encoded("webm", Pictures("libvpx")), SILENT),
    refused("mkv-head-only", lambda: _laced(0)[:60]),
    refused(
        "mkv-codec-unknown", lambda: ebml.matroska(ebml.clusters(), tracks=ebml.track(codec=b"A_NOBODY"))
    ),
)


def _ogg(layout: str = "mono", serial: int = 1, **more: Any) -> bytes:
    file = tone_file("ogg", "libopus", rate=48_000, layout=layout, **more)
    return ogg.with_serial(file, serial)


def _vorbis(rate: int, serial: int) -> bytes:
    file = tone_file("ogg", "vorbis", rate=rate, layout="stereo", options=EXPERIMENTAL)
    return ogg.with_serial(file, serial)


def _interleaved() -> bytes:
    """Two streams at once: both begin before either goes on."""
    one, two = list(ogg.pages(_ogg(serial=1))), list(ogg.pages(_ogg(serial=2, hertz=OTHER_HERTZ)))
    mixed = [one[0], two[0], one[1], two[1]]
    for pair in zip(one[2:], two[2:], strict=False):
        mixed += pair
    return ogg.joined(mixed)


def _changed(at: int, **fields: Any) -> bytes:
    pages = list(ogg.pages(_ogg()))
    pages[at] = replace(pages[at], **fields)
    return ogg.joined(pages)


def _commented(comment: bytes) -> bytes:
    pages = list(ogg.pages(_ogg()))
    tags = b"OpusTags" + struct.pack("<I", 4) + b"hand" + struct.pack("<II", 1, len(comment)) + comment
    pages[1] = ogg.page(tags, serial=pages[1].serial, number=1)
    return ogg.joined(pages)


def _open_ended() -> bytes:
    return ogg.joined(replace(each, flags=each.flags & ~ogg.LAST) for each in ogg.pages(_ogg()))


def _beheaded() -> bytes:
    return ogg.joined([ogg.page(b"OpusHead\1\0", ogg.FIRST), *list(ogg.pages(_ogg()))[1:]])


_OGG: Final[tuple[Case, ...]] = (
    heard("ogg-chained", lambda: _ogg() + _ogg(serial=2), 2 * SECONDS, within=0.3),
    heard("ogg-chained-same-serial", lambda: _ogg() + _ogg(), 2 * SECONDS, within=SECONDS + 0.3),
    heard(
        "ogg-chained-channels-change", lambda: _ogg() + _ogg("stereo", 2), 2 * SECONDS, within=SECONDS + 0.3
    ),
    heard(
        "ogg-chained-rate-changes",
        lambda: _vorbis(44_100, 1) + _vorbis(32_000, 2),
        2 * SECONDS,
        within=SECONDS + 0.3,
    ),
    heard("ogg-two-streams", _interleaved),
    heard("ogg-title-latin1", lambda: _commented(b"TITLE=\xe9t\xe9")),
    heard("ogg-title-cp932", lambda: _commented("TITLE=静か".encode("cp932"))),
    heard("ogg-cover", lambda: _commented(b"METADATA_BLOCK_PICTURE=" + b"AAAAAwAAAAlpbWFnZS9wbmc" * 9)),
    heard("ogg-without-end", _open_ended, within=0.3),
    heard("ogg-cut", lambda: _part(_ogg(), 0, 0.7), 0.7 * SECONDS, within=1.0),
    heard("ogg-position-zero", lambda: _changed(-1, position=0), within=0.3),
    heard("ogg-position-unknown", lambda: _changed(-1, position=-1), within=0.3),
    heard("ogg-position-too-large", lambda: _changed(-1, position=2**50), within=0.3),
    heard("ogg-page-number-wrong", lambda: _changed(-1, number=99), within=1.1),
    heard("ogg-checksum-wrong", lambda: _ogg()[:-1] + b"\x55", within=1.1),
    refused("ogg-garbage-in-front", lambda: b"\0" * 500 + _ogg()),
    heard("ogg-garbage-after", lambda: _ogg() + b"no page" * 99),
    refused("ogg-first-page-only", lambda: bytes(next(ogg.pages(_ogg()))), UNREADABLE, TOO_SHORT),
    refused("ogg-head-damaged", _beheaded),
)


def _wma(tags: Options = ()) -> bytes:
    return tone_file("asf", "wmav2", tags=tags, rate=44_100, bit_rate=128_000)


_ASF: Final[tuple[Case, ...]] = (
    heard("asf-title", lambda: _wma((("title", "静かなピアノ"),))),
    heard(
        "asf-title-damaged", lambda: _wma((("title", "Étoile"),)).replace("É".encode("utf-16-le"), b"\0\xd8")
    ),
    heard("asf-cut", lambda: _part(_wma(), 0, 0.6), 0.6 * SECONDS, within=0.4),
    heard("asf-hole", lambda: _holed(_wma(), 0.5, b"\xff" * 700), within=0.6),
    heard("asf-video-first", lambda: encoded("asf", Pictures("msmpeg4v2"), Tone("libmp3lame"))),
    refused("asf-head-only", lambda: _wma()[:100]),
)

_NO_SOUND: Final[tuple[Case, ...]] = (
    refused("empty", lambda: b""),
    refused("one-byte", lambda: b"\xff"),
    refused("zeros", lambda: b"\0" * 100_000),
    refused("note.txt", lambda: b"no sound at all " * 999),
    refused("page.html", lambda: b"<!DOCTYPE html><html></html>" * 99),
    refused("picture.png", mpeg.png),
    refused("program", lambda: b"\x7fELF\2\1\1" + bytes(range(256)) * 99),
    refused("archive.zip", lambda: b"PK\3\4\x14\0" + bytes(range(256)) * 99),
    refused("list.m3u8", lambda: b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n"),
    refused("list.ffconcat", lambda: b"ffconcat version 1.0\nfile /etc/passwd\n"),
    refused("list.sdp", lambda: b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=audio 5004 RTP/AVP 0\n"),
    refused("list.mpd", lambda: b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>'),
    refused("notes.mid", lambda: b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\4\0\xff\x2f\0"),
    heard("au", lambda: tone_file("au", "pcm_s16be")),
    refused("other-container.avi", lambda: encoded("avi", Pictures(), Tone("libmp3lame"))),
    refused("other-container.flv", lambda: tone_file("flv", "libmp3lame", rate=44_100)),
    refused("other-container.ts", lambda: tone_file("mpegts", "aac")),
    refused("other-container.tta", lambda: tone_file("tta", "tta")),
    refused("other-container.wv", lambda: tone_file("wv", "wavpack")),
)

BOXED: Final = (*_MP4, *_MATROSKA, *_OGG, *_ASF, *_NO_SOUND)
"""All of them."""
