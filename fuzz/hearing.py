"""The good and odd files of the catalogue through media processes, and whether each is heard rightly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from audio.media.wanted import Use, Wanted
from audio.units import SAMPLE_RATE
from fuzz.catalogue.every import CASES
from fuzz.pool import pool_of
from fuzz.trial import Result, Verdict, attempt

WITHIN_HERTZ: Final = 15.0
"""How far a pitch may be off: codecs for speech are not exact."""

PITCH_SECONDS: Final = 0.5
"""Length of the sound whose pitch is measured."""

_WANTED: Final = Wanted(Use.WHOLE, SAMPLE_RATE, 2)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What became of a file."""

    result: Result
    seconds: float
    """Length of the sound."""
    hertz: tuple[float, float]
    """Pitch at the beginning and at the end; 0 without sound."""

    def __str__(self) -> str:
        if self.result.verdict is not Verdict.HEARD:
            return f"{self.result.verdict} ({self.result.detail})"
        return f"heard, {self.seconds:.2f} s of {self.hertz[0]:.0f} to {self.hertz[1]:.0f} Hz"


def hear_all(names: Sequence[str], processes: int) -> Iterator[tuple[str, Hearing]]:
    """Yield the names of cases and what is heard of each."""
    with pool_of(processes) as trials:
        yield from zip(names, trials.map(_hear, names, chunksize=8), strict=True)


def right(name: str, hearing: Hearing) -> bool:
    """Return True if a file is heard or refused as its case says."""
    case = CASES[name]
    if case.refused:
        return hearing.result.verdict is Verdict.REFUSED and hearing.result.detail in case.refused
    return (
        hearing.result.verdict is Verdict.HEARD
        and abs(hearing.seconds - case.seconds) <= case.within
        and (case.hertz is None or all(abs(hertz - case.hertz) <= WITHIN_HERTZ for hertz in hearing.hertz))
    )


def _hear(name: str) -> Hearing:
    blocks: list[bytes] = []
    result = attempt(CASES[name].make(), _WANTED, "file", lambda size, block: blocks.append(block))
    pcm = np.frombuffer(b"".join(blocks), _WANTED.dtype).reshape(-1, _WANTED.channels)[:, 0]
    part = round(PITCH_SECONDS * _WANTED.rate)
    return Hearing(result, len(pcm) / _WANTED.rate, (_pitch(pcm[:part]), _pitch(pcm[-part:])))


def _pitch(pcm: np.ndarray) -> float:
    """Return the frequency [Hz] of the highest peak of the spectrum."""
    if not pcm.any():
        return 0.0
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)), n=4 * _WANTED.rate))
    return float(np.argmax(spectrum)) / 4
