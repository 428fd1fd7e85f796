"""Where in a posted piece each heard frame belongs: what was skipped, repeated, or filled with silence.

RTP clocks do not tell: a connection that was built anew starts another one. So the sound itself does. Sender
and track cut the piece into the same frames of 20 ms, and the decoder's delay is known, so a heard frame is
compared with each posted one at a single offset; the likeliest way through the piece is then found by
Viterbi's algorithm. It goes on by one frame at a time, and whatever else it does has a price.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from rehearsal.voice.hearing import AUDIBLE, CODEC_DELAY_SAMPLES
from rehearsal.voice.recording import GAP_S, HeardPacket, Pcm, Recording, steps
from rehearsal.voice.rtp import CHANNELS, FRAME_SAMPLES

JUMP_PRICE = 2.0
"""What going on elsewhere in the piece costs, in frames that are wholly alike: music repeats itself."""
PAUSE_WORTH = 0.9
"""What a silent frame counts as a pause; one that is silent in the piece, too, counts 1."""
NEVER = -1e9
SILENCE_PACKETS = 5
"""So many end sound before a pause (Discord's developer documentation, "Voice Data Interpolation")."""


@dataclass(frozen=True)
class Placing:
    """The frames of music that reached somebody, in the order in which they were sent.

    `arrival_s` on `time.monotonic()`'s clock, `place` the index of the posted frame (20 ms each) or −1 for
    silence that is not in the piece; both shaped (frames,).
    """

    arrival_s: NDArray[np.float64]
    place: NDArray[np.int64]
    frames_posted: int
    packets_doubled: int
    """Packets that came again, as the network may do; not what a sender repeats."""

    @property
    def frames_skipped(self) -> int:
        """Posted frames, from the first one to the last one heard, that nobody heard."""
        heard = self.place[self.place >= 0]
        return int(heard.max()) + 1 - len(np.unique(heard)) if len(heard) else 0

    @property
    def frames_repeated(self) -> int:
        """Frames that had been heard before."""
        heard = self.place[self.place >= 0]
        return len(heard) - len(np.unique(heard))

    @property
    def frames_left(self) -> int:
        """Posted frames behind the last one heard."""
        return self.frames_posted - 1 - int(self.place.max(initial=-1))

    @property
    def heard_at(self) -> NDArray[np.float64]:
        """When each frame of the piece arrived, silence left out, ascending."""
        return np.sort(self.arrival_s[self.place >= 0])

    def dead_air_s(self, excused: Sequence[tuple[float, float]] = (), since_s: float | None = None) -> float:
        """The longest time without music up to the last frame, less the 20 ms of a frame.

        It counts from `since_s` on, or from the first frame. `excused` are stretches in which nobody could
        hear anything: they are left out. All on `time.monotonic()`'s clock.
        """
        at = self.heard_at if since_s is None else np.concatenate(([since_s], self.heard_at))
        longest = 0.0
        for before, after in itertools.pairwise(at):
            quiet = float(after - before) - sum(
                max(0.0, min(after, end) - max(before, begin)) for begin, end in excused
            )
            longest = max(longest, quiet - FRAME_SAMPLES / 48_000)
        return longest


def placed(recordings: Sequence[Recording], posted: Pcm) -> Placing:
    """Place what several listeners heard of one sender; decodes it, so better in a thread.

    A packet that more than one of them got counts once. `posted` shaped (samples, 2), at the volume it was
    played at; a piece of 10 s takes a fifth of a second.
    """
    packets: dict[tuple[int, int], HeardPacket] = {}
    doubled = 0
    for recording in recordings:
        seen = set()
        for packet in recording.packets:
            key = packet.ssrc, packet.sequence
            doubled += key in seen
            seen.add(key)
            packets.setdefault(key, packet)
    passages = _passages(sorted(packets.values(), key=lambda packet: packet.arrival_s))
    arrival_s = [p.arrival_s for passage in passages for p in passage.packets]
    heard = np.concatenate([_frames(passage) for passage in passages] or [_cut(posted[:0])])
    missing = np.array([m for passage in passages for m in passage.missing], np.int64)
    place = _way(heard, _cut(posted), missing)
    return Placing(np.array(arrival_s, np.float64), place, ceil(len(posted) / FRAME_SAMPLES), doubled)


@dataclass(frozen=True)
class _Passage:
    """Frames that one decoder can decode in a row, and how many were lost on the way before each of them."""

    packets: list[HeardPacket]
    missing: list[int]


def _passages(packets: Sequence[HeardPacket]) -> list[_Passage]:
    """What can be heard, cut where the RTP clock changes or sound pauses."""
    by_source: dict[int, list[HeardPacket]] = {}
    for packet in packets:
        by_source.setdefault(packet.ssrc, []).append(packet)
    passages: list[_Passage] = []
    for source in by_source.values():
        numbers = np.cumsum([0, *steps((p.sequence for p in source), 1 << 16)])
        before: HeardPacket | None = None
        before_number = silences = 0
        for index in np.argsort(numbers, kind="stable"):
            packet, number = source[index], int(numbers[index])
            if not packet.is_music:
                silences += 1
                continue
            if not packet.decrypted:
                continue  # nobody hears it: lost
            step = 1 if before is None else number - before_number
            if before is None or _pauses(before, packet, step):
                passages.append(_Passage([], []))
                silences = max(silences, SILENCE_PACKETS)  # who was muted was not heard to end
            passages[-1].packets.append(packet)
            passages[-1].missing.append(max(0, step - 1 - silences))
            before, before_number, silences = packet, number, 0
    return passages


def _pauses(before: HeardPacket, after: HeardPacket, step: int) -> bool:
    passed = (after.timestamp - before.timestamp) % (1 << 32)
    return passed != step * FRAME_SAMPLES or after.arrival_s - before.arrival_s > GAP_S


def _frames(passage: _Passage) -> NDArray[np.float32]:
    """The sound of each packet, moved back by the codec's delay: (frames, samples of both channels)."""
    sound = np.pad(Recording(tuple(passage.packets)).pcm(), ((0, FRAME_SAMPLES), (0, 0)))
    first = passage.packets[0].timestamp
    starts = [(p.timestamp - first) % (1 << 32) + CODEC_DELAY_SAMPLES for p in passage.packets]
    return np.stack([sound[start : start + FRAME_SAMPLES].ravel() for start in starts])


def _cut(posted: Pcm) -> NDArray[np.float32]:
    """A piece as frames, the last one filled with silence; the same shape as `_frames`."""
    frames = ceil(len(posted) / FRAME_SAMPLES)
    whole = np.pad(posted, ((0, frames * FRAME_SAMPLES - len(posted)), (0, 0)))
    return whole.reshape(frames, FRAME_SAMPLES * CHANNELS)


def _likeness(heard: NDArray[np.float32], posted: NDArray[np.float32]) -> NDArray[np.float64]:
    """How alike each two frames are, loudness included: 1 is equal, 0 has nothing in common."""
    heard_energy, posted_energy = (np.sum(f.astype(np.float64) ** 2, axis=1) for f in (heard, posted))
    both = heard_energy[:, None] + posted_energy[None, :]
    batch_invariant_matmul: NDArray[np.float64] = np.divide(
        2.0 * (heard @ posted.T), both, out=np.zeros(both.shape), where=both > 0
    )
    quiet = _quiet(heard)[:, None], _quiet(posted)[None, :]
    batch_invariant_matmul[quiet[0] != quiet[1]] = 0.0
    batch_invariant_matmul[quiet[0] & quiet[1]] = 1.0
    return batch_invariant_matmul


def _quiet(frames: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(np.sqrt(np.mean(frames.astype(np.float64) ** 2, axis=1)) < AUDIBLE)


def _way(
    heard: NDArray[np.float32], posted: NDArray[np.float32], missing: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The likeliest place of every heard frame, −1 for a pause; `missing` frames were lost before each."""
    if not len(heard) or not len(posted):
        return np.full(len(heard), -1, np.int64)
    batch_invariant_matmul, quiet = _likeness(heard, posted), _quiet(heard)
    places = np.arange(len(posted))
    playing, pausing = (
        batch_invariant_matmul[0].copy(),
        np.full(len(posted), PAUSE_WORTH if quiet[0] else NEVER),
    )
    came: list[tuple[NDArray[np.int64], NDArray[np.bool_]]] = []
    for row in range(1, len(heard)):
        from_pause = pausing > playing
        best = np.where(from_pause, pausing, playing)
        leap = int(np.argmax(best))
        shift = 1 + int(missing[row])
        straight = np.full(len(posted), NEVER)
        straight[shift:] = best[: max(len(posted) - shift, 0)]
        leaps = best[leap] - JUMP_PRICE > straight
        origin = np.where(leaps, leap, places - shift)
        came.append((origin, from_pause))
        playing = np.where(leaps, best[leap] - JUMP_PRICE, straight) + batch_invariant_matmul[row]
        pausing = best + (PAUSE_WORTH if quiet[row] else NEVER)
    way = np.full(len(heard), -1, np.int64)
    paused = bool(pausing.max() > playing.max())
    at = int(np.argmax(pausing if paused else playing))
    for row in range(len(heard) - 1, -1, -1):
        if not paused:
            way[row] = at
        if row:
            origin, from_pause = came[row - 1]
            at = at if paused else int(origin[at])
            paused = bool(from_pause[at])
    return way
