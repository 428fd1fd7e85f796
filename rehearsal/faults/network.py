"""The network between the bot and the voice server."""

from __future__ import annotations

import asyncio
from typing import Final

from rehearsal.faults.fault import Fault, Kind, Moment
from rehearsal.faults.scene import Scene

BLOCKED_S: Final = 1.5
"""Longer than the timeout of the supervisor for a packet to leave."""

BLOCKED_FROM_START_S: Final = 3.0
"""As long as a handshake may take."""

BAD_S: Final = 4.0
"""Seconds for which packets are dropped, delayed or duplicated."""


async def block(scene: Scene) -> None:
    async with scene.excuse_silence():
        scene.voice.network.blocked = True
        await asyncio.sleep(BLOCKED_S)
        scene.voice.network.blocked = False


async def block_from_start(scene: Scene) -> None:
    async with scene.excuse_silence():
        scene.voice.network.blocked = True
        await asyncio.sleep(BLOCKED_FROM_START_S)
        scene.voice.network.blocked = False


async def block_and_move(scene: Scene) -> None:
    """discord.py 2.7.1 may then wait for up to 30 s on a socket that it has given up."""
    async with scene.excuse_silence():
        scene.voice.network.blocked = True
        await scene.moderator.move(scene.here.bot.user, scene.attic)
        await asyncio.sleep(BLOCKED_S)
        scene.voice.network.blocked = False


async def drop(scene: Scene) -> None:
    scene.voice.network.loss = 0.05
    await asyncio.sleep(BAD_S)
    scene.voice.network.loss = 0.0


async def delay(scene: Scene) -> None:
    scene.voice.network.delay_s = 0.08
    await asyncio.sleep(BAD_S)
    scene.voice.network.delay_s = 0.0


async def double(scene: Scene) -> None:
    scene.voice.network.doubling = 0.05
    await asyncio.sleep(BAD_S)
    scene.voice.network.doubling = 0.0


FAULTS: Final = (
    Fault("udp-blocked", "No packet comes through, either way, for 1.5 s.", Kind.SURVIVABLE, block),
    Fault(
        "udp-blocked-first",
        "No packet comes through in the first 3 s after the command.",
        Kind.SURVIVABLE,
        block_from_start,
        moment=Moment.START,
    ),
    Fault(
        "udp-blocked-move",
        "No packet comes through for 1.5 s, and the bot is moved meanwhile.",
        Kind.SURVIVABLE,
        block_and_move,
    ),
    Fault("udp-lossy", "One packet in twenty is lost, for 4 s.", Kind.SURVIVABLE, drop),
    Fault(
        "udp-delayed",
        "Packets take up to 80 ms longer and overtake each other, for 4 s.",
        Kind.SURVIVABLE,
        delay,
    ),
    Fault("udp-doubled", "One packet in twenty comes twice, for 4 s.", Kind.SURVIVABLE, double),
)
