"""A recording of a listener: its packets, and the sound in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from rehearsal.voice.rtp import CHANNELS, FRAME_SAMPLES, OPUS_SILENCE, SAMPLE_RATE

Pcm = NDArray[np.float32]
"""Shape (samples, 2), 48 kHz, full scale at −1 and 1."""

QUIET_FRAMES: Final = 5
"""Frames of Opus silence in a row that end a talk spurt (Discord, "Voice Data Interpolation")."""

GAP_S: Final = 0.3
"""A pause in arrivals that ends a talk spurt: longer than jitter, shorter than a pause between pieces."""

JUMP_SAMPLES: Final = 60 * SAMPLE_RATE
"""A step of the RTP timestamp that is a new stream and no loss: a minute."""


class Kind(Enum):
    """The content of an Opus frame, by its first byte (RFC 6716 section 3.1)."""

    CELT = "celt"
    HYBRID = "hybrid"
    SILK = "silk"
    SILENCE = "silence"
    """The frame f8 ff fe that clients send to end a talk spurt."""
    UNKNOWN = "unknown"
    """Could not be decrypted."""

    @classmethod
    def of(cls, frame: bytes) -> Kind:
        """Return the kind of a decrypted frame."""
        if frame == OPUS_SILENCE:
            return cls.SILENCE
        if not frame:
            return cls.UNKNOWN
        config = frame[0] >> 3
        return cls.SILK if config < 12 else cls.HYBRID if config < 16 else cls.CELT


@dataclass(frozen=True, slots=True)
class ReceivedPacket:
    """One RTP packet as it reached a listener."""

    arrival_s: float
    """On `time.monotonic()`'s clock, as early as the system tells it."""
    ssrc: int
    sequence: int
    """0 to 65,535."""
    timestamp: int
    """Samples at 48 kHz, modulo 2^32."""
    encrypted: bool
    """True if it came as a DAVE frame."""
    decrypted: bool
    """True if it is audible: decrypted, or the silence frame that needs no encryption."""
    kind: Kind
    frame: bytes
    """The Opus frame; empty if it could not be decrypted."""

    @property
    def is_music(self) -> bool:
        """True for every frame but those that fill and end a talk spurt."""
        return self.kind is not Kind.SILENCE


def steps(numbers: Iterable[int], modulus: int) -> Iterator[int]:
    """Yield the differences of a counter that wraps at `modulus`, each in −modulus/2 … modulus/2."""
    before: int | None = None
    for number in numbers:
        if before is not None:
            yield (number - before + modulus // 2) % modulus - modulus // 2
        before = number


def positions(packets: Sequence[ReceivedPacket]) -> list[int]:
    """Return the start of each packet, in samples after the first; a late packet may come before it."""
    at = [0]
    for step in steps((p.timestamp for p in packets), 1 << 32):
        at.append(at[-1] + step)
    return at


@dataclass(frozen=True)
class Recording:
    """Packets of one sender in the order of their arrival, all on one RTP clock."""

    packets: tuple[ReceivedPacket, ...]

    def __len__(self) -> int:
        return len(self.packets)

    def pcm(self) -> Pcm:
        """Decode it all, placed by RTP timestamp; frames that were lost or not decrypted are silence.

        By FFmpeg's own Opus decoder, which is independent of the libopus that encodes. It takes some 90 µs
        per frame (measured), so call it after the music or in a thread.
        """
        if not self.packets:
            return np.zeros((0, CHANNELS), np.float32)
        at = positions(self.packets)
        first = min(at)
        sound = np.zeros((max(at) - first + FRAME_SAMPLES, CHANNELS), np.float32)
        decoder = Decoder()
        done = set()
        for position, packet in sorted(zip(at, self.packets, strict=True), key=lambda pair: pair[0]):
            if packet.frame and position not in done:
                done.add(position)
                frame = decoder.pcm(packet.frame)
                start = position - first
                sound[start : start + len(frame)] = frame[: len(sound) - start]
        return sound

    def trimmed(self) -> Recording:
        """Return the recording from its first to its last frame of music."""
        music = [i for i, packet in enumerate(self.packets) if packet.is_music]
        return Recording(self.packets[music[0] : music[-1] + 1] if music else ())

    def between(self, start_s: float, end_s: float) -> Recording:
        """Return the packets that arrived in this interval of `time.monotonic()`."""
        return Recording(tuple(p for p in self.packets if start_s <= p.arrival_s < end_s))

    def spurts(self, quiet_frames: int = QUIET_FRAMES, gap_s: float = GAP_S) -> list[Recording]:
        """Split into talk spurts, each from its first to its last frame of music.

        A spurt ends with `quiet_frames` silence frames in a row, a gap of `gap_s` in arrivals, or a new RTP
        clock.
        """
        result: list[Recording] = []
        start = quiet = 0
        clock = [0, *steps((p.timestamp for p in self.packets), 1 << 32)]
        for i, packet in enumerate(self.packets):
            fresh = abs(clock[i]) > JUMP_SAMPLES
            paused = i > 0 and packet.arrival_s - self.packets[i - 1].arrival_s > gap_s
            if fresh or paused or (packet.is_music and quiet >= quiet_frames):
                result.append(Recording(self.packets[start:i]).trimmed())
                start = i
            quiet = 0 if packet.is_music else quiet + 1
        result.append(Recording(self.packets[start:]).trimmed())
        return [spurt for spurt in result if spurt.packets]

    @staticmethod
    def joined(spurts: Iterable[Recording]) -> Recording:
        """Join several spurts into one recording, e.g. of a piece that was paused."""
        return Recording(tuple(packet for spurt in spurts for packet in spurt.packets))


class Decoder:
    """FFmpeg's Opus decoder for one stream of frames."""

    def __init__(self) -> None:
        self._context = av.AudioCodecContext.create("opus", "r")
        self._context.sample_rate = SAMPLE_RATE
        self._context.layout = "stereo"

    def pcm(self, frame: bytes) -> Pcm:
        """Decode one frame to samples; an unreadable one becomes 20 ms of silence."""
        try:
            decoded = [f.to_ndarray() for f in self._context.decode(av.Packet(frame))]
        except av.FFmpegError:
            decoded = []
        if not decoded:
            return np.zeros((FRAME_SAMPLES, CHANNELS), np.float32)
        return np.asarray(np.concatenate(decoded, axis=1).T, np.float32)

    def decode(self, frame: bytes) -> bytes:
        """Decode one frame to 16 bits, little-endian, left and right in turn."""
        return (np.clip(self.pcm(frame), -1, 1) * 32_767).astype("<i2").tobytes()
