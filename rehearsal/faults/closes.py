"""The voice connection closes without an event of the main gateway: the bot stays in its channel.

Codes: Discord developer documentation, Topics / Opcodes and Status Codes / Voice Close Event Codes. After
those that forbid a client to connect again, the music ends.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from rehearsal.faults.fault import Fault, Kind
from rehearsal.faults.scene import Scene, until
from rehearsal.voice.opcodes import CloseCode

BACK_WITHIN_S: Final = 10.0
"""Timeout for the client to reconnect, in a fault that waits for it."""


async def close_session(scene: Scene, code: CloseCode) -> None:
    resumable = code is CloseCode.SERVER_CRASHED
    await scene.voice.close_session(scene.guild.id, scene.bot_id, code, resumable=resumable)


async def cut(scene: Scene) -> None:
    scene.voice.cut(scene.guild.id, scene.bot_id)


async def close_session_twice(scene: Scene) -> None:
    """Close the session again as soon as the client is back, before it sends sound."""
    await close_session(scene, CloseCode.SESSION_INVALID)
    await until(lambda: scene.voice.session(scene.guild.id, scene.bot_id) is not None, BACK_WITHIN_S)
    await close_session(scene, CloseCode.SESSION_INVALID)


async def move_after_loss(scene: Scene) -> None:
    """discord.py 2.7.1 takes a move after a reconnect of its own for a kick."""
    recordings = scene.frames_received()
    await close_session(scene, CloseCode.SESSION_INVALID)
    await scene.until_received(recordings + 50, within_s=BACK_WITHIN_S)
    await scene.moderator.move(scene.here.bot.user, scene.attic)


def closing(code: CloseCode, sentence: str, kind: Kind = Kind.SURVIVABLE) -> Fault:
    return Fault(f"close-{code.value}", sentence, kind, partial(close_session, code=code))


FAULTS: Final = (
    closing(CloseCode.NORMAL, "The voice server closes the connection without a reason."),
    closing(CloseCode.SESSION_INVALID, "The voice server no longer knows the session."),
    closing(CloseCode.SESSION_TIMEOUT, "The voice server takes the session to have timed out."),
    closing(CloseCode.DISCONNECTED, "The voice server disconnects the bot, which keeps its seat."),
    closing(CloseCode.SERVER_CRASHED, "The voice server has crashed; the session may be resumed."),
    closing(CloseCode.DAVE_REQUIRED, "The voice server finds no end-to-end encryption.", Kind.ENDING),
    closing(CloseCode.RATE_LIMITED, "The voice server wants the bot to stay away.", Kind.ENDING),
    closing(CloseCode.CALL_TERMINATED, "The call is ended for everybody.", Kind.ENDING),
    Fault("cut", "The voice websocket breaks without a word (1006).", Kind.SURVIVABLE, cut),
    Fault("close-twice", "The session is lost, and the next one, too.", Kind.SURVIVABLE, close_session_twice),
    Fault(
        "moved-after-loss",
        "The session is lost, and a second after the music is back the bot is moved.",
        Kind.SURVIVABLE,
        move_after_loss,
    ),
)
