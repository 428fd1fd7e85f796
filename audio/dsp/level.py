"""The running level: every piece is heard about as loud as every other, from its first moments on.

sound ──▶ gain ──▶ limiter ──▶
  │         ▲          │
  └ power ──┴── power ─┘
"""

from __future__ import annotations

from typing import Final

import numpy as np

from audio.dsp.limiter import Limiter
from audio.dsp.loudness import HOP, HOP_SECONDS, Meter, Powers, loudness_of, sounding
from audio.units import Pcm

CHANNEL_LUFS: Final = -16.0
"""How loud music is in the channel at full volume: as loud as podcasts are (AES TD1008), so that nobody
turns a knob between a voice and a piece."""

PRIOR_SECONDS: Final = 0.25
"""What is expected counts as much as this many seconds of sound. Étude's pieces lie 2.7 dB around what is
expected of them, their first 0.6 s lie 2.2 dB around the whole (standard deviations, 12 pieces)."""

MAX_DOUBT_LU: Final = 2.0
"""However little has been heard, the piece is not believed to be softer than that by more: a checkpoint far
louder than expected must not shout for a second."""

OPENING_HOPS: Final = 6
"""A piece is held back at its start until this much of it is known, 0.6 s. Nobody waits for it: the jitter
buffer starts with no less than 0.8 s."""

RISE_DB: Final = 1.0
"""The gain rises by no more in a second: too slow to be heard as a swell, and a quiet introduction does not
make what follows it loud."""

FALL_DB: Final = 4.0
"""It falls faster: what is too loud annoys."""

MAX_GAIN_DB: Final = 14.0
"""Sound quieter than this below the target is meant to be quiet, or is noise."""

MAKING_UP: Final = 2.0
"""For each LU by which what was heard so far is too soft or too loud, the gain is this many dB higher or
lower, so that a beginning unlike the rest is made up for, and what the limiter takes. Without it 14 of 100 of
étude's pieces of 20 s were heard more than 1 LU from the target, with it 2, both hard drums alone, of which
the limiter takes more than is allowed here; their loudness over 3 s moves no more (deviation 0.89 LU, 0.87
without)."""

MAX_MAKEUP_DB: Final = 3.0
"""But never more than this."""

MEMORY_HOPS: Final = 600
"""Only the last minute counts, so that music without end can change."""


class Level:
    """One stream of 48 kHz sound on its way to `CHANNEL_LUFS`, all channels by one gain, and then limited.

    What has sounded so far, gated as BS.1770 does, stands for the piece, together with what is expected of
    it: `expected` LUFS. The gain that a piece opens with is chosen once its opening has come in, so that
    nobody hears it being found. From then on nothing is held back but what the limiter needs: the gain is
    known 100 ms ahead and goes in straight lines from hop to hop. It is a function of the samples so far: how
    they are cut into pushes does not change a bit. One thread at a time.
    """

    def __init__(self, channels: int, expected: float) -> None:
        self._expected = expected
        self._limiter = Limiter(channels)
        self._come = _Known(channels)
        self._heard = _Known(channels)
        self._waiting: Pcm = np.zeros((channels, 0), np.float32)
        self._decibels = 0.0
        self._gains: list[float] = []
        """At the edges of the hops from the one that is begun; one more than are begun."""
        self._into_hop = 0

    def push(self, pcm: Pcm) -> Pcm:
        """What can be given out after `pcm`, shaped (channels, samples), has come in."""
        first = HOP - self._come.samples % HOP
        edges = range(first, pcm.shape[1], HOP)
        return np.concatenate([self._passed(part) for part in np.split(pcm, edges, axis=1)], axis=1)

    def finish(self) -> Pcm:
        """What is still held back."""
        if not self._gains:
            self._open()
        return np.concatenate([self._given(), self._limiter.finish()], axis=1)

    def _passed(self, pcm: Pcm) -> Pcm:
        """The same for no more than the rest of a hop. All that came before it has been heard when it is
        complete, so the cuts of pushes do not matter."""
        self._waiting = np.concatenate([self._waiting, pcm], axis=1)
        given = self._given()
        if self._come.push(pcm):
            self._learn()
        return np.concatenate([given, self._given()], axis=1)

    def _learn(self) -> None:
        """One more hop is known."""
        hops = self._come.samples // HOP
        if hops > OPENING_HOPS:
            step = self._wanted() - self._decibels
            self._decibels += min(max(step, -FALL_DB * HOP_SECONDS), RISE_DB * HOP_SECONDS)
            self._gains.append(_factor(self._decibels))
        elif hops == OPENING_HOPS:
            self._open()

    def _open(self) -> None:
        self._decibels = self._wanted()
        self._gains = [_factor(self._decibels)] * (OPENING_HOPS + 2)

    def _given(self) -> Pcm:
        """What waits, levelled and limited, once the gain is known."""
        if not (self._gains and self._waiting.size):
            return self._waiting[:, :0]
        pcm, self._waiting = self._waiting, self._waiting[:, :0]
        samples = self._into_hop + np.arange(pcm.shape[1])
        gain = np.interp(samples, HOP * np.arange(len(self._gains)), self._gains)
        begun, self._into_hop = divmod(self._into_hop + pcm.shape[1], HOP)
        del self._gains[:begun]
        limited = self._limiter.push((pcm * gain).astype(np.float32))
        self._heard.push(limited)
        return limited

    def _wanted(self) -> float:
        """The gain in dB that what is known so far asks for."""
        believed = self._expected
        if (seen := self._come.loudness) is not None:
            seconds = self._come.sounding_seconds
            believed = (PRIOR_SECONDS * self._expected + seconds * seen) / (PRIOR_SECONDS + seconds)
            believed = max(believed, seen - MAX_DOUBT_LU)
        gain = CHANNEL_LUFS - believed
        if (heard := self._heard.loudness) is not None:
            missing = MAKING_UP * (CHANNEL_LUFS - heard)
            gain += min(max(missing, -MAX_MAKEUP_DB), MAX_MAKEUP_DB)
        return min(gain, MAX_GAIN_DB)


class _Known:
    """How loud one stream has been lately."""

    def __init__(self, channels: int) -> None:
        self.samples = 0
        self._meter = Meter(channels)
        self._powers: Powers = np.zeros(0)
        self._loud: Powers = np.zeros(0)

    def push(self, pcm: Pcm) -> bool:
        """Add sound; whether another hop is complete."""
        self.samples += pcm.shape[1]
        powers = self._meter.push(pcm)
        if len(powers):
            self._powers = np.append(self._powers, powers)[-MEMORY_HOPS:]
            self._loud = sounding(self._powers)
        return bool(len(powers))

    @property
    def sounding_seconds(self) -> float:
        """Seconds of it that count."""
        return len(self._loud) * HOP_SECONDS

    @property
    def loudness(self) -> float | None:
        """In LUFS; None of silence."""
        return loudness_of(float(self._loud.mean())) if len(self._loud) else None


def _factor(decibels: float) -> float:
    return float(10 ** (decibels / 20))
