"""Many trials: several processes beside each other, one bot and one loopback Discord in each."""

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
LIST: Final = "list"

TRIALS_AT_ONCE: Final = 4
"""A trial mostly listens: two cores play four of them without disturbing the sound."""


class UnknownFault(BuskerError):
    """There is no fault of that name."""


def chosen(names: str) -> list[Fault]:
    """The faults of a list like `moved,kicked`, or all. Raises UnknownFault."""
    if names == EVERY:
        return list(FAULTS.values())
    unknown = [name for name in names.split(",") if name not in FAULTS]
    if unknown:
        raise UnknownFault(f"There is no fault “{unknown[0]}”; --faults list shows all.")
    return [FAULTS[name] for name in names.split(",")]


def listed() -> str:
    """A line for each fault: its name, whether it can be survived, and what happens."""
    width = max(map(len, FAULTS))
    return "\n".join(
        f"{fault.name:{width}}  {fault.kind.value:10}  {fault.sentence}" for fault in FAULTS.values()
    )


async def main(settings: Settings, names: str, out: Path, *, as_json: bool) -> int:
    """Play the faults, print what was found to standard output; 1 if a promise was broken, else 0."""
    if names == LIST:
        print(listed())
        return 0
    faults = chosen(names)

    def tell(outcome: Outcome) -> None:
        said = "; ".join(outcome.broken) or "kept"
        print(f"{outcome.fault} ({outcome.seconds:.0f} s): {said}", file=sys.stderr, flush=True)

    outcomes = await series(faults, settings, out / "faults", tell)
    found = {"faults": [outcome.as_dict() for outcome in outcomes]}
    print(json.dumps(found, indent=2) if as_json else f"\n{table(outcomes)}", flush=True)
    return int(any(outcome.broken for outcome in outcomes))


async def series(
    faults: Sequence[Fault], settings: Settings, folder: Path, tell: Callable[[Outcome], None]
) -> list[Outcome]:
    """Every outcome, in the order of the faults; each one is told as soon as it is known.

    Those that compose with the model come last and one after the other: it needs the processor for itself.
    """
    heavy = [fault for fault in faults if fault.needs_engine_process or settings.engine.kind != "tone"]
    light = [fault for fault in faults if fault not in heavy]
    found: dict[str, Outcome] = {}
    for group, at_once in ((light, TRIALS_AT_ONCE), (heavy, 1)):
        if not group:
            continue
        processes = ProcessPoolExecutor(at_once, mp_context=multiprocessing.get_context("spawn"))
        try:
            loop = asyncio.get_running_loop()
            trials = [
                loop.run_in_executor(processes, _tried, fault.name, settings, folder / fault.name)
                for fault in group
            ]
            for trial in asyncio.as_completed(trials):
                outcome = await trial
                found[outcome.fault] = outcome
                tell(outcome)
        finally:
            for process in multiprocessing.active_children():
                process.kill()  # a thread that a bot has left behind would hold it for ever
            processes.shutdown()
    return [found[fault.name] for fault in faults]


def _tried(name: str, settings: Settings, folder: Path) -> Outcome:
    """In a process of the series: one trial, with its log beside its tracks."""
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
