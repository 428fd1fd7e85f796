"""Alignment of received frames with a posted piece: frames that were skipped, repeated, or silent.

RTP clocks do not show it, since every connection starts a new one, so the sound itself is compared. Sender
and track cut the piece into the same frames of 20 ms, and the decoder's delay is known, so a received frame
is compared with each posted one at a single offset. Viterbi's algorithm then finds the likeliest path through
the piece: the next frame is free, anything else has a penalty.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rehearsal.voice.analysis import AUDIBLE, CODEC_DELAY_SAMPLES
from rehearsal.voice.recording import GAP_S, Pcm, ReceivedPacket, Recording, steps
from rehearsal.voice.rtp import CHANNELS, FRAME_SAMPLES, SAMPLE_RATE

JUMP_PENALTY: Final = 2.0
"""Penalty of a jump in the piece, in fully similar frames: music repeats itself."""

PAUSE_SCORE: Final = 0.9
"""Score of a silent frame as a pause; a frame that is silent in the piece too scores 1."""

IMPOSSIBLE: Final = -1e9
"""Score of a step that cannot happen."""

SILENCE_PACKETS: Final = 5
"""Silent packets that end sound before a pause (Discord's developer documentation, "Voice Data
Interpolation")."""


@dataclass(frozen=True)
class Alignment:
    """The frames of music that reached a listener, in the order in which they were sent.

    `arrival_s` on `time.monotonic()`, `frame_index` the index of the posted frame (20 ms each) or −1 for
    silence that is not in the piece; both shaped (frames,).
    """

    arrival_s: NDArray[np.float64]
    frame_index: NDArray[np.int64]
    frames_posted: int
    packets_doubled: int
    """Packets that the network delivered twice; frames that a sender repeats are others."""

    @property
    def frames_skipped(self) -> int:
        """Posted frames, from the first to the last one received, that were not received."""
        received = self.frame_index[self.frame_index >= 0]
        return int(received.max()) + 1 - len(np.unique(received)) if len(received) else 0

    @property
    def frames_repeated(self) -> int:
        """Frames that had been received before."""
        received = self.frame_index[self.frame_index >= 0]
        return len(received) - len(np.unique(received))

    @property
    def frames_left(self) -> int:
        """Posted frames after the last one received."""
        return self.frames_posted - 1 - int(self.frame_index.max(initial=-1))

    @property
    def received_at(self) -> NDArray[np.float64]:
        """The arrival times of the frames of the piece, without silence, ascending."""
        return np.sort(self.arrival_s[self.frame_index >= 0])

    def dead_air_s(self, excused: Sequence[tuple[float, float]] = (), since_s: float | None = None) -> float:
        """Return the longest time without music up to the last frame, minus the 20 ms of a frame.

        It counts from `since_s`, or from the first frame. `excused` are intervals that do not count, since no
        sound could arrive. All on `time.monotonic()`.
        """
        at = self.received_at if since_s is None else np.concatenate(([since_s], self.received_at))
        longest = 0.0
        for before, after in itertools.pairwise(at):
            quiet = float(after - before) - sum(
                max(0.0, min(after, end) - max(before, begin)) for begin, end in excused
            )
            longest = max(longest, quiet - FRAME_SAMPLES / SAMPLE_RATE)
        return longest


def align(recordings: Sequence[Recording], posted: Pcm) -> Alignment:
    """Align several listeners' recordings of one sender with the piece. Decodes them: better in a thread.

    A packet that several listeners received counts once. `posted` is shaped (samples, 2), at the volume of
    playback. A piece of 10 s takes a fifth of a second.
    """
    packets: dict[tuple[int, int], ReceivedPacket] = {}
    doubled = 0
    for recording in recordings:
        seen = set()
        for packet in recording.packets:
            key = packet.ssrc, packet.sequence
            doubled += key in seen
            seen.add(key)
            packets.setdefault(key, packet)
    segments = _segments(sorted(packets.values(), key=lambda packet: packet.arrival_s))
    arrival_s = [p.arrival_s for segment in segments for p in segment.packets]
    received = np.concatenate(
        [_decode_frames(segment) for segment in segments] or [_split_frames(posted[:0])]
    )
    missing = np.array([m for segment in segments for m in segment.missing], np.int64)
    frame_index = _likeliest_path(received, _split_frames(posted), missing)
    return Alignment(np.array(arrival_s, np.float64), frame_index, ceil(len(posted) / FRAME_SAMPLES), doubled)


@dataclass(frozen=True)
class _Segment:
    """Frames that one decoder can decode in a row, and how many were lost on the way before each of them."""

    packets: list[ReceivedPacket]
    missing: list[int]


def _segments(packets: Sequence[ReceivedPacket]) -> list[_Segment]:
    """Split the packets where the RTP clock changes or sound pauses."""
    by_source: dict[int, list[ReceivedPacket]] = {}
    for packet in packets:
        by_source.setdefault(packet.ssrc, []).append(packet)
    segments: list[_Segment] = []
    for source in by_source.values():
        numbers = np.cumsum([0, *steps((p.sequence for p in source), 1 << 16)])
        before: ReceivedPacket | None = None
        before_number = silences = 0
        for index in np.argsort(numbers, kind="stable"):
            packet, number = source[index], int(numbers[index])
            if not packet.is_music:
                silences += 1
                continue
            if not packet.decrypted:
                continue  # undecryptable: lost
            step = 1 if before is None else number - before_number
            if before is None or _pauses(before, packet, step):
                segments.append(_Segment([], []))
                silences = max(silences, SILENCE_PACKETS)  # a muted sender's silence was not relayed
            segments[-1].packets.append(packet)
            segments[-1].missing.append(max(0, step - 1 - silences))
            before, before_number, silences = packet, number, 0
    return segments


def _pauses(before: ReceivedPacket, after: ReceivedPacket, step: int) -> bool:
    passed = (after.timestamp - before.timestamp) % (1 << 32)
    return passed != step * FRAME_SAMPLES or after.arrival_s - before.arrival_s > GAP_S


def _decode_frames(segment: _Segment) -> NDArray[np.float32]:
    """Return the sound of each packet without the codec's delay: (frames, samples of both channels)."""
    sound = np.pad(Recording(tuple(segment.packets)).pcm(), ((0, FRAME_SAMPLES), (0, 0)))
    first = segment.packets[0].timestamp
    starts = [(p.timestamp - first) % (1 << 32) + CODEC_DELAY_SAMPLES for p in segment.packets]
    return np.stack([sound[start : start + FRAME_SAMPLES].ravel() for start in starts])


def _split_frames(posted: Pcm) -> NDArray[np.float32]:
    """Return a piece as frames, the last one filled with silence; the same shape as `_decode_frames`."""
    frames = ceil(len(posted) / FRAME_SAMPLES)
    whole = np.pad(posted, ((0, frames * FRAME_SAMPLES - len(posted)), (0, 0)))
    return whole.reshape(frames, FRAME_SAMPLES * CHANNELS)


def _similarity(received: NDArray[np.float32], posted: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the similarity of each pair of frames, shaped (received, posted): 1 is equal, 0 unrelated.

    Loudness counts.
    """
    received_energy, posted_energy = (np.sum(f.astype(np.float64) ** 2, axis=1) for f in (received, posted))
    total_energy = received_energy[:, None] + posted_energy[None, :]
    similarity: NDArray[np.float64] = np.divide(
        2.0 * (received @ posted.T), total_energy, out=np.zeros(total_energy.shape), where=total_energy > 0
    )
    quiet = _quiet(received)[:, None], _quiet(posted)[None, :]
    similarity[quiet[0] != quiet[1]] = 0.0
    similarity[quiet[0] & quiet[1]] = 1.0
    return similarity


def _quiet(frames: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(np.sqrt(np.mean(frames.astype(np.float64) ** 2, axis=1)) < AUDIBLE)


def _likeliest_path(
    received: NDArray[np.float32], posted: NDArray[np.float32], missing: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the likeliest index of every received frame, −1 for a pause; `missing` were lost before each."""
    if not len(received) or not len(posted):
        return np.full(len(received), -1, np.int64)
    similarity, quiet = _similarity(received, posted), _quiet(received)
    places = np.arange(len(posted))
    playing, pausing = (
        similarity[0].copy(),
        np.full(len(posted), PAUSE_SCORE if quiet[0] else IMPOSSIBLE),
    )
    origins: list[tuple[NDArray[np.int64], NDArray[np.bool_]]] = []
    for row in range(1, len(received)):
        from_pause = pausing > playing
        best = np.where(from_pause, pausing, playing)
        jump_from = int(np.argmax(best))
        shift = 1 + int(missing[row])
        next_frame = np.full(len(posted), IMPOSSIBLE)
        next_frame[shift:] = best[: max(len(posted) - shift, 0)]
        jumps = best[jump_from] - JUMP_PENALTY > next_frame
        origin = np.where(jumps, jump_from, places - shift)
        origins.append((origin, from_pause))
        playing = np.where(jumps, best[jump_from] - JUMP_PENALTY, next_frame) + similarity[row]
        pausing = best + (PAUSE_SCORE if quiet[row] else IMPOSSIBLE)
    path = np.full(len(received), -1, np.int64)
    paused = bool(pausing.max() > playing.max())
    at = int(np.argmax(pausing if paused else playing))
    for row in range(len(received) - 1, -1, -1):
        if not paused:
            path[row] = at
        if row:
            origin, from_pause = origins[row - 1]
            at = at if paused else int(origin[at])
            paused = bool(from_pause[at])
    return path
