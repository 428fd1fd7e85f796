"""What is put together by hand is what FFmpeg reads."""

from __future__ import annotations

import io
from collections.abc import Callable

import av
import pytest

from fuzz.files import boxes, ebml, flac, mpeg, ogg, riff
from fuzz.files.sound import RATE, SECONDS, Pictures, Tone, encoded, tone_file


def seconds_of(file: bytes) -> float:
    with av.open(io.BytesIO(file), "r") as container:
        stream = container.streams.audio[0]
        samples: int = sum(frame.samples for frame in container.decode(stream))
        return samples / stream.rate


@pytest.mark.parametrize(
    "make",
    [
        riff.wave,
        riff.long_wave,
        riff.aiff,
        riff.caf,
        lambda: bytes(boxes.Table()),
        lambda: boxes.index_first(encoded("mp4", Tone("alac"))),
        *(lambda lacing=lacing: ebml.matroska(ebml.clusters(lacing)) for lacing in range(4)),
        lambda: ogg.with_serial(tone_file("ogg", "libopus", rate=48_000), 77),
        lambda: flac.with_blocks(tone_file("flac", "flac"), flac.comment(b"A=b"), flac.picture(mpeg.png())),
        lambda: mpeg.id3(mpeg.text(b"TIT2", b"tone")) + tone_file("mp3", "libmp3lame", rate=44_100),
    ],
)
def test_a_file_by_hand_is_heard_whole(make: Callable[[], bytes]) -> None:
    assert seconds_of(make()) == pytest.approx(SECONDS, abs=0.01)


@pytest.mark.parametrize("length", [16, 4096, 65_535])
def test_equal_samples_are_blocks_of_some_bytes(length: int) -> None:
    file = flac.constant(RATE, length, 300)
    assert seconds_of(file) == pytest.approx(300 * length / RATE)
    assert len(file) < 300 * 16 + 100


def test_a_page_is_written_as_it_was_read() -> None:
    file = tone_file("ogg", "libopus", rate=48_000)
    assert ogg.joined(ogg.pages(file)) == file


def test_a_picture_claims_what_it_says_and_a_large_one_is_small() -> None:
    with av.open(io.BytesIO(mpeg.png(64)), "r", format="png_pipe") as container:
        (frame,) = container.decode(video=0)
    assert (frame.width, frame.height) == (64, 64)
    assert not frame.to_ndarray(format="gray").any()
    assert len(mpeg.png(15_000, 16, 6)) < 2_000_000


def test_boxes_are_edited_in_their_place() -> None:
    file = encoded("mp4", Pictures(), Tone("aac"))
    assert boxes.edited(file, (b"moov", b"nothing"), lambda content: None) == file
    without = boxes.edited(file, (b"moov", b"udta"), lambda content: None)
    assert len(without) < len(file)
    assert seconds_of(without) == pytest.approx(SECONDS, abs=0.05)


def test_the_same_stream_is_made_once() -> None:
    assert encoded("wav", Tone("pcm_s16le")) is encoded("wav", Tone("pcm_s16le"))
