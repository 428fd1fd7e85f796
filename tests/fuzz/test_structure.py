from __future__ import annotations

import pytest

from fuzz.files import ebml, flac, mpeg, riff
from fuzz.files.boxes import Table
from fuzz.files.sound import tone_file
from fuzz.structure import parts


@pytest.mark.parametrize(
    ("file", "number"),
    [
        (riff.wave(before=[riff.information("ascii", "a")]), 3),
        (riff.aiff(), 2),
        (riff.caf(data_size=128_004), 2),
        (flac.constant(16_000, 16, 2, more=[flac.comment(b"A=b")]), 3),
        (mpeg.id3(mpeg.text(b"TIT2", b"a"), mpeg.text(b"TALB", b"b")), 3),
        (bytes(Table()), 20),
        (ebml.matroska(ebml.clusters()), 58),
    ],
)
def test_the_parts_of_a_file_are_found_with_their_lengths(file: bytes, number: int) -> None:
    found = parts(file)
    assert len(found) == number
    for part in found:
        assert 0 <= part.begin <= part.field < part.end <= len(file)
        assert part.field + part.width <= part.end


def test_pages_and_objects_are_parts() -> None:
    opus = tone_file("ogg", "libopus", rate=48_000)
    assert [opus[part.begin : part.begin + 4] for part in parts(opus)] == [b"OggS"] * opus.count(b"OggS")
    asf = tone_file("asf", "libmp3lame")
    assert len(parts(asf)) > 5


@pytest.mark.parametrize("length", [0, 1, 5, 8, 11, 29])
@pytest.mark.parametrize(
    "head", [b"RIFF", b"FORM", b"caff", b"fLaC", b"OggS", b"ID3\4", b"\x1a\x45\xdf\xa3", b"\x30\x26\xb2\x75"]
)
def test_half_a_file_has_parts_within_it(head: bytes, length: int) -> None:
    data = (head + b"\xff" * 99)[:length]
    assert all(part.end <= len(data) for part in parts(data))
