"""Changes around the bot: its voice server, its guild, a voice state left by an earlier process."""

from __future__ import annotations

import asyncio
import secrets
from typing import Final

from rehearsal.faults.fault import Fault, Kind, Moment, Track
from rehearsal.faults.gateway import BACK_WITHIN_S
from rehearsal.faults.scene import Scene, until
from rehearsal.voice.opcodes import CloseCode
from rehearsal.world import VoiceState

TEMPORARY_S: Final = 1.0
"""Duration of an outage."""

SEARCH_S: Final = 0.3
"""Seconds until Discord finds another voice server."""


async def change_region(scene: Scene) -> None:
    scene.here.calls.change_server(scene.guild)


async def lose_server(scene: Scene) -> None:
    scene.here.calls.change_server(scene.guild, available=False)
    await scene.voice.close_session(scene.guild.id, scene.bot_id, CloseCode.DISCONNECTED)
    await asyncio.sleep(SEARCH_S)
    if scene.voice_state is not None:
        scene.here.calls.change_server(scene.guild)


async def begin_outage(scene: Scene) -> None:
    scene.here.begin_outage(scene.guild)
    await asyncio.sleep(TEMPORARY_S)
    scene.here.end_outage(scene.guild)


async def expel(scene: Scene) -> None:
    await scene.here.expel(scene.guild)


async def invite(scene: Scene) -> None:
    scene.here.invite(scene.guild)


async def leave_stale_voice_state(scene: Scene) -> None:
    """Leave a stale voice state, as a bot that was killed and restarted finds it in its new session."""
    session_id = secrets.token_hex(16)
    voice_state = VoiceState(scene.bot_id, scene.guild.id, scene.corner.id, session_id, stale=True)
    scene.guild.voice_states[scene.bot_id] = voice_state
    scene.here.calls.announce(voice_state)
    scene.here.gateway.invalidate()
    await until(lambda: bool(scene.here.sessions.by_id), BACK_WITHIN_S)


FAULTS: Final = (
    Fault("region-changed", "The channel gets a voice server elsewhere.", Kind.SURVIVABLE, change_region),
    Fault(
        "server-lost",
        "The voice server goes away, and another one is found after 0.3 s.",
        Kind.SURVIVABLE,
        lose_server,
    ),
    Fault("guild-unavailable", "An outage hides the guild for 1 s.", Kind.SURVIVABLE, begin_outage),
    Fault(
        "guild-gone",
        "The bot is thrown out of the guild.",
        Kind.ENDING,
        expel,
        track=Track.SAVED,
        repair=invite,
    ),
    Fault(
        "stale-seat",
        "A bot that was killed still sits in the channel when it comes back.",
        Kind.SURVIVABLE,
        leave_stale_voice_state,
        moment=Moment.BEFORE,
    ),
)
