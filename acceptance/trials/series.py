"""A series of trials in parallel processes, each with one bot and one loopback Discord."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import multiprocessing
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from acceptance.trials.outcome import Outcome, table
from acceptance.trials.trial import try_fault
from audio.errors import BuskerError
from rehearsal.faults.every import FAULTS

if TYPE_CHECKING:
    from bot.config.settings import Settings
    from rehearsal.faults.fault import Fault

EVERY: Final = "all"
"""The name for all faults."""

LIST: Final = "list"
"""Prints the faults instead of playing them."""

TRIALS_AT_ONCE: Final = 4
"""A trial mostly waits: two cores play four of them without disturbing the sound."""


class UnknownFault(BuskerError):
    """There is no fault with that name."""


def chosen(names: str) -> list[Fault]:
    """Return the faults of a list like `moved,kicked`, or all. Raises UnknownFault."""
    if names == EVERY:
        return list(FAULTS.values())
    unknown = [name for name in names.split(",") if name not in FAULTS]
    if unknown:
        raise UnknownFault(f"There is no fault “{unknown[0]}”; --faults list shows all.")
    return [FAULTS[name] for name in names.split(",")]


def listed() -> str:
    """Return a line for each fault: its name, kind and sentence."""
    width = max(map(len, FAULTS))
    return "\n".join(
        f"{fault.name:{width}}  {fault.kind.value:10}  {fault.sentence}" for fault in FAULTS.values()
    )


async def main(settings: Settings, names: str, out: Path, *, as_json: bool) -> int:
    """Play the faults and print the outcomes to standard output; return 1 if a requirement failed, else 0."""
    if names == LIST:
        print(listed())
        return 0
    faults = chosen(names)

    def progress(outcome: Outcome) -> None:
        summary = "; ".join(outcome.failures) or "passed"
        print(f"{outcome.fault} ({outcome.seconds:.0f} s): {summary}", file=sys.stderr, flush=True)

    outcomes = await series(faults, settings, out / "faults", progress)
    results = {"faults": [outcome.as_dict() for outcome in outcomes]}
    print(json.dumps(results, indent=2) if as_json else f"\n{table(outcomes)}", flush=True)
    return int(any(outcome.failures for outcome in outcomes))


async def series(
    faults: Sequence[Fault], settings: Settings, folder: Path, progress: Callable[[Outcome], None]
) -> list[Outcome]:
    """Return the outcomes in the order of the faults; `progress` gets each one as soon as it is known.

    Faults that compose with the model run last and one at a time: it needs the processor for itself.
    """
    heavy = [fault for fault in faults if fault.needs_engine_process or settings.engine.kind != "tone"]
    light = [fault for fault in faults if fault not in heavy]
    results: dict[str, Outcome] = {}
    for group, at_once in ((light, TRIALS_AT_ONCE), (heavy, 1)):
        if not group:
            continue
        processes = ProcessPoolExecutor(at_once, mp_context=multiprocessing.get_context("spawn"))
        try:
            loop = asyncio.get_running_loop()
            trials = [
                loop.run_in_executor(processes, _try_in_process, fault.name, settings, folder / fault.name)
                for fault in group
            ]
            for trial in asyncio.as_completed(trials):
                outcome = await trial
                results[outcome.fault] = outcome
                progress(outcome)
        finally:
            for process in multiprocessing.active_children():
                process.kill()  # a thread that a bot left behind would block it forever
            processes.shutdown()
    return [results[fault.name] for fault in faults]


def _try_in_process(name: str, settings: Settings, folder: Path) -> Outcome:
    """Run one trial in a process of the series, with its log beside its tracks."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.flac"), *folder.glob("store.sqlite*")):  # of an earlier series
        old.unlink()
    logging.basicConfig(
        filename=folder / "log.txt",
        filemode="w",
        level=logging.DEBUG,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    with (folder / "stderr.txt").open("w") as stderr, contextlib.redirect_stderr(stderr):
        return asyncio.run(try_fault(FAULTS[name], settings, folder))
