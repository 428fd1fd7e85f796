"""/library and /privacy: what was made here, to be played again, fetched and forgotten.

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

from bot.asking import ask, member_of
from bot.card import COLOUR
from bot.client import Busker
from bot.errors import NotAllowed, RequestError
from bot.library import delete_files, kept_file, same_model, sight_of
from bot.quoting import CHOICE_SIGNS, CHOICES, cut, quoted
from bot.standing import manages
from bot.store.records import MadeTrack, Traces
from cogs.errors import tell_fault

PAGE: Final = 10
"""Tracks of a list: more would not fit into an embed with the longest prompts, escaped."""

SOUGHT_SIGNS: Final = 40
"""Characters to search for: the button for older tracks carries them."""

_NUMBER = re.compile(r"#(\d{1,18})")
"""A track in the option `search`, as a suggestion fills it in."""

TITLE: Final = "Library"
NOTHING_MADE: Final = "Nothing has been made here yet that you can see; /compose makes something."
NOTHING_FOUND: Final = "Nothing that was made here has these words; fewer of them find more."
NO_MORE: Final = "There is nothing older."
LINE: Final = "{number}. “{prompt}” · {seconds:g} s · <@{member}> · {when}"
CHOICE: Final = "{prompt} · {seconds:g} s · seed {seed}"
PLACEHOLDER: Final = "Choose a track"
FACTS: Final = "{seconds:g} s · seed {seed} · {checkpoint}"
MADE_BY: Final = "Made for <@{member}> {when}."
PLAY, FETCH, FORGET, OPEN, OLDER = "Play again", "Fetch", "Forget", "Open its message", "Older"
GONE: Final = "This track is not in the library any more."
PLAYING: Final = "Playing “{prompt}” again{after}."
MAKING: Final = "Its file is gone, so “{prompt}” is made again{after}; it will sound the same."
MAKING_OTHER: Final = (
    "Its file is gone, so “{prompt}” is made again{after}. It will not sound the same: it was made with "
    "{then}, and Busker composes with {now} now."
)
LOST: Final = (
    "Its file is gone, and it was made from a sound file that Busker does not keep, so it cannot be made "
    "again."
)
AFTER: Final = ("", " after one other piece", " after {before} others")
FETCHED: Final = "“{prompt}” · {seconds:g} s · seed {seed}"
POSTED_THERE: Final = "It is in {link}."
NOWHERE: Final = "Its file is gone, and it was never posted; {play} makes it again."
NOT_YOURS: Final = "Only who asked for a track, and who manages the server, can make Busker forget it."
FORGOTTEN: Final = "Forgotten, with its file. The message that brought it stays until somebody deletes it."

REMEMBERED: Final = (
    "Busker remembers {tracks} track{s} that you asked for, in all servers together, with the prompts, "
    "seeds and files, and how much music you asked for on {days} day{t}. Nothing else about you is kept."
)
REMEMBERS_NOTHING: Final = "Busker remembers nothing about you."
WHAT_STAYS: Final = (
    "Messages that Busker posted in channels stay; who may delete messages there can delete them."
)
DELETE_ALL: Final = "Delete all of it"
DELETED: Final = "Deleted: {tracks} track{s} with their files, and what you used on {days} day{t}."


class Library(commands.Cog):
    """Shows what was made here, to those who may see it."""

    @app_commands.command(description="What was made here: play it again, fetch it, forget it")
    @app_commands.describe(
        search="Words of its prompt; nothing shows the newest", by="Only what this person asked for"
    )
    @app_commands.guild_only()
    async def library(
        self,
        interaction: discord.Interaction[Busker],
        search: app_commands.Range[str, 1, SOUGHT_SIGNS] = "",
        by: discord.Member | None = None,
    ) -> None:
        """Show one track where a suggestion was taken, else a list to choose from."""
        if (chosen := _NUMBER.fullmatch(search.strip())) is not None:
            await show_track(interaction, int(chosen[1]))
            return
        by_id = by.id if by else None
        tracks = await found(interaction, search, by_id)
        if not tracks:
            raise RequestError(NOTHING_FOUND if search.strip() or by else NOTHING_MADE)
        await interaction.response.send_message(**listed(tracks, search, by_id), ephemeral=True)

    @library.autocomplete("search")
    async def suggest(
        self, interaction: discord.Interaction[Busker], typed: str
    ) -> list[app_commands.Choice[str]]:
        """The newest tracks with these words."""
        tracks = await found(interaction, typed, None, limit=CHOICES)
        return [app_commands.Choice(name=_choice(track), value=f"#{track.id}") for track in tracks]

    @app_commands.command(description="What Busker remembers about you, and how to delete it")
    async def privacy(self, interaction: discord.Interaction[Busker]) -> None:
        """Say what is kept, and offer to delete it."""
        traces = await interaction.client.store.traces_of(interaction.user.id)
        if traces == Traces(0, 0):
            await interaction.response.send_message(REMEMBERS_NOTHING, ephemeral=True)
            return
        view = discord.ui.View(timeout=None)
        view.add_item(DeleteAll(interaction.user.id))
        await interaction.response.send_message(
            f"{_counted(REMEMBERED, traces)} {WHAT_STAYS}", view=view, ephemeral=True
        )


class Chooser(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"library:choose"):
    """The menu under a list."""

    def __init__(self, tracks: Sequence[MadeTrack] = ()) -> None:
        options = [
            discord.SelectOption(label=cut(_choice(track), CHOICE_SIGNS), value=str(track.id))
            for track in tracks
        ]
        super().__init__(
            discord.ui.Select(custom_id="library:choose", placeholder=PLACEHOLDER, options=options)
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Chooser:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with tell_fault(interaction):
            await show_track(interaction, int(self.item.values[0]))


class Older(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"library:older:(?P<before>\d+):(?P<by>\d+):(?P<words>.*)",
):
    """The button for the next page of a list."""

    def __init__(self, before: int, by: int, words: str) -> None:
        self._before, self._by, self._words = before, by, words
        super().__init__(discord.ui.Button(label=OLDER, custom_id=f"library:older:{before}:{by}:{words}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Older:
        return cls(int(match["before"]), int(match["by"]), match["words"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with tell_fault(interaction):
            tracks = await found(interaction, self._words, self._by or None, before=self._before)
            if not tracks:
                raise RequestError(NO_MORE)
            await interaction.response.edit_message(**listed(tracks, self._words, self._by or None))


class OnTrack(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"library:(?P<act>play|fetch|forget):(?P<track>\d{1,18})",
):
    """A button that does something with one track."""

    def __init__(self, act: str, track_id: int) -> None:
        self._act, self._track_id = act, track_id
        label = {"play": PLAY, "fetch": FETCH, "forget": FORGET}[act]
        style = discord.ButtonStyle.primary if act == "play" else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"library:{act}:{track_id}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> OnTrack:
        return cls(match["act"], int(match["track"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        do = {"play": play_again, "fetch": fetch, "forget": forget}[self._act]
        async with tell_fault(interaction):
            await do(interaction, await visible_track(interaction, self._track_id))


class DeleteAll(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"library:privacy:(?P<user>\d+)"):
    """The button under `/privacy`."""

    def __init__(self, user_id: int) -> None:
        super().__init__(
            discord.ui.Button(
                label=DELETE_ALL, style=discord.ButtonStyle.danger, custom_id=f"library:privacy:{user_id}"
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> DeleteAll:
        return cls(int(match["user"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        bot: Busker = interaction.client
        async with tell_fault(interaction):
            # Whose button it was is no matter: everybody deletes what is about themselves.
            traces = await bot.store.traces_of(interaction.user.id)
            await delete_files(bot, await bot.store.forget_member(interaction.user.id))
            await interaction.response.edit_message(
                content=f"{_counted(DELETED, traces)} {WHAT_STAYS}", view=None
            )


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
        raise RequestError(GONE)
    return track


def listed(tracks: Sequence[MadeTrack], words: str, by: int | None) -> dict[str, Any]:
    """A page of the library, as the arguments of a message."""
    lines = [
        LINE.format(
            number=number,
            prompt=quoted(cut(track.piece.prompt)),
            seconds=track.piece.seconds,
            member=track.member_id,
            when=f"<t:{track.made_at:.0f}:R>",
        )
        for number, track in enumerate(tracks, 1)
    ]
    view = discord.ui.View(timeout=None)
    view.add_item(Chooser(tracks))
    if len(tracks) == PAGE:
        view.add_item(Older(tracks[-1].id, by or 0, words.strip()))
    return {
        "embed": discord.Embed(title=TITLE, description="\n".join(lines), colour=COLOUR),
        "view": view,
    }


async def show_track(interaction: discord.Interaction[Busker], track_id: int) -> None:
    """Show one track and what can be done with it. Raises RequestError."""
    track = await visible_track(interaction, track_id)
    embed = discord.Embed(description=f"“{quoted(track.piece.prompt)}”", colour=COLOUR)
    made = MADE_BY.format(member=track.member_id, when=f"<t:{track.made_at:.0f}:R>")
    embed.add_field(name=_facts(track), value=made)
    view = discord.ui.View(timeout=None)
    for act in ("play", "fetch", "forget"):
        view.add_item(OnTrack(act, track.id))
    if track.link is not None:
        view.add_item(discord.ui.Button(label=OPEN, url=track.link))
    await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


async def play_again(interaction: discord.Interaction[Busker], track: MadeTrack) -> None:
    """Put a track into the queue: its file where it is kept, else made again. Raises RequestError."""
    bot, piece = interaction.client, track.piece
    kept = kept_file(bot, track)
    if kept is None:
        if track.from_recording:
            raise RequestError(LOST)
        # Raises PieceError: what may be asked for may have changed since.
        bot.settings.music.piece(piece.prompt, piece.seconds, None, piece.seed)
    before = await ask(interaction, piece, kept)
    remade = MAKING if same_model(bot, track) else MAKING_OTHER
    sentence = remade if kept is None else PLAYING
    told = sentence.format(
        prompt=quoted(piece.prompt),
        after=AFTER[min(before, 2)].format(before=before),
        then=track.checkpoint,
        now=bot.engine.info.checkpoint,
    )
    await interaction.response.send_message(told, ephemeral=True)


async def fetch(interaction: discord.Interaction[Busker], track: MadeTrack) -> None:
    """Give the member the file, or the way to it."""
    kept = kept_file(interaction.client, track)
    if kept is not None and kept.stat().st_size <= interaction.filesize_limit:
        piece = track.piece
        caption = FETCHED.format(prompt=quoted(piece.prompt), seconds=piece.seconds, seed=piece.seed)
        with contextlib.closing(discord.File(kept)) as file:  # discord.py leaves files of answers open
            await interaction.response.send_message(caption, file=file, ephemeral=True)
        return
    told = NOWHERE.format(play=PLAY) if track.link is None else POSTED_THERE.format(link=track.link)
    await interaction.response.send_message(told, ephemeral=True)


async def forget(interaction: discord.Interaction[Busker], track: MadeTrack) -> None:
    """Forget a track and delete its file. Raises NotAllowed."""
    bot = interaction.client
    if interaction.user.id != track.member_id and not manages(interaction):
        raise NotAllowed(NOT_YOURS)
    await bot.store.forget_track(track.id)
    await delete_files(bot, [track.file] if track.file else [])
    await interaction.response.edit_message(content=FORGOTTEN, embed=None, view=None)


def _facts(track: MadeTrack) -> str:
    piece = track.piece
    return FACTS.format(seconds=piece.seconds, seed=piece.seed, checkpoint=track.checkpoint)


def _choice(track: MadeTrack) -> str:
    """A track in a list of suggestions, where nothing is formatted."""
    piece = track.piece
    rest = CHOICE.format(prompt="", seconds=piece.seconds, seed=piece.seed)
    return CHOICE.format(
        prompt=cut(piece.prompt, CHOICE_SIGNS - len(rest)), seconds=piece.seconds, seed=piece.seed
    )


def _counted(sentence: str, traces: Traces) -> str:
    s, t = ("" if count == 1 else "s" for count in (traces.tracks, traces.days))
    return sentence.format(tracks=traces.tracks, days=traces.days, s=s, t=t)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(Chooser, Older, OnTrack, DeleteAll)
    await bot.add_cog(Library())
