from __future__ import annotations

import pytest

from audio.media.mending import mended
from fuzz.files import mpeg, riff


@pytest.mark.parametrize(
    "file", [riff.wave(), riff.wave(riff.extensible()), riff.aiff(), b"", b"RIFF", b"ID3"]
)
def test_a_file_that_ffmpeg_reads_rightly_is_not_copied(file: bytes) -> None:
    assert mended(file) is file


def test_bits_that_are_used_are_not_taken_for_the_size_of_samples() -> None:
    file = riff.wave(riff.extensible(bits=32, valid=24))
    at = file.index(b"\x18\0", 34)
    assert mended(file) == file[:at] + b"\0\0" + file[at + 2 :]


@pytest.mark.parametrize(
    "before", [b"", riff.chunk(b"JUNK", b"odd"), riff.chunk(b"JUNK", b"", size=2**32 - 1)]
)
def test_the_format_is_found_behind_other_chunks_and_nothing_beyond_the_end(before: bytes) -> None:
    form = riff.chunk(b"fmt ", riff.extensible(bits=32, valid=24))
    for length in range(len(before), len(before) + 40):
        mended(b"RIFF\0\0\0\0WAVE" + (before + form)[:length])


def test_a_tag_in_front_of_a_wav_file_is_passed_over() -> None:
    tag = mpeg.id3(mpeg.text(b"TIT2", b"tone"))
    assert mended(tag + riff.wave()) == riff.wave()
    assert mended(tag + b"\xff\xfb") == tag + b"\xff\xfb"
    assert mended(mpeg.id3(size=2**28 - 1) + riff.wave()) == mpeg.id3(size=2**28 - 1) + riff.wave()


def test_big_endian_wav_is_refused() -> None:
    with pytest.raises(ValueError, match="big-endian"):
        mended(b"RIFX" + riff.wave()[4:])
