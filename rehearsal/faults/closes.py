"""The voice connection closes and the main gateway says nothing: the bot still sits in its channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from rehearsal.faults.fault import Fault, Kind
from rehearsal.faults.scene import Scene
from rehearsal.voice.opcodes import CloseCode


async def hang_up(scene: Scene, code: CloseCode) -> None:
    resumable = code is CloseCode.SERVER_CRASHED
    await scene.voice.hang_up(scene.guild.id, scene.bot_id, code, resumable=resumable)


def closing(code: CloseCode) -> Callable[[Scene], Awaitable[None]]:
    return partial(hang_up, code=code)


FAULTS = (
    Fault(
        "close-4006",
        "The voice server no longer knows the session.",
        Kind.SURVIVABLE,
        closing(CloseCode.SESSION_INVALID),
    ),
)
