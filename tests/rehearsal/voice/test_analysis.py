"""The analysis of recordings, on logs with known faults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from rehearsal.voice.analysis import CODEC_DELAY_SAMPLES, PlaybackAnalysis, analyse_packets, write_wav
from rehearsal.voice.recording import Kind, Pcm, ReceivedPacket, Recording
from rehearsal.voice.rtp import FRAME_SAMPLES, OPUS_SILENCE
from tests.rehearsal.voice.stage import melody

POSTED = melody(5)


def log(frames: int, sequence: int = 65_500, timestamp: int = 2**32 - 50_000) -> list[ReceivedPacket]:
    """Return a faultless log that wraps both counters."""
    return [
        ReceivedPacket(
            arrival_s=100 + 0.02 * i,
            ssrc=1,
            sequence=(sequence + i) % 2**16,
            timestamp=(timestamp + i * FRAME_SAMPLES) % 2**32,
            encrypted=True,
            decrypted=True,
            kind=Kind.CELT,
            frame=b"\xfc\x01",
        )
        for i in range(frames)
    ]


def later(sound: Pcm, samples: int = CODEC_DELAY_SAMPLES) -> Pcm:
    return np.concatenate([np.zeros((samples, 2), np.float32), sound])[: len(sound)]


def analysed(
    packets: list[ReceivedPacket] | None = None, received: Pcm | None = None, posted: Pcm = POSTED
) -> PlaybackAnalysis:
    count = len(posted) // FRAME_SAMPLES
    return analyse_packets(
        log(count) if packets is None else packets, later(posted) if received is None else received, posted
    )


def test_a_faultless_piece_has_no_fault() -> None:
    received = analysed()
    assert (
        received.frames_posted
        == received.frames_spanned
        == received.frames_heard
        == received.encrypted_frames
        == 250
    )
    faults = (received.frames_lost, received.frames_doubled, received.frames_silent, received.plain_frames)
    assert (*faults, received.undecrypted_frames) == (0, 0, 0, 0, 0)
    assert received.correlation == pytest.approx(1)
    assert received.lag_start_ms == pytest.approx(6.5, abs=0.01)
    assert received.lag_end_ms == pytest.approx(6.5, abs=0.01)
    assert received.lag_drift_ms == pytest.approx(0, abs=0.01)
    assert received.gap_ms.p50 == pytest.approx(20)
    assert received.gap_ms.max == pytest.approx(20)


@pytest.mark.parametrize("volume", [0.01, 0.5, 3.0])
def test_volume_does_not_matter(volume: float) -> None:
    received = analysed(received=later(POSTED) * np.float32(volume))
    assert received.correlation == pytest.approx(1)
    assert received.frames_silent == 0


def test_a_level_that_follows_the_music_does_not_matter_but_a_second_of_something_else_does() -> None:
    slope = np.geomspace(0.5, 2.0, len(POSTED), dtype=np.float32)[:, None]
    assert analysed(received=later(POSTED * slope)).correlation > 0.995
    other = POSTED.copy()
    other[96_000:144_000] = melody(1, seed=2)
    assert analysed(received=later(other)).correlation < 0.9


def test_every_lost_packet_is_counted_and_none_is_called_silent() -> None:
    packets, sound = log(250), later(POSTED).copy()
    for lost in (249 - 3, 120, 121, 36, 35):
        del packets[lost]
        sound[lost * FRAME_SAMPLES : (lost + 1) * FRAME_SAMPLES] = 0
    received = analysed(packets, sound)
    assert (received.frames_lost, received.frames_heard, received.frames_spanned) == (5, 245, 250)
    assert received.frames_silent == 0


def test_duplicate_and_reordered_packets_are_distinguished() -> None:
    packets = log(250)
    packets.insert(41, packets[40])
    packets.insert(90, packets[80])
    packets[10], packets[11] = packets[11], packets[10]
    packets[200] = replace(packets[200], timestamp=packets[199].timestamp)
    received = analysed(packets)
    assert received.frames_doubled == 3
    assert received.frames_lost == 0


def test_silence_that_was_not_posted_is_counted_frame_by_frame() -> None:
    sound = later(POSTED).copy()
    for frame in (30, 31, 100):
        start = frame * FRAME_SAMPLES + CODEC_DELAY_SAMPLES
        sound[start : start + FRAME_SAMPLES] = 0
    assert analysed(received=sound).frames_silent == 3


def test_silence_that_was_posted_is_no_fault() -> None:
    posted = POSTED.copy()
    posted[30 * FRAME_SAMPLES : 50 * FRAME_SAMPLES] = 0
    received = analysed(posted=posted)
    assert received.frames_silent == 0
    assert received.correlation == pytest.approx(1)


def test_silence_frames_put_in_between_are_counted_once() -> None:
    packets, sound = log(250), later(POSTED).copy()
    for frame in (60, 61, 62, 200):
        packets[frame] = replace(packets[frame], kind=Kind.SILENCE, frame=OPUS_SILENCE, encrypted=False)
        sound[frame * FRAME_SAMPLES : (frame + 1) * FRAME_SAMPLES] = 0
    received = analysed(packets, sound)
    assert received.frames_silent == 4
    assert (received.encrypted_frames, received.plain_frames) == (246, 0)


def test_plain_and_undecrypted_frames_are_counted() -> None:
    packets = log(250)
    packets[5] = replace(packets[5], encrypted=False, decrypted=False, kind=Kind.UNKNOWN, frame=b"")
    packets[7] = replace(packets[7], decrypted=False, kind=Kind.UNKNOWN, frame=b"")
    received = analysed(packets)
    assert (received.plain_frames, received.undecrypted_frames, received.encrypted_frames) == (1, 1, 249)
    assert received.frames_heard == 248


def test_an_extra_frame_in_the_middle_is_a_drift_of_20_ms() -> None:
    sound = later(POSTED)
    middle = 125 * FRAME_SAMPLES
    sound = np.concatenate([sound[:middle], np.zeros((FRAME_SAMPLES, 2), np.float32), sound[middle:]])
    received = analysed(log(251), sound)
    assert received.lag_start_ms == pytest.approx(6.5, abs=0.05)
    assert received.lag_end_ms == pytest.approx(26.5, abs=0.05)
    assert received.lag_drift_ms == pytest.approx(20, abs=0.05)
    assert received.frames_spanned == received.frames_posted + 1
    assert received.correlation < 0.95


def test_a_slow_drift_of_a_tenth_of_a_millisecond_is_measured() -> None:
    # Played 1 part in 40,000 too slowly: 0.1 ms later after 4 s.
    t = np.arange(len(POSTED)) * (1 - 1 / 40_000)
    slow = np.stack([np.interp(t, np.arange(len(POSTED)), POSTED[:, c]) for c in (0, 1)], axis=1)
    received = analysed(received=later(slow.astype(np.float32)))
    assert received.lag_start_ms is not None
    assert received.lag_end_ms is not None
    assert received.lag_end_ms - received.lag_start_ms == pytest.approx(0.1, abs=0.02)
    assert received.lag_drift_ms == pytest.approx(0.1, abs=0.02)


def test_another_piece_is_not_taken_for_this_one() -> None:
    received = analysed(received=later(melody(5, seed=2)))
    assert abs(received.correlation) < 0.5


def test_noise_is_recognised() -> None:
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, (96_000, 2)).astype(np.float32)
    received = analysed(posted=noise)
    assert received.correlation == pytest.approx(1)
    assert received.lag_start_ms == pytest.approx(6.5, abs=0.01)


def test_a_tone_that_repeats_is_aligned_where_the_codec_puts_it() -> None:
    tone = np.sin(2 * np.pi * 480 * np.arange(96_000) / 48_000) * 0.5
    posted = np.repeat(tone[:, None], 2, axis=1).astype(np.float32)
    noisy = later(posted) + np.random.default_rng(4).normal(0, 0.02, posted.shape).astype(np.float32)
    received = analysed(received=noisy, posted=posted)
    assert received.lag_start_ms == pytest.approx(6.5, abs=0.1)
    assert received.lag_drift_ms == pytest.approx(0, abs=0.1)
    assert received.correlation > 0.95


def test_stereo_of_opposite_phase_is_recognised() -> None:
    posted = np.concatenate([POSTED[:, :1], -POSTED[:, :1]], axis=1)
    assert analysed(posted=posted).correlation == pytest.approx(1)


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_truncated_recording_is_analysed_as_far_as_it_goes(share: float) -> None:
    frames = int(250 * share)
    received = analysed(log(frames), later(POSTED)[: frames * FRAME_SAMPLES])
    assert (received.frames_spanned, received.frames_posted) == (frames, 250)
    assert received.correlation == pytest.approx(1)
    assert received.lag_drift_ms == pytest.approx(0, abs=0.01)


def test_an_empty_recording_or_track_is_no_error() -> None:
    nothing = np.zeros((0, 2), np.float32)
    silence = np.zeros_like(POSTED)
    for packets, received, posted in (
        ([], nothing, POSTED),
        (log(250), silence, POSTED),
        (log(250), POSTED, nothing),
    ):
        analysis = analyse_packets(packets, received, posted)
        assert analysis.correlation == 0
        assert analysis.lag_start_ms is analysis.lag_end_ms is analysis.lag_drift_ms is None
    assert analyse_packets(log(250), silence, silence).frames_silent == 0


def test_gaps_are_measured_by_arrivals() -> None:
    packets = log(101)
    late = [replace(p, arrival_s=p.arrival_s + (0.03 if i >= 50 else 0)) for i, p in enumerate(packets)]
    gaps = analysed(late).gap_ms
    assert gaps.p50 == pytest.approx(20)
    assert gaps.max == pytest.approx(50)


def test_spurts_end_with_silence_frames_a_gap_or_a_new_clock() -> None:
    packets = log(100)
    for i in (30, 31, 32, 33, 34):
        packets[i] = replace(packets[i], kind=Kind.SILENCE)
    packets[10] = replace(packets[10], kind=Kind.SILENCE)
    packets[60:] = [replace(p, arrival_s=p.arrival_s + 1) for p in packets[60:]]
    packets[80:] = [replace(p, timestamp=(p.timestamp + 2**31) % 2**32) for p in packets[80:]]
    spurts = Recording(tuple(packets)).spurts()
    assert [len(spurt) for spurt in spurts] == [30, 25, 20, 20]
    assert len(Recording.joined(spurts)) == 95
    assert Recording(()).spurts() == []


def test_an_interval_is_cut_out_of_a_recording() -> None:
    recording = Recording(tuple(log(100)))
    assert len(recording.between(100.19, 100.79)) == 30


def test_a_recording_is_written_as_16_bit_stereo(tmp_path: Path) -> None:
    write_wav(tmp_path / "heard.wav", np.array([[0.5, -0.5], [2.0, -2.0]], np.float32))
    rate, samples = wavfile.read(tmp_path / "heard.wav")
    assert rate == 48_000
    assert samples.tolist() == [[16384, -16384], [32767, -32767]]
