"""The engine fails."""

from __future__ import annotations

from typing import Final

from rehearsal.faults.fault import Fault, Kind
from rehearsal.faults.scene import Scene


async def kill(scene: Scene) -> None:
    scene.kill_engine()


FAULTS: Final = (
    Fault(
        "engine-killed",
        "The engine's process is killed in the middle of a piece.",
        Kind.SURVIVABLE,
        kill,
        needs_engine_process=True,
    ),
)
