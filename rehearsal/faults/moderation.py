"""What people do to a bot that plays."""

from __future__ import annotations

from rehearsal.faults.fault import Fault, Kind
from rehearsal.faults.scene import Scene


async def move(scene: Scene) -> None:
    await scene.moderator.move(scene.here.bot.user, scene.attic)


async def kick(scene: Scene) -> None:
    await scene.moderator.disconnect(scene.here.bot.user)


FAULTS = (
    Fault("moved", "Somebody moves the bot to another voice channel.", Kind.SURVIVABLE, move),
    Fault("kicked", "Somebody disconnects the bot from voice.", Kind.ENDING, kick),
)
