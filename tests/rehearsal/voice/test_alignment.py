"""The alignment of received frames: real Opus, recorded by one listener or two, with faults in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from discord.opus import Encoder
from numpy.typing import NDArray

from rehearsal.voice.alignment import Alignment, align
from rehearsal.voice.recording import Kind, ReceivedPacket, Recording
from tests.rehearsal.voice.stage import load_opus, melody, to_pcm16

FRAME = 960
SECONDS = 3
PIECE = melody(SECONDS)


def sent(
    frames: Sequence[int], *, ssrc: int = 1, start_s: float = 100.0, piece: NDArray[np.float32] = PIECE
) -> list[ReceivedPacket]:
    """Return these frames of the piece (−1: silence) as packets of one encoder, every 20 ms."""
    load_opus()
    encoder = Encoder(application="audio", bitrate=96, fec=False, signal_type="music", bandwidth="full")
    packets = []
    for number, index in enumerate(frames):
        sound = np.zeros((FRAME, 2)) if index < 0 else piece[index * FRAME : (index + 1) * FRAME]
        opus = encoder.encode(to_pcm16(np.asarray(sound, np.float32)), FRAME)
        at = start_s + 0.02 * number
        packets.append(
            ReceivedPacket(
                at, ssrc, (65_530 + number) % 65_536, number * FRAME, True, True, Kind.of(opus), opus
            )
        )
    return packets


def aligned(*received: list[ReceivedPacket], piece: NDArray[np.float32] = PIECE) -> Alignment:
    return align([Recording(tuple(packets)) for packets in received], piece)


def figures(alignment: Alignment) -> tuple[int, int, int, int]:
    return (
        alignment.frames_skipped,
        alignment.frames_repeated,
        alignment.frames_left,
        alignment.packets_doubled,
    )


def test_a_complete_recording_is_aligned_frame_by_frame() -> None:
    alignment = aligned(sent(range(150)))
    assert alignment.frame_index.tolist() == list(range(150))
    assert figures(alignment) == (0, 0, 0, 0)
    assert alignment.dead_air_s() == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("skipped", [1, 7, 60])
def test_frames_that_the_sender_skips_are_counted_though_its_clock_runs_on(skipped: int) -> None:
    assert figures(aligned(sent([*range(50), *range(50 + skipped, 150)]))) == (skipped, 0, 0, 0)


@pytest.mark.parametrize("repeated", [1, 5, 40])
def test_frames_that_the_sender_repeats_are_counted(repeated: int) -> None:
    assert figures(aligned(sent([*range(70), *range(70 - repeated, 150)]))) == (0, repeated, 0, 0)


def test_silence_put_into_the_piece_is_neither_skipped_nor_repeated_but_dead_air() -> None:
    alignment = aligned(sent([*range(50), *[-1] * 30, *range(50, 150)]))
    assert figures(alignment) == (0, 0, 0, 0)
    # Opus rings on for a frame where sound stops.
    assert alignment.dead_air_s() == pytest.approx(0.6, abs=0.021)


def test_silence_of_the_piece_itself_is_music() -> None:
    piece = PIECE.copy()
    piece[50 * FRAME : 80 * FRAME] = 0
    alignment = aligned(sent(range(150), piece=piece), piece=piece)
    assert figures(alignment) == (0, 0, 0, 0)
    assert alignment.dead_air_s() < 0.05


def test_a_new_connection_continues_where_the_old_one_stopped() -> None:
    before, after = sent(range(60)), sent(range(60, 150), ssrc=2, start_s=102.0)
    alignment = aligned(before + after)
    assert figures(alignment) == (0, 0, 0, 0)
    assert alignment.dead_air_s() == pytest.approx(0.8, abs=1e-6)
    assert alignment.dead_air_s([(101.3, 101.9)]) == pytest.approx(0.2, abs=1e-6)


def test_frames_lost_between_two_connections_are_counted() -> None:
    assert figures(aligned(sent(range(60)) + sent(range(81, 150), ssrc=2, start_s=102.0))) == (21, 0, 0, 0)


def test_packets_lost_on_the_way_are_skipped_frames() -> None:
    packets = sent(range(150))
    assert figures(aligned([p for n, p in enumerate(packets) if n % 10 != 3])) == (15, 0, 0, 0)


def test_lost_silence_before_a_pause_does_not_confuse_a_repetitive_piece() -> None:
    piece = np.tile(PIECE[: 6 * FRAME], (25, 1))
    before, after = sent(range(60), piece=piece), sent(range(60, 150), piece=piece, start_s=102.0)
    after = [
        replace(packet, sequence=(packet.sequence + 65) % 65_536, timestamp=packet.timestamp + 65 * FRAME)
        for packet in after
    ]
    assert figures(aligned(before + after, piece=piece)) == (0, 0, 0, 0)


def test_reordered_and_duplicate_packets_count_once() -> None:
    packets = sent(range(150))
    packets[40], packets[42] = packets[42], packets[40]
    assert figures(aligned([*packets[:90], packets[88], *packets[90:]])) == (0, 0, 0, 1)


def test_the_recordings_of_two_listeners_complete_each_other() -> None:
    packets = sent(range(150))
    assert figures(aligned(packets[:80], packets[75:])) == (0, 0, 0, 0)


def test_a_piece_that_ends_early_lacks_its_end() -> None:
    assert figures(aligned(sent(range(100)))) == (0, 0, 50, 0)


def test_undecryptable_packets_count_as_skipped() -> None:
    packets = sent(range(150))
    for number in range(30, 40):
        p = packets[number]
        packets[number] = ReceivedPacket(
            p.arrival_s, p.ssrc, p.sequence, p.timestamp, True, False, Kind.UNKNOWN, b""
        )
    assert figures(aligned(packets)) == (10, 0, 0, 0)


def test_an_empty_recording_has_no_frames() -> None:
    alignment = aligned([])
    assert alignment.frames_left == 150
    assert len(alignment.received_at) == 0
