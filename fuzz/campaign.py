"""Many damaged files through media processes, in several processes of the fuzzer."""

from __future__ import annotations

import gc
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from audio.media.wanted import Use, Wanted
from audio.units import SAMPLE_RATE
from fuzz.mutations import mutated
from fuzz.pool import pool_of, prepare
from fuzz.trial import Result, Verdict, attempt

BATCH: Final = 250
"""Files that a process tries before it reports."""

_RATES: Final = (32_000, 44_100, SAMPLE_RATE)
_SUFFIXES: Final = ("", ".wav", ".mp3", ".m4a", ".ogg", ".aac", ".flac", ".webm", ".wma")


class Plan(NamedTuple):
    """What is tried: files number `first` to `first + files`, each made from its number and the seed."""

    seed: int
    first: int
    files: int
    folder: Path
    """Findings are kept here."""

    def name_of(self, number: int) -> str:
        """Return the seed of one file; it makes the same file from the same corpus."""
        return f"{self.seed}:{number}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that hurt."""

    seed: str
    base: str
    """The file that it was."""
    damage: tuple[str, ...]
    result: Result
    path: Path


@dataclass(slots=True)
class Tally:
    """The results of some files."""

    results: Counter[tuple[Verdict, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    files: int = 0
    cpu_seconds: float = 0.0
    max_cpu: tuple[float, str] = (0.0, "")
    """The most processor time of a file [s], and its seed."""
    max_peak: tuple[int, str] = (0, "")
    """The most memory of a process [bytes], and its file's seed."""

    def add(self, seed: str, result: Result) -> None:
        """Count one result."""
        self.files += 1
        self.results[result.verdict, result.detail] += 1
        self.cpu_seconds += result.cpu_seconds
        self.max_cpu = max(self.max_cpu, (result.cpu_seconds, seed))
        self.max_peak = max(self.max_peak, (result.peak_bytes, seed))

    def merge(self, other: Tally) -> None:
        """Add the results of other files."""
        self.files += other.files
        self.results += other.results
        self.findings += other.findings
        self.cpu_seconds += other.cpu_seconds
        self.max_cpu = max(self.max_cpu, other.max_cpu)
        self.max_peak = max(self.max_peak, other.max_peak)


def run(
    corpus: dict[str, bytes], plan: Plan, processes: int, seconds: float, progress: Callable[[Tally], None]
) -> Tally:
    """Try the files of a plan, or as many as begin within `seconds`; `progress` gets the tally so far."""
    until = time.monotonic() + seconds
    total = Tally()
    end = plan.first + plan.files
    batches = [range(begin, min(begin + BATCH, end)) for begin in range(plan.first, end, BATCH)]
    with _pool(corpus, processes) as trials:
        for tally in trials.map(partial(_try_batch, plan, until), batches):
            total.merge(tally)
            progress(total)
    return total


_names: list[str] = []
_corpus: list[bytes] = []


def _prepare(names: Sequence[str], corpus: Sequence[bytes]) -> None:
    """Begin a process with the corpus, which no fork copies."""
    _names[:], _corpus[:] = names, corpus
    prepare()
    gc.collect()
    gc.freeze()


def _try_batch(plan: Plan, until: float, numbers: range) -> Tally:
    tally = Tally()
    plan.folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        if time.monotonic() > until:
            break
        seed = plan.name_of(number)
        data, index, damage = mutated(_corpus, seed)
        result = attempt(data, *_wanted(seed))
        tally.add(seed, result)
        if not result.verdict.fine:
            path = plan.folder / f"{seed.replace(':', '-')}{Path(_names[index]).suffix}"
            path.write_bytes(data)
            tally.findings.append(Finding(seed, _names[index], damage, result, path))
    return tally


def _wanted(seed: str) -> tuple[Wanted, str]:
    """Return what is wanted of the file of a seed, and the name that it has."""
    chance = random.Random(f"{seed} wanted")
    use = chance.choice((Use.END, Use.END, Use.WHOLE, Use.BEGINNING, Use.TAGS))
    wanted = Wanted(use, chance.choice(_RATES), chance.choice((1, 2)))
    return wanted, "file" + chance.choice(_SUFFIXES)


def try_one(corpus: dict[str, bytes], seed: str, folder: Path) -> Finding:
    """Try one file again and keep it, whatever becomes of it."""
    folder.mkdir(parents=True, exist_ok=True)
    with _pool(corpus, 1) as trials:
        return trials.submit(_try_one, seed, folder).result()


def _try_one(seed: str, folder: Path) -> Finding:
    data, index, damage = mutated(_corpus, seed)
    path = folder / seed.replace(":", "-")
    path.write_bytes(data)
    return Finding(seed, _names[index], damage, attempt(data, *_wanted(seed)), path)


def _pool(corpus: dict[str, bytes], processes: int) -> ProcessPoolExecutor:
    """Return processes of the fuzzer, each with the corpus."""
    return pool_of(processes, _prepare, list(corpus), list(corpus.values()))
