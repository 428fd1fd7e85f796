"""/queue: what plays and what follows, to be seen, moved and taken off."""

from __future__ import annotations

import re
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Busker
from bot.commands.checks import permitted
from bot.commands.requests import member_of
from bot.errors import NotWaiting
from bot.playback.performance import Performance
from bot.rules.markdown import CHOICE_CHARS, CHOICES, cut, quoted
from bot.rules.rights import Action
from bot.session.session import Session
from bot.ui.card import COLOUR, headline_of, line_of
from words.text import Text

LAST_PLACE: Final = 100
"""More than can wait (`music.queue_length`); whatever is beyond the end is the end."""

DESCRIPTION_CHARS: Final = 4096
"""The most characters of an embed's description (developer documentation, "Embed Limits")."""

_TICKET: Final = re.compile(r"#(\d{1,18})")
"""A piece as a suggestion fills it in: places change while somebody types."""


@app_commands.guild_only()
class Queue(commands.GroupCog, group_name="queue"):
    """Acts on what waits. One's own pieces are one's own; for others' the rules of the guild hold."""

    @app_commands.command()
    async def show(self, interaction: discord.Interaction[Busker]) -> None:
        """Show the queue."""
        session = _session(interaction)
        embed = queue_of(session.now, *session.queue.waiting, locale=interaction.locale)
        await interaction.response.send_message(embed=embed, ephemeral=True)

    @app_commands.command()
    async def move(
        self,
        interaction: discord.Interaction[Busker],
        piece: str,
        place: app_commands.Range[int, 1, LAST_PLACE],
    ) -> None:
        """Move a piece. Those that it overtakes have a say as well as its own asker."""
        performance = _found(interaction, piece)
        waiting = _session(interaction).queue.waiting
        now = waiting.index(performance) + 1
        touched = [performance, *waiting[place - 1 : now - 1]]
        if (session := await permitted(interaction, Action.MOVE, str(place), touched)) is None:
            return
        session.move(performance, place)
        there = session.queue.waiting.index(performance) + 1
        told = Text("queue-moved", prompt=quoted(cut(performance.piece.prompt)), place=there)
        await interaction.response.send_message(told.in_(interaction.guild_locale))

    @app_commands.command()
    async def remove(self, interaction: discord.Interaction[Busker], piece: str) -> None:
        """Remove a piece. A track of it that is made already is posted all the same."""
        performance = _found(interaction, piece)
        if (session := await permitted(interaction, Action.REMOVE, touched=[performance])) is None:
            return
        session.remove(performance)
        told = Text("queue-removed", prompt=quoted(cut(performance.piece.prompt)))
        await interaction.response.send_message(told.in_(interaction.guild_locale))

    @move.autocomplete("piece")
    @remove.autocomplete("piece")
    async def suggest(
        self, interaction: discord.Interaction[Busker], typed: str
    ) -> list[app_commands.Choice[str]]:
        """What waits, with these words in its prompt or its asker's name."""
        sought = typed.casefold().split()
        return [
            app_commands.Choice(
                name=_choice(place, performance, interaction.locale), value=f"#{performance.ticket}"
            )
            for place, performance in enumerate(_session(interaction).queue.waiting, 1)
            if all(word in _words(performance) for word in sought)
        ][:CHOICES]


def queue_of(now: Performance, *waiting: Performance, locale: discord.Locale) -> discord.Embed:
    """What plays and what follows, as `/queue show` shows it: all that an embed holds."""
    lines: list[str] = []
    for place, performance in enumerate(waiting, 1):
        line = Text("card-place", place=place, piece=line_of(performance)).in_(locale)
        more = Text("card-more", more=len(waiting) - place + 1).in_(locale)
        if len("\n".join([*lines, line, more])) > DESCRIPTION_CHARS:
            lines.append(more)
            break
        lines.append(line)
    embed = discord.Embed(
        title=Text("queue-title").in_(locale),
        description="\n".join(lines) or Text("queue-nothing-waits").in_(locale),
        colour=COLOUR,
    )
    now_playing = {"name": headline_of(now).in_(locale), "value": line_of(now).in_(locale)}
    return embed.insert_field_at(0, **now_playing, inline=False)


def _session(interaction: discord.Interaction[Busker]) -> Session:
    return interaction.client.session_of(member_of(interaction).guild)


def _found(interaction: discord.Interaction[Busker], typed: str) -> Performance:
    """The waiting piece that was chosen from the list, or whose place was typed. Raises NotWaiting."""
    queue = _session(interaction).queue
    if (chosen := _TICKET.fullmatch(typed.strip())) is not None:
        for performance in queue.waiting:
            if performance.ticket == int(chosen[1]):
                return performance
    elif typed.strip().isdecimal():
        return queue.at(int(typed))
    raise NotWaiting(Text("queue-not-waiting"))


def _words(performance: Performance) -> str:
    return f"{performance.piece.prompt} {performance.request.requester.display_name}".casefold()


def _choice(place: int, performance: Performance, locale: discord.Locale) -> str:
    """A piece in a list of suggestions, where nothing is formatted."""
    asker, piece = performance.request.requester.display_name, performance.piece
    length = Text("queue-radio").in_(locale) if piece.endless else f"{piece.seconds:g} s"
    before, after = f"{place}. ", f" · {length} · {asker}"
    return f"{before}{cut(performance.piece.prompt, CHOICE_CHARS - len(before) - len(after))}{after}"


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Queue())
