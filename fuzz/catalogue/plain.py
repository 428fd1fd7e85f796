"""Good files: each container with each codec that it usually holds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from fuzz.catalogue.case import Case, heard
from fuzz.files.sound import tone_file

EXPERIMENTAL: Final = (("strict", "-2"),)
"""FFmpeg's own encoder of Vorbis wants to be asked for."""

_BY_CONTAINER: Final = {
    "wav": "pcm_u8 pcm_s16le pcm_s24le pcm_s32le pcm_f32le pcm_f64le pcm_alaw pcm_mulaw adpcm_ima_wav "
    "adpcm_ms libmp3lame",
    "aiff": "pcm_s8 pcm_s16be pcm_s16le pcm_s24be pcm_s32be pcm_f32be pcm_f64be pcm_alaw pcm_mulaw "
    "adpcm_ima_qt",
    "caf": "pcm_s16be pcm_s16le pcm_s24be pcm_f32le pcm_mulaw alac adpcm_ima_qt",
    "flac": "flac",
    "ogg": "flac",
    "adts": "aac",
    "mov": "pcm_s8 pcm_u8 pcm_s16le pcm_s16be pcm_s24be pcm_s24le pcm_s32be pcm_f32le pcm_f64be pcm_alaw "
    "pcm_mulaw adpcm_ima_qt aac alac libmp3lame",
    "mp4": "aac alac libmp3lame",
    "ipod": "aac alac",
    "3gp": "aac",
    "3g2": "aac",
    "asf": "libmp3lame pcm_s16le",
    "matroska": "aac libmp3lame flac alac pcm_u8 pcm_s16le pcm_s16be pcm_s24le pcm_f32le",
}

_OTHERS: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    *(
        ("mp3", "libmp3lame", {"rate": rate})
        for rate in (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
    ),
    ("mp3", "libmp3lame", {"rate": 44_100, "layout": "stereo", "bit_rate": 320_000}),
    ("mp2", "mp2", {"rate": 44_100}),
    ("ogg", "libopus", {"rate": 48_000}),
    ("ogg", "libopus", {"rate": 48_000, "layout": "stereo", "bit_rate": 6_000}),
    ("ogg", "vorbis", {"rate": 44_100, "layout": "stereo", "options": EXPERIMENTAL}),
    ("webm", "libopus", {"rate": 48_000}),
    ("webm", "vorbis", {"rate": 44_100, "layout": "stereo", "options": EXPERIMENTAL}),
    ("mp4", "libopus", {"rate": 48_000}),
    ("mp4", "flac", {"rate": 48_000}),
    ("mp4", "ac3", {"rate": 48_000}),
    ("mp4", "eac3", {"rate": 48_000}),
    ("matroska", "ac3", {"rate": 48_000}),
    ("amr", "libopencore_amrnb", {"rate": 8_000}),
    ("3gp", "libopencore_amrnb", {"rate": 8_000}),
    ("asf", "wmav1", {"rate": 44_100, "bit_rate": 128_000}),
    ("asf", "wmav2", {"rate": 44_100, "bit_rate": 128_000}),
    ("adts", "aac", {"rate": 8_000}),
    ("adts", "aac", {"rate": 96_000}),
    *(
        (container, codec, {"rate": 48_000, "layout": layout})
        for layout in ("stereo", "3.0", "quad", "5.1", "7.1")
        for container, codec in (("ogg", "libopus"), ("flac", "flac"), ("mp4", "aac"), ("wav", "pcm_s16le"))
    ),
    *(
        ("wav", "pcm_s16le", {"rate": rate})
        for rate in (4_000, 8_000, 11_025, 44_100, 96_000, 192_000, 384_000)
    ),
    *(("flac", "flac", {"rate": rate}) for rate in (8_000, 22_050, 96_000, 192_000)),
)

_SHORT: Final = {"libmp3lame": "mp3", "libopus": "opus", "libopencore_amrnb": "amrnb"}


def _cases() -> Iterator[Case]:
    for container, codecs in _BY_CONTAINER.items():
        for codec in codecs.split():
            yield _case(container, codec, {})
    for container, codec, tone in _OTHERS:
        yield _case(container, codec, tone)


def _case(container: str, codec: str, tone: dict[str, Any]) -> Case:
    details = [str(tone[key]) for key in ("rate", "layout", "bit_rate") if key in tone]
    name = "-".join([container, _SHORT.get(codec, codec), *details])
    return heard(name, partial(tone_file, container, codec, **tone), within=0.25)


PLAIN: Final = tuple(_cases())
"""All of them."""
