"""A radio: music without end, as a row of stretches.

Each stretch is a Performance of a piece without end, and one follows the other where the music cannot go on:
it made room for a piece that somebody asked for, everybody had left, or Busker was restarted. What was heard
need not be made again, so the next stretch begins anew, with the words in force and the next seed. At most
one radio a guild, at the end of the queue: it plays while nothing else is wanted.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from audio.dsp.fades import faded_in
from audio.piece import HORIZON_SECONDS, MAX_SEED, excerpt_of
from audio.units import FRAME_RATE
from bot.errors import RequestError
from bot.playback.composition import EXCERPT_SECONDS
from bot.playback.performance import Performance
from words.text import Text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord

    from audio.engine import Engine
    from audio.piece import Piece

FADE_FRAMES: Final = 3 * FRAME_RATE
"""A radio that is ended fades out over three seconds: a bar and a half at 120 beats a minute, so it is heard
as meant, and who asked for quiet does not wait long for it."""

UNHEARD_SECONDS: Final = 30.0
"""So much must have been heard since somebody kept some of it, until more is kept: no two tracks are the
same."""

CHARGED_SECONDS: Final = 10.0
"""A radio counts for who asked for it in parts of this, each when it begins."""

CHARGE_LOOK_SECONDS: Final = 0.5
"""How often it is looked at least how much was heard, where the next part is near."""

COMES_IN_SECONDS: Final = 0.5
"""How long an excerpt takes to come in that begins in the midst of the music."""


def next_stretch(piece: Piece, frames_played: int) -> Piece:
    """The stretch after one of which so much was heard; the same one where that is nothing."""
    if not frames_played:
        return piece
    return replace(piece, prompt=piece.prompts[-1], prompt_changes=(), seed=(piece.seed + 1) % (MAX_SEED + 1))


def successor(
    radio: Performance, engine: Engine, seconds_until_start: Callable[[Performance], float]
) -> Performance:
    """The performance of the next stretch, asked for like this one."""
    piece = next_stretch(radio.piece, radio.buffer.frames_played)
    return Performance(
        replace(radio.request, piece=piece), engine, seconds_until_start, queue_was_empty=False
    )


async def charge_for(radio: Performance, charge: Callable[[discord.Member, float], Awaitable[bool]]) -> None:
    """Let a radio that plays count for who asked for it, until they may have no more music."""
    while True:
        ahead = radio.charged_seconds - radio.buffer.seconds_played
        if ahead > 0:
            await asyncio.sleep(max(ahead, CHARGE_LOOK_SECONDS))
        elif await charge(radio.request.requester, CHARGED_SECONDS):
            radio.add_charge(CHARGED_SECONDS)
        else:
            radio.set_trouble(Text("radio-enough-today"))
            return


def lasted(seconds: float) -> bool:
    """Whether a stretch played so long that what ended it is no fault which the next would meet at once."""
    return seconds >= HORIZON_SECONDS


def kept(radio: Performance, member: discord.Member, engine: Engine) -> Performance:
    """The last minutes of a radio as a piece of its own, made and played already: it is only to be posted.

    Raises RequestError where too little was heard since the last time.
    """
    heard = radio.buffer.seconds_played
    lacking = radio.saved_until_seconds + UNHEARD_SECONDS - heard
    if lacking > 0:
        raise RequestError(Text("keep-too-soon", seconds=math.ceil(lacking)))
    begin = max(0.0, heard - EXCERPT_SECONDS)
    piece = excerpt_of(radio.piece, begin, heard)
    made = radio.sound_between(begin, heard)
    if begin:
        made = faded_in(made, round(COMES_IN_SECONDS * engine.info.sample_rate))
    radio.mark_saved(heard)
    request = replace(radio.request, piece=piece, requester=member)
    return Performance.composed_before(request, engine, made)
