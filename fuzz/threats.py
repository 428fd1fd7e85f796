"""The hostile files of the catalogue through media processes, with what each costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from audio.media.wanted import Use, Wanted
from audio.units import SAMPLE_RATE
from fuzz.catalogue.every import THREATS
from fuzz.pool import pool_of
from fuzz.trial import Result, Verdict, attempt

MAX_CPU_SECONDS: Final = 2.5
"""Processor time within which the process must be killed that reads a container for ever: the system counts
whole seconds, and a tenth is lost at each end."""


def try_all(names: Sequence[str], processes: int) -> Iterator[tuple[str, Result]]:
    """Yield the names of threats and what became of each."""
    with pool_of(processes) as trials:
        yield from zip(names, trials.map(_try, names), strict=True)


def harmless(name: str, result: Result) -> bool:
    """Return True if a threat was refused with a sentence soon enough, or heard where it may be."""
    if result.verdict is Verdict.HEARD:
        return THREATS[name].may_be_heard
    if result.verdict in (Verdict.CPU, Verdict.DEADLINE):  # while the container was read; on a busy machine
        return result.cpu_seconds < MAX_CPU_SECONDS
    return result.verdict in (Verdict.REFUSED, Verdict.MEMORY)


def table(results: Mapping[str, Result]) -> str:
    """Return a line for each threat, and one about all."""
    width = max(map(len, results))
    lines = [
        f"{name:{width}}  {result.cpu_seconds:5.2f} s  {result.peak_bytes / 10**6:4.0f} MB  "
        f"{result.verdict} {result.detail}{'' if harmless(name, result) else '  ← not harmless'}"
        for name, result in results.items()
    ]
    slowest = max(results, key=lambda name: results[name].cpu_seconds)
    largest = max(results, key=lambda name: results[name].peak_bytes)
    harmful = sum(not harmless(name, result) for name, result in results.items())
    return "\n".join(
        [
            *lines,
            "",
            f"{len(results)} hostile files, {harmful} not harmless; at most "
            f"{results[slowest].cpu_seconds:.2f} s of processor time ({slowest}) and "
            f"{results[largest].peak_bytes / 10**6:.0f} MB ({largest})",
        ]
    )


def _try(name: str) -> Result:
    data = THREATS[name].make()
    return attempt(data, Wanted(Use.END, SAMPLE_RATE, 2), "file")
