"""The card's message: one until the queue runs empty, kept current, and never a reason for late sound."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import pytest

from audio.worker.tone_engine import ToneEngine
from bot.tracks.poster import Poster
from bot.ui import posted_card
from rehearsal.permissions import Permission
from rehearsal.rest.components import Kind, media, walk
from rehearsal.rest.troubles import Trouble
from rehearsal.world import Message
from tests.loopback_guild import LoopbackGuild, loopback_guild, read, until
from words.text import Text

EDIT = frozenset({"PATCH /channels/{channel}/messages/{message}"})
POST = frozenset({"POST /channels/{channel}/messages"})


def labels(card: Message) -> dict[str, bool]:
    """The buttons, and whether each can be pressed."""
    found = [item for _, item in walk(card.components) if item["type"] == Kind.BUTTON]
    return {button["label"]: not button.get("disabled") for button in found}


def pictures(card: Message) -> list[str]:
    """The addresses of the pictures that the card shows."""
    return [shown["url"] for _, shown in media(card.components)]


async def card_of(loopback: LoopbackGuild) -> Message:
    await until(lambda: bool(loopback.cards))
    (card,) = loopback.cards
    return card


async def test_the_card_follows_the_piece_from_its_first_step_to_its_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted_card, "EDIT_SECONDS", 0.2)
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=1.2)) as loopback:
        piece = loopback.ask(seconds=2.0, seed=7)
        card = await card_of(loopback)
        assert "### Composing" in read(card)
        assert "“bells”" in read(card)
        assert "2 s · seed 7 · for asker" in read(card)
        assert labels(card) == {
            "Pause": False,
            "Skip": True,
            "Stop": True,
            "Steer": True,
            "Again": True,
            "Remix": True,
            "Extend": False,
        }
        await until(lambda: "### Playing" in read(card))
        assert labels(card)["Pause"]
        await loopback.play(piece)
        await until(lambda: "### Played" in read(card) and labels(card)["Extend"])
        assert labels(card) == dict.fromkeys(("Again", "Remix", "Extend"), True) | dict.fromkeys(
            ("Pause", "Skip", "Stop", "Steer"), False
        )
        assert [file.filename for file in card.attachments] == ["bells-7.png"]
        assert card.attachments[0].description
        assert not loopback.here.refusals


async def test_one_message_shows_all_pieces_until_the_queue_is_empty_and_later_ones_get_another(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        pieces = [loopback.ask(seconds=0.5, seed=seed) for seed in (1, 2, 3)]
        card = await card_of(loopback)
        assert "**Up next**\n1. “bells” · 0.5 s · seed 2\n2. “bells” · 0.5 s · seed 3" in read(card)
        for piece in pieces:
            await loopback.play(piece)
        await until(lambda: bool(card.attachments))
        assert "seed 3 · for asker" in read(card)
        assert len(loopback.cards) == 1
        await loopback.play(loopback.ask(seconds=0.5, seed=4))
        await until(lambda: len(loopback.cards) == 2 and bool(loopback.cards[1].attachments))
        assert "seed 4 · for asker" in read(loopback.cards[1])
        assert "seed 3 · for asker" in read(card)


async def test_edits_keep_their_interval_however_much_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted_card, "EDIT_SECONDS", 0.2)
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=4.0)) as loopback:
        piece = loopback.ask(seconds=2.0)
        await loopback.play(piece)
        card = await card_of(loopback)
        await until(lambda: bool(card.attachments))
        times = [card.created, *(edit.at for edit in card.edits)]
        *between, _last = [after - before for before, after in pairwise(times)]
        assert len(between) >= 4
        assert min(between) >= 0.19  # only the final state is shown at once


async def test_rate_limited_edits_do_not_queue_up_and_the_sound_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted_card, "EDIT_SECONDS", 0.05)
    async with loopback_guild(tmp_path) as loopback:
        limit = loopback.here.rest.troubles.begin(Trouble(EDIT, 429, None, retry_after_s=0.4))
        began = time.monotonic()
        piece = loopback.ask(seconds=1.0)
        await loopback.play(piece)
        assert (piece.buffer.frames_played, piece.buffer.starvations) == (50, 0)
        # One at a time, each after its wait; without waiting there would be eight times as many.
        assert 1 <= limit.met <= 1 + (time.monotonic() - began) / 0.4
        loopback.here.rest.troubles.end()
        card = await card_of(loopback)
        await until(lambda: "### Played" in read(card))


async def test_a_refused_edit_is_retried_and_a_deleted_card_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted_card, "EDIT_SECONDS", 0.05)
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=4.0)) as loopback:
        loopback.here.rest.troubles.begin(Trouble(EDIT, 403, 1))
        loopback.text.overwrite(loopback.guild.members[loopback.here.bot.id], deny=Permission(0))
        piece = loopback.ask(seconds=1.0)
        card = await card_of(loopback)
        loopback.text.messages.remove(card)
        card.deleted = True
        await loopback.play(piece)
        await until(lambda: not [task for task in asyncio.all_tasks() if task.get_name() == "card of Guild"])
        assert not loopback.cards
        assert piece.buffer.frames_played == 50


async def test_trouble_with_a_track_is_shown_while_the_next_piece_plays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted_card, "EDIT_SECONDS", 0.4)
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=4.0)) as loopback:
        await loopback.bot.poster.close()
        loopback.bot.poster = Poster(loopback.bot.engine, loopback.bot.guild_settings, loopback.bot.store, ())
        first = loopback.ask(seconds=0.5, seed=1)
        card = await card_of(loopback)
        loopback.text.overwrite(loopback.guild.members[loopback.here.bot.id], deny=Permission.ATTACH_FILES)
        second = loopback.ask(seconds=20.0, seed=2, prompt="drums")
        await loopback.play(first)
        trouble = "**Problem** with “bells”: Discord didn't accept the track. It is saved as bells-1.flac."
        await until(lambda: trouble in read(card))
        assert not second.ended
        assert "“drums”" in read(card)
        loopback.session.stop()


async def test_a_card_that_shows_its_picture_says_so_when_the_track_cannot_be_posted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted_card, "EDIT_SECONDS", 0.1)
    async with loopback_guild(tmp_path) as loopback:
        await loopback.bot.poster.close()
        loopback.bot.poster = Poster(loopback.bot.engine, loopback.bot.guild_settings, loopback.bot.store, ())
        piece = loopback.ask(seconds=0.5)
        card = await card_of(loopback)
        loopback.here.rest.troubles.begin(Trouble(POST, times=None, delay_s=float("inf")))
        await until(lambda: bool(pictures(card)))
        loopback.here.rest.troubles.end()
        await loopback.play(piece)
        await until(lambda: "Discord didn't accept the track. It is saved as bells-1.flac." in read(card))
        assert "### Played" in read(card)
        assert [url.rpartition("/")[2].partition("?")[0] for url in pictures(card)] == ["bells-1.png"]
        assert len(card.attachments) == 1
        assert not loopback.here.refusals


async def test_a_card_is_in_the_language_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    real = Text.in_

    def note(text: Text, locale: object) -> str:
        if text.key.startswith("card"):
            asked.add(str(locale))
        return real(text, locale)

    monkeypatch.setattr(Text, "in_", note)
    async with loopback_guild(tmp_path) as loopback:
        monkeypatch.setattr(loopback.discord_guild, "preferred_locale", "de")
        loopback.ask(seconds=0.5)
        await card_of(loopback)
        assert asked == {"de"}
