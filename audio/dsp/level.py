"""The running level: brings every piece to about the same loudness, from its first moments on.

sound ──▶ gain ──▶ limiter ──▶
  │         ▲          │
  └ power ──┴── power ─┘
"""

from __future__ import annotations

from typing import Final

import numpy as np

from audio.dsp.limiter import Limiter
from audio.dsp.loudness import HOP, HOP_SECONDS, Meter, Powers, gated, loudness_of
from audio.units import Pcm

CHANNEL_LUFS: Final = -16.0
"""Loudness of music in the voice channel at full volume: that of podcasts (AES TD1008), so that speech
and music need no change of volume."""

PRIOR_SECONDS: Final = 0.25
"""Weight of the expected loudness, in seconds of sound. Étude's pieces deviate from the expectation by 2.7
dB, their first 0.6 s from the whole piece by 2.2 dB (standard deviations, 12 pieces)."""

MAX_PRIOR_LU: Final = 2.0
"""The expectation lowers the estimate by at most this below the loudness measured so far: a checkpoint far
louder than expected must not be too loud for a second."""

OPENING_HOPS: Final = 6
"""The start of a piece is held back until this much of it has arrived, 0.6 s. It delays nothing: the jitter
buffer starts with no less than 0.8 s."""

RISE_DB: Final = 1.0
"""Maximum rise of the gain per second: too slow to be heard as a swell, and a quiet introduction does not
make what follows too loud."""

FALL_DB: Final = 4.0
"""Maximum fall of the gain per second: faster, since too loud is worse than too soft."""

MAX_GAIN_DB: Final = 14.0
"""Sound farther than this below the target is meant to be quiet, or is noise."""

MAKEUP_RATIO: Final = 2.0
"""Gain correction [dB] for each LU by which the output so far is too soft or too loud. It compensates a
beginning unlike the rest, and loss in the limiter. Without it 14 of 100 of étude's pieces of 20 s ended up
more than 1 LU from the target, with it 2: both are hard drums alone, with more limiting than MAX_MAKEUP_DB
compensates. The short-term loudness (3 s) varies no more with it (deviation 0.89 LU, 0.87 without)."""

MAX_MAKEUP_DB: Final = 3.0
"""Bound of that correction."""

MEMORY_HOPS: Final = 600
"""Only the last minute counts, so that endless music can change."""


class Level:
    """Brings one stream of 48 kHz sound to `CHANNEL_LUFS`, all channels by one gain, then limits it.

    The loudness of the piece is estimated from its sound so far, gated as in BS.1770, and from `expected`
    [LUFS]. The opening gain is chosen once the opening has arrived, so that it is not heard to settle. From
    then on only the limiter holds sound back: the gain is known 100 ms ahead and changes linearly from hop to
    hop. It depends on the samples so far and not on how they are split into pushes, bit for bit. One thread
    at a time.
    """

    def __init__(self, channels: int, expected: float) -> None:
        self._expected = expected
        self._limiter = Limiter(channels)
        self._input = _RunningLoudness(channels)
        self._output = _RunningLoudness(channels)
        self._delayed: Pcm = np.zeros((channels, 0), np.float32)
        self._gain_db = 0.0
        self._gains: list[float] = []
        """Gains at the boundaries of hops, from the start of the current one: one more than there are."""
        self._hop_samples = 0

    def push(self, pcm: Pcm) -> Pcm:
        """Return the sound that `pcm`, shaped (channels, samples), completes."""
        first = HOP - self._input.samples % HOP
        boundaries = range(first, pcm.shape[1], HOP)
        return np.concatenate([self._process(part) for part in np.split(pcm, boundaries, axis=1)], axis=1)

    def finish(self) -> Pcm:
        """Return the sound that is still held back."""
        if not self._gains:
            self._open()
        return np.concatenate([self._release(), self._limiter.finish()], axis=1)

    def _process(self, pcm: Pcm) -> Pcm:
        """Process sound up to the next hop boundary; state changes only there, so chunking cannot matter."""
        self._delayed = np.concatenate([self._delayed, pcm], axis=1)
        due = self._release()
        if self._input.push(pcm):
            self._update_gain()
        return np.concatenate([due, self._release()], axis=1)

    def _update_gain(self) -> None:
        """Choose the gain at the end of the hop that follows the one just completed."""
        hops = self._input.samples // HOP
        if hops > OPENING_HOPS:
            step = self._target_db() - self._gain_db
            self._gain_db += min(max(step, -FALL_DB * HOP_SECONDS), RISE_DB * HOP_SECONDS)
            self._gains.append(_factor(self._gain_db))
        elif hops == OPENING_HOPS:
            self._open()

    def _open(self) -> None:
        self._gain_db = self._target_db()
        self._gains = [_factor(self._gain_db)] * (OPENING_HOPS + 2)

    def _release(self) -> Pcm:
        """Level and limit the delayed sound, once the gain is known."""
        if not (self._gains and self._delayed.size):
            return self._delayed[:, :0]
        pcm, self._delayed = self._delayed, self._delayed[:, :0]
        samples = self._hop_samples + np.arange(pcm.shape[1])
        gain = np.interp(samples, HOP * np.arange(len(self._gains)), self._gains)
        passed, self._hop_samples = divmod(self._hop_samples + pcm.shape[1], HOP)
        del self._gains[:passed]
        limited = self._limiter.push((pcm * gain).astype(np.float32))
        self._output.push(limited)
        return limited

    def _target_db(self) -> float:
        """Return the gain [dB] that fits the sound so far."""
        estimate = self._expected
        if (measured := self._input.loudness) is not None:
            seconds = self._input.gated_seconds
            estimate = (PRIOR_SECONDS * self._expected + seconds * measured) / (PRIOR_SECONDS + seconds)
            estimate = max(estimate, measured - MAX_PRIOR_LU)
        gain = CHANNEL_LUFS - estimate
        if (output := self._output.loudness) is not None:
            makeup = MAKEUP_RATIO * (CHANNEL_LUFS - output)
            gain += min(max(makeup, -MAX_MAKEUP_DB), MAX_MAKEUP_DB)
        return min(gain, MAX_GAIN_DB)


class _RunningLoudness:
    """Measures the loudness of the last MEMORY_HOPS of one stream."""

    def __init__(self, channels: int) -> None:
        self.samples = 0
        self._meter = Meter(channels)
        self._powers: Powers = np.zeros(0)
        self._gated: Powers = np.zeros(0)

    def push(self, pcm: Pcm) -> bool:
        """Add sound; returns True if it completes a hop."""
        self.samples += pcm.shape[1]
        powers = self._meter.push(pcm)
        if len(powers):
            self._powers = np.append(self._powers, powers)[-MEMORY_HOPS:]
            self._gated = gated(self._powers)
        return bool(len(powers))

    @property
    def gated_seconds(self) -> float:
        """Seconds of sound that passed the gates."""
        return len(self._gated) * HOP_SECONDS

    @property
    def loudness(self) -> float | None:
        """Loudness [LUFS], None for silence."""
        return loudness_of(float(self._gated.mean())) if len(self._gated) else None


def _factor(decibels: float) -> float:
    return float(10 ** (decibels / 20))
