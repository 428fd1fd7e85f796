"""/library: what was made here, to be played again, fetched and forgotten.

Everything that a button needs stands in its `custom_id`, so buttons work after a restart of the bot.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Busker
from bot.commands.checks import manages
from bot.commands.requests import ask, member_of
from bot.errors import NotAllowed, RequestError
from bot.rules.markdown import CHOICE_CHARS, CHOICES, cut, quoted
from bot.store.records import MadeTrack
from bot.tracks.library import delete_files, kept_file, same_model, sight_of
from bot.tracks.poster import caption_of
from bot.ui.card import COLOUR
from cogs.errors import tell_fault
from words.text import Text

PAGE: Final = 10
"""Tracks of a list: more would not fit into an embed with the longest prompts, escaped."""

SOUGHT_CHARS: Final = 40
"""Characters to search for: the button for older tracks carries them."""

_NUMBER = re.compile(r"#(\d{1,18})")
"""A track in the option `search`, as a suggestion fills it in."""


class Library(commands.Cog):
    """Shows what was made here, to those who may see it."""

    @app_commands.command()
    @app_commands.guild_only()
    async def library(
        self,
        interaction: discord.Interaction[Busker],
        search: app_commands.Range[str, 1, SOUGHT_CHARS] = "",
        by: discord.Member | None = None,
    ) -> None:
        """Show one track where a suggestion was taken, else a list to choose from."""
        if (chosen := _NUMBER.fullmatch(search.strip())) is not None:
            await show_track(interaction, int(chosen[1]))
            return
        by_id = by.id if by else None
        tracks = await found(interaction, search, by_id)
        if not tracks:
            sought = bool(search.strip() or by)
            raise RequestError(Text("library-nothing-found") if sought else Text("library-nothing-made"))
        await interaction.response.send_message(
            **listed(tracks, search, by_id, interaction.locale), ephemeral=True
        )

    @library.autocomplete("search")
    async def suggest(
        self, interaction: discord.Interaction[Busker], typed: str
    ) -> list[app_commands.Choice[str]]:
        """The newest tracks with these words."""
        tracks = await found(interaction, typed, None, limit=CHOICES)
        return [
            app_commands.Choice(name=_choice(track, interaction.locale), value=f"#{track.id}")
            for track in tracks
        ]


class Chooser(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"library:choose"):
    """The menu under a list."""

    def __init__(self, tracks: Sequence[MadeTrack], locale: discord.Locale) -> None:
        options = [
            discord.SelectOption(label=_choice(track, locale), value=str(track.id)) for track in tracks
        ]
        placeholder = Text("library-placeholder").in_(locale)
        super().__init__(
            discord.ui.Select(custom_id="library:choose", placeholder=placeholder, options=options)
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Chooser:
        return cls((), interaction.locale)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with tell_fault(interaction):
            await show_track(interaction, int(self.item.values[0]))


class Older(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"library:older:(?P<before>\d+):(?P<by>\d+):(?P<words>.*)",
):
    """The button for the next page of a list."""

    def __init__(self, before: int, by: int, words: str, locale: discord.Locale) -> None:
        self._before, self._by, self._words = before, by, words
        label = Text("library-older").in_(locale)
        super().__init__(discord.ui.Button(label=label, custom_id=f"library:older:{before}:{by}:{words}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Older:
        return cls(int(match["before"]), int(match["by"]), match["words"], interaction.locale)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with tell_fault(interaction):
            tracks = await found(interaction, self._words, self._by or None, before=self._before)
            if not tracks:
                raise RequestError(Text("library-no-more"))
            page = listed(tracks, self._words, self._by or None, interaction.locale)
            await interaction.response.edit_message(**page)


class OnTrack(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"library:(?P<act>play|fetch|forget):(?P<track>\d{1,18})",
):
    """A button that does something with one track."""

    def __init__(self, act: str, track_id: int, locale: discord.Locale) -> None:
        self._act, self._track_id = act, track_id
        label = Text("library-act", act=act).in_(locale)
        style = discord.ButtonStyle.primary if act == "play" else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"library:{act}:{track_id}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> OnTrack:
        return cls(match["act"], int(match["track"]), interaction.locale)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        do = {"play": play_again, "fetch": fetch, "forget": forget}[self._act]
        async with tell_fault(interaction):
            await do(interaction, await visible_track(interaction, self._track_id))


async def found(
    interaction: discord.Interaction[Busker],
    words: str,
    by: int | None,
    *,
    before: int | None = None,
    limit: int = PAGE,
) -> list[MadeTrack]:
    """The newest tracks that the member may see."""
    member, bot = member_of(interaction), interaction.client
    sight = await sight_of(bot, member)
    return await bot.store.search(member.guild.id, words, sight, member_id=by, before=before, limit=limit)


async def visible_track(interaction: discord.Interaction[Busker], track_id: int) -> MadeTrack:
    """A track, if it is there and the member may see it. Raises RequestError."""
    member, bot = member_of(interaction), interaction.client
    track = await bot.store.track(member.guild.id, track_id)
    sight = await sight_of(bot, member)
    if track is None or not (track.member_id == member.id or track.channel_id in sight.channels):
        raise RequestError(Text("library-gone"))
    return track


def listed(tracks: Sequence[MadeTrack], words: str, by: int | None, locale: discord.Locale) -> dict[str, Any]:
    """A page of the library, as the arguments of a message."""
    lines = [
        Text(
            "library-line",
            number=number,
            prompt=quoted(cut(track.piece.prompt)),
            seconds=track.piece.seconds,
            member=f"<@{track.member_id}>",
            when=f"<t:{track.made_at:.0f}:R>",
        ).in_(locale)
        for number, track in enumerate(tracks, 1)
    ]
    view = discord.ui.View(timeout=None)
    view.add_item(Chooser(tracks, locale))
    if len(tracks) == PAGE:
        view.add_item(Older(tracks[-1].id, by or 0, words.strip(), locale))
    title = Text("library-title").in_(locale)
    return {"embed": discord.Embed(title=title, description="\n".join(lines), colour=COLOUR), "view": view}


async def show_track(interaction: discord.Interaction[Busker], track_id: int) -> None:
    """Show one track and what can be done with it. Raises RequestError."""
    track = await visible_track(interaction, track_id)
    piece, locale = track.piece, interaction.locale
    prompt = Text("track-prompt", prompt=quoted(piece.prompt))
    facts = Text("library-facts", seconds=piece.seconds, seed=str(piece.seed), checkpoint=track.checkpoint)
    made = Text("library-made-for", member=f"<@{track.member_id}>", when=f"<t:{track.made_at:.0f}:R>")
    embed = discord.Embed(description=prompt.in_(locale), colour=COLOUR)
    embed.add_field(name=facts.in_(locale), value=made.in_(locale))
    view = discord.ui.View(timeout=None)
    for act in ("play", "fetch", "forget"):
        view.add_item(OnTrack(act, track.id, locale))
    if track.link is not None:
        view.add_item(discord.ui.Button(label=Text("library-open").in_(locale), url=track.link))
    await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


async def play_again(interaction: discord.Interaction[Busker], track: MadeTrack) -> None:
    """Put a track into the queue: its file where it is kept, else made again. Raises RequestError."""
    bot, piece = interaction.client, track.piece
    kept = kept_file(bot, track)
    if kept is None:
        if piece.excerpt is not None:
            raise RequestError(Text("library-radio-lost"))
        if track.from_recording:
            raise RequestError(Text("library-lost"))
        # Raises PieceError: what may be asked for may have changed since.
        bot.settings.music.piece(piece.prompt, piece.seconds, None, piece.seed)
    before = await ask(interaction, piece, kept)
    prompt = quoted(piece.prompt)
    if kept is not None:
        told = Text("library-playing", prompt=prompt, before=before)
    elif same_model(bot, track):
        told = Text("library-making", prompt=prompt, before=before)
    else:
        now = bot.engine.info.checkpoint
        told = Text("library-making-other", prompt=prompt, before=before, then=track.checkpoint, now=now)
    await interaction.response.send_message(told.in_(interaction.locale), ephemeral=True)


async def fetch(interaction: discord.Interaction[Busker], track: MadeTrack) -> None:
    """Give the member the file, or the way to it."""
    kept = kept_file(interaction.client, track)
    if kept is not None and kept.stat().st_size <= interaction.filesize_limit:
        caption = caption_of(track.piece).in_(interaction.locale)
        await interaction.response.defer(ephemeral=True, thinking=True)  # the file may take longer than 3 s
        with contextlib.closing(discord.File(kept)) as file:  # discord.py leaves files of answers open
            await interaction.edit_original_response(content=caption, attachments=[file])
        return
    link = track.link
    told = Text("library-nowhere") if link is None else Text("library-posted-there", link=link)
    await interaction.response.send_message(told.in_(interaction.locale), ephemeral=True)


async def forget(interaction: discord.Interaction[Busker], track: MadeTrack) -> None:
    """Forget a track and delete its file. Raises NotAllowed."""
    bot = interaction.client
    if interaction.user.id != track.member_id and not manages(interaction):
        raise NotAllowed(Text("library-not-yours"))
    await bot.store.forget_track(track.id)
    await delete_files(bot, [track.file] if track.file else [])
    forgotten = Text("library-forgotten").in_(interaction.locale)
    await interaction.response.edit_message(content=forgotten, embed=None, view=None)


def _choice(track: MadeTrack, locale: discord.Locale) -> str:
    """A track in a list of suggestions, where nothing is formatted."""

    def with_prompt(prompt: str) -> str:
        seconds, seed = track.piece.seconds, str(track.piece.seed)
        return Text("library-choice", prompt=prompt, seconds=seconds, seed=seed).in_(locale)

    return with_prompt(cut(track.piece.prompt, CHOICE_CHARS - len(with_prompt(""))))


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(Chooser, Older, OnTrack)
    await bot.add_cog(Library())
