"""A radio: music without end, as a series of segments.

Each segment is a Performance of a piece without end. Another one follows where the music cannot continue: a
request came in, everybody left, or Busker was restarted. What was played need not be composed again, so the
next segment starts anew with the current prompt and the next seed. A guild has at most one radio, at the end
of the queue: it plays while nothing else is wanted.
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
"""A radio that is ended fades out over three seconds: a bar and a half at 120 beats a minute sounds intended,
and is short enough for somebody who wants quiet."""

MIN_EXCERPT_GAP_SECONDS: Final = 30.0
"""Playing time between two excerpts [s], so that no two tracks are nearly the same."""

CHARGED_SECONDS: Final = 10.0
"""A radio is charged to its requester's quota in portions of this [s], each when it begins."""

MIN_CHARGE_WAIT_SECONDS: Final = 0.5
"""Shortest wait between two looks at the played time [s]."""

EXCERPT_FADE_IN_SECONDS: Final = 0.5
"""Fade-in of an excerpt that begins within the music [s]."""


def next_segment_piece(piece: Piece, frames_played: int) -> Piece:
    """Return the piece of the segment after `piece`; the same one if nothing of it was played."""
    if not frames_played:
        return piece
    return replace(piece.beginning_with(len(piece.prompt_changes)), seed=(piece.seed + 1) % (MAX_SEED + 1))


def next_segment(
    radio: Performance, engine: Engine, seconds_until_start: Callable[[Performance], float]
) -> Performance:
    """Return the segment that follows `radio`, for the same request."""
    piece = next_segment_piece(radio.piece, radio.buffer.frames_played)
    return Performance(
        replace(radio.request, piece=piece), engine, seconds_until_start, queue_was_empty=False
    )


async def charge_radio(
    radio: Performance, charge: Callable[[discord.Member, float], Awaitable[bool]]
) -> None:
    """Charge for a radio while it plays; return when its requester's quota is used up."""
    while True:
        ahead_seconds = radio.charged_seconds - radio.buffer.seconds_played
        if ahead_seconds > 0:
            await asyncio.sleep(max(ahead_seconds, MIN_CHARGE_WAIT_SECONDS))
        elif await charge(radio.request.requester, CHARGED_SECONDS):
            radio.add_charge(CHARGED_SECONDS)
        else:
            radio.set_trouble(Text("radio-enough-today"))
            return


def is_stable(seconds: float) -> bool:
    """True if a segment of this length [s] did not end by a fault that would end the next one at once."""
    return seconds >= HORIZON_SECONDS


def make_excerpt(radio: Performance, member: discord.Member, engine: Engine) -> Performance:
    """Return the last minutes of a radio as a piece of its own, requested by `member`, that is only posted.

    Raises RequestError if too little was played since the last excerpt.
    """
    end = radio.buffer.seconds_played
    missing_seconds = radio.saved_until_seconds + MIN_EXCERPT_GAP_SECONDS - end
    if missing_seconds > 0:
        raise RequestError(Text("keep-too-soon", seconds=math.ceil(missing_seconds)))
    begin = max(0.0, end - EXCERPT_SECONDS)
    sound = radio.sound_between(begin, end)
    if begin:
        sound = faded_in(sound, round(EXCERPT_FADE_IN_SECONDS * engine.info.sample_rate))
    radio.mark_saved(end)
    request = replace(radio.request, piece=excerpt_of(radio.piece, begin, end), requester=member)
    return Performance.composed_before(request, engine, sound)
