"""The card: one channel message a piece, kept current from the first step to the last frame."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

import aiohttp
import discord

from audio.buffer import State
from bot.performance import Making
from bot.quoting import cut, quoted

if TYPE_CHECKING:
    from bot.performance import Performance

EDIT_SECONDS: Final = 2.5
"""Discord does not publish how often a message may be edited; every few seconds has proved safe."""

ANSWER_SECONDS: Final = 10.0
"""How long Discord may take to answer; it usually needs a quarter of a second."""

BAR_CELLS: Final = 20
COLOUR: Final = discord.Colour(0xE0A458)

UNPOSTED: Final = (discord.DiscordException, aiohttp.ClientError, OSError)
"""What discord.py raises when a message does not reach Discord."""

MISSING_ACCESS: Final = 50001
"""Discord's code for what Busker cannot even see any more (developer documentation, "JSON Error Codes")."""

_log = logging.getLogger(__name__)


def card_of(performance: Performance) -> discord.Embed:
    """What the card shows now."""
    piece, buffer = performance.piece, performance.buffer
    embed = discord.Embed(
        title=_headline(performance), description=f"“{quoted(piece.prompt)}”", colour=COLOUR
    )
    embed.add_field(name="Made", value=_bar(buffer.seconds_made, piece.seconds), inline=False)
    embed.add_field(name="Played", value=_bar(buffer.seconds_played, piece.seconds), inline=False)
    embed.set_footer(
        text=f"{piece.seconds:g} s · seed {piece.seed} · for {performance.request.requester.display_name}"
    )
    if performance.trouble:
        embed.add_field(name="Trouble", value=performance.trouble, inline=False)
    return embed


def queue_of(now: Performance, *waiting: Performance) -> discord.Embed:
    """What plays and what follows, as `/queue` shows it."""
    lines = [f"{place}. {_line(performance)}" for place, performance in enumerate(waiting, 1)]
    embed = discord.Embed(title="Queue", description="\n".join(lines) or "Nothing waits.", colour=COLOUR)
    return embed.insert_field_at(0, name=_headline(now), value=_line(now), inline=False)


async def keep_card(performance: Performance) -> None:
    """Post the card and edit it while the piece is made and played. Trouble with it never holds up sound."""
    embed = card_of(performance)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            message = await performance.request.text_channel.send(embed=embed)
    except UNPOSTED as error:
        _log.warning("no card for seed %d: %r", performance.piece.seed, error)
        return
    settled = False
    while not settled:
        settled = await performance.settles(within_seconds=EDIT_SECONDS)
        shown, embed = embed, card_of(performance)
        if embed == shown:
            continue
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await message.edit(embed=embed)
        except UNPOSTED as error:
            if is_gone(error):
                return
            _log.warning("the card of seed %d was not edited: %r", performance.piece.seed, error)
            embed = shown  # so that the next round tries again


def is_gone(error: Exception) -> bool:
    """Whether the message or its channel is not there for Busker any more, so trying again is in vain."""
    shut_out = isinstance(error, discord.Forbidden) and error.code == MISSING_ACCESS
    return shut_out or isinstance(error, discord.NotFound)


def _line(performance: Performance) -> str:
    piece = performance.piece
    return f"“{quoted(cut(piece.prompt))}” · {piece.seconds:g} s · seed {piece.seed}"


def _headline(performance: Performance) -> str:
    if performance.dismissed:
        return "Stopped"
    buffer = performance.buffer
    if performance.over:
        return "Played" if performance.composed and buffer.state is State.ENDED else "Ended early"
    if performance.paused:
        return "Paused"
    if performance.waits_for:
        return performance.waits_for
    if performance.making is Making.WAITING:
        return "Waiting for its turn"
    if buffer.seconds_played:
        return "Playing"
    wait = buffer.seconds_until_ready
    return f"Composing · first sound in about {wait:.0f} s" if wait >= 1 else "Composing"


def _bar(seconds: float, total: float) -> str:
    cells = round(BAR_CELLS * min(1.0, seconds / total))
    return f"`{'█' * cells}{'░' * (BAR_CELLS - cells)}` {seconds:.0f} of {total:.0f} s"
