"""The running level: every piece is heard about as loud as every other, from its first moments on."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from audio.loudness import HOP, HOP_SECONDS, Meter, loudness_of, sounding
from audio.units import Pcm

CHANNEL_LUFS: Final = -16.0
"""How loud music is in the channel at full volume: as loud as podcasts are (AES TD1008), so that nobody
turns a knob between a voice and a piece."""

PRIOR_SECONDS: Final = 0.25
"""What is expected counts as much as this many seconds of sound. Étude's pieces lie 2.7 dB around what is
expected of them, their first 0.6 s lie 2.2 dB around the whole (standard deviations, 12 pieces)."""

MOST_DOUBT_LU: Final = 2.0
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

MOST_GAIN_DB: Final = 10.0
"""Sound quieter than this below the target is meant to be quiet, or is noise."""

MEMORY_HOPS: Final = 600
"""Only the last minute counts, so that music without end can change."""


class Level:
    """One stream of 48 kHz sound on its way to `CHANNEL_LUFS`, all channels by one gain.

    What has sounded so far, gated as BS.1770 does, stands for the piece, together with what is expected of
    it: `expected` LUFS. The gain that a piece opens with is chosen once its opening has come in, so that
    nobody hears it being found. From then on nothing is held back: the gain is known 100 ms ahead and goes in
    straight lines from hop to hop. It is a function of the samples so far: how they are cut into pushes does
    not change a bit. One thread at a time.
    """

    def __init__(self, channels: int, expected: float) -> None:
        self._expected = expected
        self._meter = Meter(channels)
        self._hops = 0
        self._powers: npt.NDArray[np.float64] = np.zeros(0)
        self._opening: Pcm = np.zeros((channels, 0), np.float32)
        self._decibels = 0.0
        self._gains: list[float] = []
        """At the edges of the hops from the one that is begun; one more than are begun."""
        self._into_hop = 0

    def push(self, pcm: Pcm) -> Pcm:
        """What can be given out after `pcm`, shaped (channels, samples), has come in."""
        for power in self._meter.push(pcm):
            self._learn(power)
        pcm = np.concatenate([self._opening, pcm], axis=1)
        if not self._gains:
            self._opening = pcm
            return pcm[:, :0]
        self._opening = pcm[:, :0]
        return self._levelled(pcm)

    def finish(self) -> Pcm:
        """What is still held back, of a piece that is no longer than its opening."""
        if not self._gains:
            self._open()
        return self._levelled(self._opening)

    def _learn(self, power: float) -> None:
        """One more hop is known."""
        self._hops += 1
        self._powers = np.append(self._powers, power)[-MEMORY_HOPS:]
        if self._hops > OPENING_HOPS:
            step = self._wanted() - self._decibels
            self._decibels += min(max(step, -FALL_DB * HOP_SECONDS), RISE_DB * HOP_SECONDS)
            self._gains.append(_factor(self._decibels))
        elif self._hops == OPENING_HOPS:
            self._open()

    def _open(self) -> None:
        self._decibels = self._wanted()
        self._gains = [_factor(self._decibels)] * (OPENING_HOPS + 2)

    def _levelled(self, pcm: Pcm) -> Pcm:
        edges = np.array(self._gains)
        hop, sample = np.divmod(self._into_hop + np.arange(pcm.shape[1]), HOP)
        gain = edges[hop] + (edges[hop + 1] - edges[hop]) * (sample / HOP)
        begun, self._into_hop = divmod(self._into_hop + pcm.shape[1], HOP)
        del self._gains[:begun]
        levelled: Pcm = (pcm * gain).astype(np.float32)
        return levelled

    def _wanted(self) -> float:
        """The gain in dB that what is known so far asks for."""
        loud = sounding(self._powers)
        believed = self._expected
        if len(loud):
            seconds = len(loud) * HOP_SECONDS
            seen = loudness_of(float(loud.mean()))
            believed = (PRIOR_SECONDS * self._expected + seconds * seen) / (PRIOR_SECONDS + seconds)
            believed = max(believed, seen - MOST_DOUBT_LU)
        return min(CHANNEL_LUFS - believed, MOST_GAIN_DB)


def _factor(decibels: float) -> float:
    return float(10 ** (decibels / 20))
