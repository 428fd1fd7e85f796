"""Members join and leave: the encrypted group changes, and every change gives all members new keys."""

from __future__ import annotations

import asyncio
from typing import Final

from rehearsal.faults.fault import Fault, Kind, Track
from rehearsal.faults.scene import Scene

BETWEEN_S: Final = 0.4
"""Seconds between two changes of the group: enough for one, and little more."""

AWAY_S: Final = 0.5
"""Seconds without listeners: less than the bot waits for them."""


async def add(scene: Scene) -> None:
    await scene.audience.join_voice(scene.corner)


async def remove(scene: Scene) -> None:
    await scene.moderator.leave_voice()


async def update(scene: Scene) -> None:
    """Let a member take new keys: one commit removes and adds it."""
    scene.moderator.listener.renew()


async def crowd(scene: Scene) -> None:
    newcomers = [scene.here.person(scene.guild, f"newcomer {number}") for number in range(3)]
    for person in newcomers:
        await person.join_voice(scene.corner)
        await asyncio.sleep(BETWEEN_S)
    for person in (scene.moderator, *newcomers):
        await person.leave_voice()
        await asyncio.sleep(BETWEEN_S)


async def rush(scene: Scene) -> None:
    """Make all changes at once, so that proposals cross commits that do not include them."""
    newcomers = [scene.here.person(scene.guild, f"newcomer {number}") for number in range(4)]
    await asyncio.gather(*(person.join_voice(scene.corner) for person in newcomers))
    await asyncio.gather(*(person.leave_voice() for person in newcomers[:2]), scene.moderator.leave_voice())


async def leave_alone(scene: Scene) -> None:
    """Leave the bot as the sole member; the group restarts with the first member that returns."""
    async with scene.excuse_silence():
        await empty(scene)
        await asyncio.sleep(AWAY_S)
        await scene.join(scene.listener, scene.corner)


async def empty(scene: Scene) -> None:
    await scene.moderator.leave_voice()
    await scene.listener.leave_voice()


async def relieve(scene: Scene) -> None:
    """Let all members leave, and an unknown member join at once."""
    async with scene.excuse_silence():
        await empty(scene)
        await scene.join(scene.here.person(scene.guild, "stranger"), scene.corner)


async def come_back(scene: Scene) -> None:
    await scene.moderator.join_voice(scene.corner)
    await scene.join(scene.listener, scene.corner)


FAULTS: Final = (
    Fault("member-added", "Another listener joins the encrypted group.", Kind.SURVIVABLE, add),
    Fault("member-removed", "One of two listeners leaves the encrypted group.", Kind.SURVIVABLE, remove),
    Fault("member-updated", "One of two listeners takes new keys.", Kind.SURVIVABLE, update),
    Fault("crowd", "Three listeners come and four leave, one after the other.", Kind.SURVIVABLE, crowd),
    Fault("rush", "Four listeners come and three leave, all at once.", Kind.SURVIVABLE, rush),
    Fault("alone", "Everybody leaves, and one comes back after 0.5 s.", Kind.SURVIVABLE, leave_alone),
    Fault("relieved", "Everybody leaves, and a stranger comes at once.", Kind.SURVIVABLE, relieve),
    Fault(
        "deserted",
        "Everybody leaves and nobody comes back.",
        Kind.ENDING,
        empty,
        track=Track.CANCELLED,
        repair=come_back,
    ),
)
