"""/queue: show, move and remove pieces."""

from __future__ import annotations

import re
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Busker
from bot.commands.checks import member_of
from bot.errors import NotWaiting
from bot.playback.performance import Performance
from bot.playback.visibility import Visible
from bot.rules.markdown import MAX_CHOICES, escape, fit, truncate
from bot.rules.numbers import parse_whole
from bot.rules.permissions import require_view
from bot.rules.rights import Action
from bot.ui.card import COLOUR, render_headline, render_line
from cogs.errors import choices_answered
from cogs.interactions import session_of, shows_publicly, visible_to
from words.text import Text

MAX_POSITION: Final = 100
"""More than can wait (`music.queue_length`); a position beyond the end means the end."""

MAX_DESCRIPTION_CHARS: Final = 4096
"""Longest description of an embed (developer documentation, "Embed Limits")."""

_REQUEST_ID: Final = re.compile(r"#(\d{1,18})")
"""The value of a suggestion: positions change while somebody types, ids do not."""


@app_commands.guild_only()
class Queue(commands.GroupCog, group_name="queue"):
    """/queue. Members move and remove their own pieces; for others' the rules of the guild apply."""

    @app_commands.command()
    async def show(self, interaction: discord.Interaction[Busker]) -> None:
        """Show the queue."""
        session = session_of(interaction)
        require_view(member_of(interaction), session.channel)
        embed = queue_of(
            session.now,
            *session.queue.waiting,
            locale=interaction.locale,
            visible=visible_to(interaction),
        )
        await interaction.response.send_message(embed=embed, ephemeral=True)

    @app_commands.command()
    async def move(
        self,
        interaction: discord.Interaction[Busker],
        piece: str,
        place: app_commands.Range[int, 1, MAX_POSITION],
    ) -> None:
        """Move a piece. The requesters of the pieces that it overtakes are affected too."""
        performance = _find(interaction, piece)
        waiting = session_of(interaction).queue.waiting
        position = waiting.index(performance) + 1
        affected = [performance, *waiting[place - 1 : position - 1]]
        checks = interaction.client.checks
        if (session := await checks.authorize(interaction, Action.MOVE, str(place), affected)) is None:
            return
        session.move(performance, place)
        position = session.queue.waiting.index(performance) + 1
        prompt = escape(truncate(performance.piece.typed_prompt))
        answer = Text("queue-moved", prompt=prompt, place=position)
        await _reply(interaction, performance, answer)

    @app_commands.command()
    async def remove(self, interaction: discord.Interaction[Busker], piece: str) -> None:
        """Remove a piece. Its track is posted nevertheless if it is composed already."""
        performance = _find(interaction, piece)
        checks = interaction.client.checks
        if (session := await checks.authorize(interaction, Action.REMOVE, affected=[performance])) is None:
            return
        session.remove(performance)
        answer = Text("queue-removed", prompt=escape(truncate(performance.piece.typed_prompt)))
        await _reply(interaction, performance, answer)

    @move.autocomplete("piece")
    @remove.autocomplete("piece")
    @choices_answered
    async def suggest(
        self, interaction: discord.Interaction[Busker], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest waiting pieces with these words in the prompt or the requester's name."""
        words, visible = typed.casefold().split(), visible_to(interaction)
        return [
            app_commands.Choice(
                name=_choice(place, performance, interaction.locale), value=f"#{performance.request_id}"
            )
            for place, performance in enumerate(session_of(interaction).queue.waiting, 1)
            if visible(performance) and all(word in _searchable(performance) for word in words)
        ][:MAX_CHOICES]


def queue_of(
    now: Performance, *waiting: Performance, locale: discord.Locale, visible: Visible
) -> discord.Embed:
    """Return the embed of `/queue show`: what plays, and as many waiting pieces as fit.

    Of pieces that are not `visible` to the reader it shows their places alone.
    """
    lines: list[str] = []
    for place, performance in enumerate(waiting, 1):
        line = Text("card-place", place=place, piece=render_line(performance, visible)).in_(locale)
        more = Text("card-more", more=len(waiting) - place + 1).in_(locale)
        if len("\n".join([*lines, line, more])) > MAX_DESCRIPTION_CHARS:
            lines.append(more)
            break
        lines.append(line)
    embed = discord.Embed(
        title=Text("queue-title").in_(locale),
        description="\n".join(lines) or Text("queue-nothing-waits").in_(locale),
        colour=COLOUR,
    )
    now_playing = {"name": render_headline(now).in_(locale), "value": render_line(now, visible).in_(locale)}
    return embed.insert_field_at(0, **now_playing, inline=False)


def _find(interaction: discord.Interaction[Busker], typed: str) -> Performance:
    """Return the waiting piece of a suggestion or at a typed position.

    Raises NotWaiting, also for a piece that the member may not learn of.
    """
    queue = session_of(interaction).queue
    found = None
    if (chosen := _REQUEST_ID.fullmatch(typed.strip())) is not None:
        number = int(chosen[1])
        found = next((each for each in queue.waiting if each.request_id == number), None)
    elif (position := parse_whole(typed)) is not None:
        found = queue.at(position)
    if found is None or not visible_to(interaction)(found):
        raise NotWaiting(Text("queue-not-waiting"))
    return found


async def _reply(interaction: discord.Interaction[Busker], performance: Performance, text: Text) -> None:
    """Answer in the channel, or to the member alone where others must not learn of the piece."""
    public = shows_publicly(interaction, performance)
    locale = interaction.guild_locale if public else interaction.locale
    await interaction.response.send_message(text.in_(locale), ephemeral=not public)


def _searchable(performance: Performance) -> str:
    return f"{performance.piece.typed_prompt} {performance.request.requester.display_name}".casefold()


def _choice(place: int, performance: Performance, locale: discord.Locale) -> str:
    """Return a piece as a suggestion, where Discord formats nothing."""
    requester, piece = performance.request.requester.display_name, performance.piece
    length = Text("queue-radio").in_(locale) if piece.endless else f"{piece.seconds:g} s"
    return fit(f"{place}. ", piece.typed_prompt, f" · {length} · {requester}")


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Queue())
