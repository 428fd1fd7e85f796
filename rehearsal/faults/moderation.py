"""Moderation of a bot that plays."""

from __future__ import annotations

import asyncio
from typing import Final

from rehearsal.faults.fault import Fault, Kind, Track
from rehearsal.faults.scene import Scene

TEMPORARY_S: Final = 1.0
"""Seconds until a temporary measure is undone."""


async def move(scene: Scene) -> None:
    await scene.moderator.move(scene.here.bot.user, scene.attic)


async def kick(scene: Scene) -> None:
    await scene.moderator.disconnect(scene.here.bot.user)


async def mute(scene: Scene) -> None:
    async with scene.excuse_silence():
        scene.moderator.server_mute(scene.here.bot.user)
        await asyncio.sleep(TEMPORARY_S)
        scene.moderator.server_mute(scene.here.bot.user, mute=False)


async def deafen(scene: Scene) -> None:
    scene.moderator.server_deafen(scene.here.bot.user)
    await asyncio.sleep(TEMPORARY_S)
    scene.moderator.server_deafen(scene.here.bot.user, deaf=False)


async def put_on_stage(scene: Scene) -> None:
    async with scene.excuse_silence():
        await scene.moderator.move(scene.here.bot.user, scene.stage)
        await asyncio.sleep(TEMPORARY_S)
        scene.moderator.let_speak(scene.here.bot.user)


async def delete_channel(scene: Scene) -> None:
    await scene.here.delete_channel(scene.corner)


async def go_to_attic(scene: Scene) -> None:
    await scene.moderator.join_voice(scene.attic)


async def stop_in_mid_loss(scene: Scene) -> None:
    scene.voice.cut(scene.guild.id, scene.bot_id)
    await scene.moderator.use("stop", channel=scene.text)


FAULTS: Final = (
    Fault("moved", "Somebody moves the bot to another voice channel.", Kind.SURVIVABLE, move),
    Fault("muted", "Somebody mutes the bot for the server, and unmutes it after 1 s.", Kind.SURVIVABLE, mute),
    Fault("deafened", "Somebody deafens the bot for the server, for 1 s.", Kind.SURVIVABLE, deafen),
    Fault(
        "staged",
        "Somebody moves the bot to a Stage, where it may speak after 1 s.",
        Kind.SURVIVABLE,
        put_on_stage,
    ),
    Fault("kicked", "Somebody disconnects the bot from voice.", Kind.ENDING, kick),
    Fault(
        "channel-deleted", "Its voice channel is deleted.", Kind.ENDING, delete_channel, repair=go_to_attic
    ),
    Fault(
        "stopped-in-loss",
        "The voice connection is cut, and a member types /stop at once.",
        Kind.ENDING,
        stop_in_mid_loss,
        track=Track.CANCELLED,
    ),
)
