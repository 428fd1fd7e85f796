"""The soak test: one bot plays piece after piece for minutes, with a random fault in each."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from acceptance.trials.census import census
from acceptance.trials.engine import CountedEngine, engine_for
from acceptance.trials.outcome import Outcome, table
from acceptance.trials.trial import Trial, running_scene, settings_for_trials
from rehearsal.faults.every import FAULTS
from rehearsal.faults.fault import Kind, Moment
from rehearsal.faults.scene import Scene

if TYPE_CHECKING:
    from bot.config.settings import Settings

SURVIVABLE: Final = tuple(
    fault
    for fault in FAULTS.values()
    if fault.kind is Kind.SURVIVABLE and fault.moment is Moment.MUSIC and not fault.needs_engine_process
)


async def main(settings: Settings, minutes: float, seed: int, out: Path, *, as_json: bool) -> int:
    """Soak and print the outcomes to standard output; return 1 if a requirement failed, else 0."""
    folder = out / "soak"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("store.sqlite*"):
        old.unlink()
    outcomes, left_over = await soak(settings, minutes, seed, folder)
    if as_json:
        results = {"faults": [outcome.as_dict() for outcome in outcomes], "left_over": left_over}
        print(json.dumps(results, indent=2), flush=True)
    else:
        print(f"\n{table(outcomes)}")
        print(f"Left over after {len(outcomes)} pieces: {', '.join(left_over) or 'nothing'}.", flush=True)
    return int(bool(left_over) or any(outcome.failures for outcome in outcomes))


async def soak(
    settings: Settings, minutes: float, seed: int, folder: Path
) -> tuple[list[Outcome], tuple[str, ...]]:
    """Return the outcomes in order, and what was left over at the end, including a bot that did not end.

    The same seed draws the same faults. The last piece begins before the `minutes` are over, and none begins
    after one with trouble.
    """
    rng = random.Random(seed)
    engine = CountedEngine(engine_for(settings))
    settings = settings_for_trials(settings, folder)
    outcomes: list[Outcome] = []
    first = Trial(SURVIVABLE[0], engine, settings)
    async with running_scene(engine) as scene, first.bot_in(scene) as bot:
        await first.warm_up(scene)
        before = census(scene, engine.slots)
        end_s = time.monotonic() + 60 * minutes
        while time.monotonic() < end_s and not (outcomes and outcomes[-1].trouble):
            fault = rng.choice(SURVIVABLE)
            outcome = await _piece(Trial(fault, engine, settings, bot), scene)
            outcomes.append(outcome)
            summary = "; ".join(outcome.failures) or "passed"
            print(f"{fault.name} ({outcome.seconds:.0f} s): {summary}", file=sys.stderr, flush=True)
        left_over = await first.left_over(scene, before)
    return outcomes, left_over if first.trouble is None else (*left_over, first.trouble)


async def _piece(trial: Trial, scene: Scene) -> Outcome:
    """Play one piece with one fault, starting from a healthy scene."""
    began = time.monotonic()
    with trial.catching_errors():
        await scene.gather()
        await trial.piece(scene)
    scene.here.rest.troubles.end()
    return trial.outcome(time.monotonic() - began)
