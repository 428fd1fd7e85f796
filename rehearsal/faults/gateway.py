"""The main gateway: the bot's connection to Discord, over which everything but sound goes."""

from __future__ import annotations

from typing import Final

from rehearsal.faults.fault import Fault, Kind
from rehearsal.faults.scene import Scene, until

BACK_WITHIN_S: Final = 15.0
"""Timeout for the bot to be connected again; discord.py waits up to 5 s before it identifies anew."""


async def back(scene: Scene) -> None:
    """Wait until the bot is connected again."""
    sessions = scene.here.sessions.by_id
    await until(lambda: any(session.connection for session in sessions.values()), BACK_WITHIN_S)


async def drop(scene: Scene) -> None:
    await scene.here.gateway.drop()
    await back(scene)


async def forget_and_drop(scene: Scene) -> None:
    scene.here.gateway.forget()
    await scene.here.gateway.drop()
    await back(scene)


async def invalidate(scene: Scene) -> None:
    scene.here.gateway.invalidate()
    await back(scene)


async def ask_to_reconnect(scene: Scene) -> None:
    scene.here.gateway.ask_to_reconnect()
    await back(scene)


FAULTS: Final = (
    Fault("gateway-dropped", "The main gateway drops the bot, which may resume.", Kind.SURVIVABLE, drop),
    Fault(
        "gateway-forgot",
        "The main gateway drops the bot and does not let it resume.",
        Kind.SURVIVABLE,
        forget_and_drop,
    ),
    Fault(
        "gateway-invalid",
        "The main gateway declares the session invalid (opcode 9).",
        Kind.SURVIVABLE,
        invalidate,
    ),
    Fault(
        "gateway-reconnect",
        "The main gateway asks the bot to connect again (opcode 7).",
        Kind.SURVIVABLE,
        ask_to_reconnect,
    ),
)
