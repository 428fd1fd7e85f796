"""Odd WAV, AIFF and CAF files."""

from __future__ import annotations

import struct
from functools import partial
from typing import Final

import numpy as np

from fuzz.catalogue.case import TOO_SHORT, UNREADABLE, Case, heard, refused
from fuzz.files import mpeg
from fuzz.files.riff import (
    FLOAT,
    UNKNOWN,
    aiff,
    caf,
    chunk,
    extensible,
    floats,
    information,
    long_wave,
    sixteen_bits,
    wave,
    wave_format,
)
from fuzz.files.sound import RATE, SECONDS, sine

_TITLES: Final = {
    "utf-8": "Тихая песня",
    "latin-1": "Été à Málaga, ÿ",
    "cp1251": "Тихая песня",
    "cp932": "静かなピアノ",
    "utf-16-le": "Été",
    "utf-16": "Été",
}

_FLOATS: Final = wave_format(FLOAT, bits=32)
_CLICK: Final = np.zeros(round(SECONDS * RATE), np.float32)


def _wild() -> bytes:
    values = sine(SECONDS)[0].copy()
    values[[500, 700, 900, 1100]] = [np.nan, np.inf, -np.inf, 1e38]
    return wave(_FLOATS, floats(values))


def _tone_of(rate: int, channels: int = 1) -> bytes:
    return wave(wave_format(rate=rate, channels=channels), sixteen_bits(rate=rate, channels=channels))


def _top_bits(used: int, size: int) -> bytes:
    """A tone in the top `used` bits of samples of `size` bytes."""
    samples = (sine(SECONDS)[0] * (2**31 - 1)).astype("<i4") >> (32 - used) << (32 - used)
    packed: bytes = samples.view(np.uint8).reshape(-1, 4)[:, 4 - size :].tobytes()
    return packed


def _half(file: bytes) -> bytes:
    return file[: len(file) // 2]


def _titled(encoding: str, title: str, *, after: bool = False) -> bytes:
    tags = [information(encoding, title)]
    return wave(after=tags) if after else wave(before=tags)


def _swapped() -> bytes:
    """RIFX: everything is big-endian, which FFmpeg reads as noise."""
    form = struct.pack(">HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
    content = chunk(b"fmt ", form, order=">") + chunk(b"data", sixteen_bits(order=">"), order=">")
    return chunk(b"RIFX", b"WAVE" + content, order=">")


CHUNKED: Final[tuple[Case, ...]] = (
    *(
        heard(f"wav-title-{encoding}", partial(_titled, encoding, title))
        for encoding, title in _TITLES.items()
    ),
    *(
        heard(
            f"wav-title-after-{encoding}",
            partial(_titled, encoding, title, after=True),
        )
        for encoding, title in _TITLES.items()
    ),
    heard("wav-extensible", lambda: wave(extensible())),
    heard("wav-extensible-stereo-mask", lambda: wave(extensible(2, mask=3), sixteen_bits(channels=2))),
    heard("wav-extensible-no-mask-6", lambda: wave(extensible(6), sixteen_bits(channels=6))),
    heard("wav-extensible-24-of-32", lambda: wave(extensible(bits=32, valid=24), _top_bits(24, 4))),
    heard("wav-extensible-16-of-24", lambda: wave(extensible(bits=24, valid=16), _top_bits(16, 3))),
    heard("wav-extensible-8-of-16", lambda: wave(extensible(bits=16, valid=8), _top_bits(8, 2))),
    heard("wav-extensible-20-of-24", lambda: wave(extensible(bits=24, valid=20), _top_bits(20, 3))),
    heard(
        "wav-extensible-float",
        lambda: wave(extensible(bits=32, valid=32, tag=FLOAT), floats(sine(SECONDS)[0])),
    ),
    heard("wav-extensible-odd-mask", lambda: wave(extensible(2, mask=0x80000000), sixteen_bits(channels=2))),
    heard("wav-rf64", long_wave),
    heard("wav-bw64", lambda: long_wave(b"BW64")),
    refused("wav-rifx", _swapped),
    heard("wav-size-zero", lambda: wave(size=0)),
    heard("wav-size-wrong", lambda: wave(size=99)),
    heard("wav-size-unknown", lambda: wave(size=UNKNOWN, data_size=UNKNOWN)),
    heard("wav-data-size-zero", lambda: wave(size=0, data_size=0)),
    heard("wav-data-size-too-large", lambda: wave(data_size=99_999_999)),
    heard("wav-data-size-odd", lambda: wave(data_size=len(sixteen_bits()) - 1)),
    heard("wav-data-size-half", lambda: wave(data_size=len(sixteen_bits()) // 2), SECONDS / 2),
    heard(
        "wav-streamed-by-ffmpeg",
        lambda: wave(size=UNKNOWN, data_size=UNKNOWN, before=[information("ascii", "a")]),
    ),
    heard("wav-junk-before", lambda: wave(before=[chunk(b"JUNK", b"\0" * 4096)])),
    heard("wav-odd-chunk", lambda: wave(before=[chunk(b"note", b"odd")])),
    heard("wav-bext", lambda: wave(before=[chunk(b"bext", b"\xe9" * 602)])),
    heard("wav-cue-points", lambda: wave(after=[chunk(b"cue ", struct.pack("<I", 0))])),
    heard("wav-fact-before", lambda: wave(before=[chunk(b"fact", struct.pack("<I", 7))])),
    heard("wav-id3-chunk", lambda: wave(after=[chunk(b"id3 ", mpeg.id3(mpeg.text(b"TIT2", b"\xe9t\xe9")))])),
    heard("wav-cover-chunk", lambda: wave(before=[chunk(b"id3 ", mpeg.id3(mpeg.picture(mpeg.png())))])),
    heard("wav-two-formats", lambda: wave(before=[chunk(b"fmt ", wave_format())])),
    heard("wav-byte-rate-zero", lambda: wave(struct.pack("<HHIIHH", 1, 1, RATE, 0, 2, 16))),
    heard("wav-byte-rate-wrong", lambda: wave(struct.pack("<HHIIHH", 1, 1, RATE, 7, 2, 16))),
    heard("wav-block-zero", lambda: wave(struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 0, 16))),
    heard("wav-format-of-18", lambda: wave(wave_format() + b"\0\0")),
    heard("wav-garbage-after", lambda: wave() + b"<html>not sound</html>" * 200),
    heard("wav-id3-in-front", lambda: mpeg.id3(mpeg.text(b"TIT2", b"tone")) + wave()),
    heard("wav-cut-in-half", lambda: _half(wave()), SECONDS / 2),
    heard("wav-8-channels", lambda: _tone_of(RATE, 8)),
    heard("wav-5-channels", lambda: _tone_of(RATE, 5)),
    heard("wav-odd-rate", lambda: _tone_of(12_345)),
    heard("wav-silence", lambda: wave(data=b"\0\0" * RATE), 1.0, None),
    heard("wav-constant", lambda: wave(data=b"\xff\x7f" * RATE), 1.0, None),
    heard("wav-full-scale", lambda: wave(data=(np.sign(sine(SECONDS)[0]) * 32767).astype("<i2").tobytes())),
    heard("wav-float-over-full-scale", lambda: wave(_FLOATS, floats(sine(SECONDS, level=3.0)[0]))),
    heard("wav-nan-and-infinity", _wild),
    heard("wav-only-nan", lambda: wave(_FLOATS, floats(_CLICK * np.nan)), hertz=None),
    heard("wav-denormal", lambda: wave(_FLOATS, floats(_CLICK + np.float32(1e-42))), hertz=None),
    heard(
        "wav-double-over-float",
        lambda: wave(wave_format(FLOAT, bits=64), floats(_CLICK.astype("<f8") + 1e300, "<f8")),
        hertz=None,
    ),
    heard("wav-half-a-second", lambda: wave(data=sixteen_bits(0.5)), 0.5),
    heard("wav-two-minutes", lambda: wave(wave_format(rate=8000), sixteen_bits(120, 8000)), 120.0),
    refused("wav-shorter-than-half-a-second", lambda: wave(data=sixteen_bits(0.4)), TOO_SHORT),
    refused("wav-one-sample", lambda: wave(data=b"\1\1"), TOO_SHORT),
    refused("wav-no-sample", lambda: wave(data=b""), TOO_SHORT, UNREADABLE),
    refused("wav-header-cut", lambda: wave()[:30]),
    refused("wav-header-only", lambda: wave()[:44], TOO_SHORT, UNREADABLE),
    refused("wav-no-format", lambda: b"RIFF\0\0\1\0WAVE" + chunk(b"data", sixteen_bits())),
    refused("wav-unknown-tag", lambda: wave(wave_format(0x1234))),
    refused("wav-no-channels", lambda: wave(wave_format(channels=0, block=2))),
    refused("wav-9-channels", lambda: _tone_of(8000, 9)),
    refused("wav-65535-channels", lambda: wave(wave_format(channels=65535, block=2))),
    refused("wav-rate-zero", lambda: wave(wave_format(rate=0))),
    refused("wav-rate-3999", lambda: _tone_of(3_999)),
    refused("wav-rate-384001", lambda: _tone_of(384_001)),
    refused("wav-0-bits", lambda: wave(wave_format(bits=0, block=2))),
    heard("aiff-sound-first", lambda: aiff(sound_first=True)),
    heard("aiff-title-latin1", lambda: aiff(more=[chunk(b"NAME", b"\xe9t\xe9 ", order=">")])),
    heard("aiff-too-many-samples", lambda: aiff(samples=2**30)),
    heard("aifc-sowt", lambda: aiff(kind=b"sowt")),
    heard("aifc-none", lambda: aiff(kind=b"NONE")),
    heard("aiff-cut-in-half", lambda: _half(aiff()), SECONDS / 2),
    heard(
        "aiff-id3-cover", lambda: aiff(more=[chunk(b"ID3 ", mpeg.id3(mpeg.picture(mpeg.png())), order=">")])
    ),
    refused("aifc-unknown", lambda: aiff(kind=b"ZZZZ")),
    refused("aiff-rate-zero", lambda: aiff(0)),
    refused("aiff-header-only", lambda: aiff()[:30]),
    heard("caf-size-unknown", caf),
    heard("caf-size-known", lambda: caf(data_size=len(sixteen_bits()) + 4)),
    heard("caf-size-too-large", lambda: caf(data_size=2**40)),
    heard("caf-cut-in-half", lambda: _half(caf()), SECONDS / 2),
    refused("caf-rate-nan", lambda: caf(float("nan"))),
    refused("caf-rate-infinite", lambda: caf(float("inf"))),
    refused("caf-no-channels", lambda: caf(channels=0)),
)
"""All of them."""
