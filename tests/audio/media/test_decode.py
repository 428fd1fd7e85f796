"""What is heard of foreign files, and what is refused, with which reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio.media import decode as decoding
from audio.media.decode import Decoded, decode
from audio.media.limits import BEGINNING_SECONDS, END_SECONDS
from audio.media.wanted import Reason, Refused, Use, Wanted
from audio.musicgen.schedule.window import Window
from audio.units import STEP_RATE, Pcm
from tests.audio.files.sound_files import CODECS, hum, written

END = Wanted(Use.END, 32_000, 1)
BEGINNING = Wanted(Use.BEGINNING, 32_000, 1)
WHOLE = Wanted(Use.WHOLE, 48_000, 2)


def pitch(samples: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * rate / len(samples)


def heard(folder: Path, pcm: Pcm, rate: int, wanted: Wanted, name: str = "sound.wav") -> Decoded:
    return decode(written(folder / name, pcm, rate).read_bytes(), wanted, name)


def reason(data: bytes, wanted: Wanted = END, name: str = "sound.wav") -> Reason:
    with pytest.raises(Refused) as refused:
        decode(data, wanted, name)
    return refused.value.reason


@pytest.mark.parametrize("suffix", CODECS)
def test_the_end_and_the_beginning_of_any_usual_format_are_kept(tmp_path: Path, suffix: str) -> None:
    sound = np.concatenate([hum(32.0, 48_000, (300.0,)), hum(31.0, 48_000, (500.0,))], axis=1)
    for wanted, seconds, hertz in ((END, END_SECONDS, 500.0), (BEGINNING, BEGINNING_SECONDS, 300.0)):
        decoded = heard(tmp_path, sound, 48_000, wanted, f"hum{suffix}")
        assert decoded.pcm.shape == (seconds * 32_000, 1)
        assert decoded.pcm.dtype == np.float32
        assert pitch(decoded.pcm[:32_000, 0], 32_000) == pytest.approx(hertz, abs=2.0)
        assert pitch(decoded.pcm[-32_000:, 0], 32_000) == pytest.approx(hertz, abs=2.0)


def test_the_end_has_all_that_a_model_uses() -> None:
    assert Window().overlap / STEP_RATE <= END_SECONDS


def test_a_whole_file_in_16_bits_is_exact_and_its_length_is_told(tmp_path: Path) -> None:
    sound = np.random.default_rng(1).integers(-30_000, 30_000, (2, 60_000)) / 32_768
    decoded = heard(tmp_path, sound.astype(np.float32), 48_000, WHOLE)
    assert decoded.pcm.dtype == np.int16
    assert np.array_equal(decoded.pcm.T, sound * 32_768)
    assert decoded.seconds == pytest.approx(1.25)


def test_channels_are_mixed_or_doubled(tmp_path: Path) -> None:
    stereo = hum(1.0, 32_000, (300.0, 500.0))
    mixed = heard(tmp_path, stereo, 32_000, END).pcm
    np.testing.assert_allclose(mixed[:, 0], stereo.mean(axis=0), atol=1e-6)
    doubled = heard(tmp_path, stereo[:1], 32_000, Wanted(Use.END, 32_000, 2)).pcm
    np.testing.assert_allclose(doubled, stereo[[0, 0]].T, atol=1e-6)


def test_invalid_samples_are_replaced(tmp_path: Path) -> None:
    sound = hum(1.0, 32_000)
    sound[0, 100:110] = [np.nan, np.inf, -np.inf, 1e30, -1e30, 0, 0, 0, 0, 0]
    for wanted in (END, WHOLE):
        decoded = heard(tmp_path, sound, 32_000, wanted)
        assert np.isfinite(decoded.pcm).all()
        assert np.abs(decoded.pcm[-1000:].astype(float)).max() > 0


def test_tags_are_told_and_none_of_them_stops_a_file(tmp_path: Path) -> None:
    """A WAV whose title is in Latin-1: PyAV raises at `open` for what is not UTF-8."""
    data = bytearray(written(tmp_path / "sound.wav", hum(1.0, 32_000), 32_000).read_bytes())
    title = b"Fr\xfchling\0"
    info = b"INFOINAM" + len(title).to_bytes(4, "little") + title + b"\0" * (len(title) % 2)
    data += b"LIST" + len(info).to_bytes(4, "little") + info
    data[4:8] = (len(data) - 8).to_bytes(4, "little")
    decoded = decode(bytes(data), END)
    assert decoded.seconds == pytest.approx(1.0)
    assert decoded.tags["title"] == "Fr\N{REPLACEMENT CHARACTER}hling"
    assert decode(bytes(data), Wanted(Use.TAGS, 48_000, 2)).tags == decoded.tags


def test_bad_packets_are_passed_over_and_counted(tmp_path: Path) -> None:
    data = bytearray(written(tmp_path / "hum.mp3", hum(6.0, 48_000), 48_000).read_bytes())
    junk = b"<html>" + b"not a sound at all " * 40
    decoded = decode(bytes(data) + junk, END, "hum.mp3")
    assert decoded.seconds == pytest.approx(6.0, abs=0.1)
    broken_off = written(tmp_path / "hum.flac", hum(6.0, 48_000), 48_000).read_bytes()
    decoded = decode(broken_off[: len(broken_off) * 2 // 3], END, "hum.flac")
    assert decoded.seconds == pytest.approx(4.0, abs=0.3)
    assert decoded.bad_packets == 1


def test_a_file_of_which_little_decodes_is_called_damaged(tmp_path: Path) -> None:
    data = bytearray(written(tmp_path / "hum.m4a", hum(6.0, 48_000), 48_000).read_bytes())
    begin, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    for kept, expected in ((0.3, Reason.DAMAGED), (0.02, Reason.DAMAGED), (0.0, Reason.UNREADABLE)):
        damaged, at = bytearray(data), begin + round(kept * (end - begin))
        damaged[at:end] = b"\xff" * (end - at)
        assert reason(bytes(damaged), END, "hum.m4a") is expected


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64)).save(tmp_path / "cover.png")
    assert reason((tmp_path / "cover.png").read_bytes()) is Reason.UNREADABLE
    assert reason(b"no sound at all " * 99) is Reason.UNREADABLE
    assert reason(bytes(range(256)) * 40, name="noise.mp3") in (Reason.UNREADABLE, Reason.DAMAGED)
    assert reason(b"") is Reason.UNREADABLE
    assert reason(written(tmp_path / "blip.wav", hum(0.2, 32_000), 32_000).read_bytes()) is Reason.TOO_SHORT


def test_a_playlist_opens_nothing(tmp_path: Path) -> None:
    hidden = written(tmp_path / "hidden.wav", hum(1.0, 32_000), 32_000)
    for text in (
        f"ffconcat version 1.0\nfile {hidden}\n",
        f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{hidden}\n#EXT-X-ENDLIST\n",
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n{hidden}",
    ):
        for name in ("list.wav", "list.m3u8", "list"):
            assert reason(text.encode(), name=name) is Reason.UNREADABLE


def test_hours_of_silence_in_a_small_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MAX_SECONDS", 60.0)
    bomb = written(tmp_path / "bomb.flac", np.zeros((1, 32_000 * 90), np.float32), 32_000).read_bytes()
    assert len(bomb) < 50_000
    assert reason(bomb) is Reason.TOO_LONG
    assert decode(bomb, BEGINNING).pcm.shape == (BEGINNING_SECONDS * 32_000, 1)


@pytest.mark.parametrize("bound", ["MAX_PACKETS", "MAX_SAMPLES", "MAX_FRAME_SAMPLES"])
def test_work_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    data = written(tmp_path / "hum.flac", hum(2.0, 48_000), 48_000).read_bytes()
    monkeypatch.setattr(decoding, bound, 10)
    assert reason(data) is Reason.TOO_MUCH


def test_a_long_frame_is_resampled_in_parts_without_a_seam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = hum(2.0, 44_100, (300.0, 500.0))
    for suffix in CODECS:
        data = written(tmp_path / f"hum{suffix}", sound, 48_000).read_bytes()
        whole = decode(data, END).pcm
        with monkeypatch.context() as patch:
            patch.setattr(decoding, "PART_SAMPLES", 100)
            np.testing.assert_allclose(decode(data, END).pcm, whole, atol=1e-4)


@pytest.mark.parametrize("rate", [1, 8, 100, 3_999, 384_001, 655_350, 2**30])
def test_rates_that_are_no_sound_are_refused_before_a_filter_is_made(tmp_path: Path, rate: int) -> None:
    data = bytearray(written(tmp_path / "sound.wav", hum(1.0, 32_000), 32_000).read_bytes())
    assert data[24:28] == (32_000).to_bytes(4, "little")
    data[24:28] = rate.to_bytes(4, "little")
    assert reason(bytes(data)) is Reason.UNREADABLE


def test_a_codec_that_ffmpeg_does_not_know_is_refused_in_a_sentence(tmp_path: Path) -> None:
    data = bytearray(written(tmp_path / "sound.wav", hum(1.0, 32_000), 32_000).read_bytes())
    assert data[20:22] == (3).to_bytes(2, "little")
    data[20:22] = (0x1234).to_bytes(2, "little")
    assert reason(bytes(data)) is Reason.UNREADABLE
