"""/library: the tracks of the guild, to play again, download and delete.

The `custom_id` of a button holds all of its state, so buttons work after a restart of the bot.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Sequence
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Busker
from bot.commands.checks import manages, member_of
from bot.errors import NotAllowed, RequestError
from bot.rules.markdown import MAX_CHOICES, escape, fit, truncate
from bot.store.records import MadeTrack
from bot.tracks.poster import caption_of
from bot.ui.card import COLOUR
from cogs.errors import Paced, choices_answered, errors_answered
from words.text import Text

PAGE_SIZE: Final = 10
"""Tracks of a list: more would not fit into an embed with the longest prompts, escaped."""

MAX_SEARCHES: Final = 5
"""Pages that are read for one, where words of their tracks are blocked by now."""

MAX_SEARCH_CHARS: Final = 40
"""Longest search: the `custom_id` of the button for older tracks holds it."""

PLACE: Final = "\ufffc"
"""Stands for a prompt until the room for it is known (Unicode's object replacement character)."""

ERASE_SECONDS: Final = 8.0
"""Time to wait for the end of a track's message before the answer [s]."""

_NUMBER = re.compile(r"#(\d{1,18})")
"""The value of the option `search` after a suggestion was taken: the number of a track."""


class Library(commands.Cog):
    """/library."""

    @app_commands.command()
    @app_commands.guild_only()
    async def library(
        self,
        interaction: discord.Interaction[Busker],
        search: app_commands.Range[str, 1, MAX_SEARCH_CHARS] = "",
        by: discord.Member | None = None,
    ) -> None:
        """Show one track if a suggestion was taken, else a list to choose from."""
        if (chosen := _NUMBER.fullmatch(search.strip())) is not None:
            await show_track(interaction, int(chosen[1]))
            return
        by_id = by.id if by else None
        tracks = await search_tracks(interaction, search, by_id)
        if not tracks:
            filtered = bool(search.strip() or by)
            raise RequestError(Text("library-nothing-found") if filtered else Text("library-nothing-made"))
        await interaction.response.send_message(
            **page_of(tracks, search, by_id, interaction.locale), ephemeral=True
        )

    @library.autocomplete("search")
    @choices_answered
    async def suggest(
        self, interaction: discord.Interaction[Busker], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest the newest tracks with these words."""
        tracks = await interaction.client.lookups.latest(
            interaction.user.id, lambda: search_tracks(interaction, typed, None, limit=MAX_CHOICES)
        )
        return [
            app_commands.Choice(name=_choice(track, interaction.locale), value=f"#{track.id}")
            for track in tracks
        ]


class TrackMenu(Paced, discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"library:choose"):
    """The menu under a list of tracks."""

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
    ) -> TrackMenu:
        return cls((), interaction.locale)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with errors_answered(interaction):
            await show_track(interaction, int(self.item.values[0]))


class OlderButton(
    Paced,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"library:older:(?P<before>\d{1,18}):(?P<by>\d{1,20}):(?P<words>.*)",
):
    """The button for the next page of a list of tracks."""

    def __init__(self, before: int, by: int, words: str, locale: discord.Locale) -> None:
        self._before, self._by, self._words = before, by, words
        label = Text("library-older").in_(locale)
        super().__init__(discord.ui.Button(label=label, custom_id=f"library:older:{before}:{by}:{words}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> OlderButton:
        return cls(int(match["before"]), int(match["by"]), match["words"], interaction.locale)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with errors_answered(interaction):
            tracks = await search_tracks(interaction, self._words, self._by or None, before=self._before)
            if not tracks:
                raise RequestError(Text("library-no-more"))
            page = page_of(tracks, self._words, self._by or None, interaction.locale)
            await interaction.response.edit_message(**page)


class LibraryButton(
    Paced,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"library:(?P<action>play|fetch|forget):(?P<track>\d{1,18})",
):
    """A button under one track."""

    def __init__(self, action: str, track_id: int, locale: discord.Locale) -> None:
        self._action, self._track_id = action, track_id
        label = Text("library-act", act=action).in_(locale)
        style = discord.ButtonStyle.primary if action == "play" else discord.ButtonStyle.secondary
        super().__init__(
            discord.ui.Button(label=label, style=style, custom_id=f"library:{action}:{track_id}")
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> LibraryButton:
        return cls(match["action"], int(match["track"]), interaction.locale)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        run = {"play": play_again, "fetch": fetch, "forget": forget}[self._action]
        async with errors_answered(interaction):
            await run(interaction, await visible_track(interaction, self._track_id))


async def search_tracks(
    interaction: discord.Interaction[Busker],
    words: str,
    by: int | None,
    *,
    before: int | None = None,
    limit: int = PAGE_SIZE,
) -> list[MadeTrack]:
    """Return the newest tracks that the member may see; arguments as of `Library.search`."""
    member, moderation = member_of(interaction), interaction.client.moderation
    await moderation.refresh(member.guild)
    found: list[MadeTrack] = []
    for _ in range(MAX_SEARCHES):
        tracks = await interaction.client.library.search(member, words, by=by, before=before, limit=limit)
        found += [track for track in tracks if _is_shown(interaction, track)]
        if len(tracks) < limit or len(found) >= limit:
            break
        before = tracks[-1].id
    return found[:limit]


def _is_shown(interaction: discord.Interaction[Busker], track: MadeTrack) -> bool:
    """True unless the words of a track are blocked by now: then it is left to its requester and managers."""
    if track.member_id == interaction.user.id or manages(interaction):
        return True
    member, moderation = member_of(interaction), interaction.client.moderation
    return moderation.allows(member, interaction.channel, track.piece.prompt, track.piece.typed_prompt)


async def visible_track(interaction: discord.Interaction[Busker], track_id: int) -> MadeTrack:
    """Return a track that the member may see. Raises RequestError if there is none of this number."""
    track = await interaction.client.library.track(member_of(interaction), track_id)
    if track is None or not _is_shown(interaction, track):
        raise RequestError(Text("library-gone"))
    return track


def page_of(
    tracks: Sequence[MadeTrack], words: str, by: int | None, locale: discord.Locale
) -> dict[str, Any]:
    """Return a list of tracks with its menu and button, as arguments of a message."""
    lines = [
        Text(
            "library-line",
            number=number,
            prompt=escape(truncate(track.piece.typed_prompt)),
            seconds=track.piece.seconds,
            member=f"<@{track.member_id}>",
            when=f"<t:{track.made_at:.0f}:R>",
        ).in_(locale)
        for number, track in enumerate(tracks, 1)
    ]
    view = discord.ui.View(timeout=None)
    view.add_item(TrackMenu(tracks, locale))
    if len(tracks) == PAGE_SIZE:
        view.add_item(OlderButton(tracks[-1].id, by or 0, words.strip(), locale))
    title = Text("library-title").in_(locale)
    return {"embed": discord.Embed(title=title, description="\n".join(lines), colour=COLOUR), "view": view}


async def show_track(interaction: discord.Interaction[Busker], track_id: int) -> None:
    """Show one track with its buttons. Raises RequestError."""
    track = await visible_track(interaction, track_id)
    piece, locale = track.piece, interaction.locale
    prompt = Text("track-prompt", prompt=escape(piece.typed_prompt))
    facts = Text("library-facts", seconds=piece.seconds, seed=str(piece.seed), checkpoint=track.checkpoint)
    request = Text("library-made-for", member=f"<@{track.member_id}>", when=f"<t:{track.made_at:.0f}:R>")
    embed = discord.Embed(description=prompt.in_(locale), colour=COLOUR)
    embed.add_field(name=facts.in_(locale), value=request.in_(locale))
    view = discord.ui.View(timeout=None)
    for action in ("play", "fetch", "forget"):
        view.add_item(LibraryButton(action, track.id, locale))
    if track.link is not None:
        view.add_item(discord.ui.Button(label=Text("library-open").in_(locale), url=track.link))
    await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


async def play_again(interaction: discord.Interaction[Busker], track: MadeTrack) -> None:
    """Request a track: from its file if it is on disk, else composed again.

    Raises RequestError or PieceError.
    """
    bot, piece = interaction.client, track.piece
    saved_file = bot.library.file_of(track)
    if saved_file is None:
        if piece.excerpt is not None:
            raise RequestError(Text("library-radio-lost"))
        if track.from_recording:
            raise RequestError(Text("library-lost"))
        # Raises PieceError: the limits may be narrower by now.
        bot.settings.music.piece(piece.prompt, piece.seconds, None, piece.seed)
    before = await bot.requests.submit(bot.requests.admit(interaction), piece, saved_file)
    prompt = escape(piece.typed_prompt)
    if saved_file is not None:
        answer = Text("library-playing", prompt=prompt, before=before)
    elif bot.library.is_reproducible(track):
        answer = Text("library-making", prompt=prompt, before=before)
    else:
        now = bot.engine.info.checkpoint
        answer = Text("library-making-other", prompt=prompt, before=before, then=track.checkpoint, now=now)
    await interaction.response.send_message(answer.in_(interaction.locale), ephemeral=True)


async def fetch(interaction: discord.Interaction[Busker], track: MadeTrack) -> None:
    """Send the member the file, or else a link to the message with it."""
    file = interaction.client.library.file_of(track)
    if file is not None and file.stat().st_size <= interaction.filesize_limit:
        caption = caption_of(track.piece).in_(interaction.locale)
        await interaction.response.defer(ephemeral=True, thinking=True)  # the upload may take longer than 3 s
        with contextlib.closing(discord.File(file)) as upload:  # discord.py does not close it
            await interaction.edit_original_response(content=caption, attachments=[upload])
        return
    link = track.link
    answer = Text("library-nowhere") if link is None else Text("library-posted-there", link=link)
    await interaction.response.send_message(answer.in_(interaction.locale), ephemeral=True)


async def forget(interaction: discord.Interaction[Busker], track: MadeTrack) -> None:
    """Delete a track, its file and its message. Raises NotAllowed."""
    if interaction.user.id != track.member_id and not manages(interaction):
        raise NotAllowed(Text("library-not-yours"))
    bot = interaction.client
    await interaction.response.defer()  # Discord may take longer than 3 s to delete the message
    erasing = await bot.library.forget(track, bot.sessions.live_cards)
    await asyncio.wait([erasing], timeout=ERASE_SECONDS)
    outcome = "none" if track.link is None else "soon"
    if track.link is not None and erasing.done() and not erasing.cancelled():
        kept = track.link in [message.link for message in erasing.result().kept]
        outcome = "kept" if kept else "deleted"
    forgotten = Text("library-forgotten", message=outcome, link=track.link or "").in_(interaction.locale)
    await interaction.edit_original_response(content=forgotten, embed=None, view=None)


def _choice(track: MadeTrack, locale: discord.Locale) -> str:
    """Return a track as a suggestion or a choice, where Discord formats nothing."""

    seconds, seed = track.piece.seconds, str(track.piece.seed)
    choice = Text("library-choice", prompt=PLACE, seconds=seconds, seed=seed).in_(locale)
    before, _, after = choice.partition(PLACE)
    return fit(before, track.piece.typed_prompt, after)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(TrackMenu, OlderButton, LibraryButton)
    await bot.add_cog(Library())
