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
from rehearsal.rest.components import Kind, walk
from rehearsal.rest.troubles import Trouble
from rehearsal.world import Message
from tests.house import House, a_house, read, until
from words.text import Text

EDIT = frozenset({"PATCH /channels/{channel}/messages/{message}"})


def labels(card: Message) -> dict[str, bool]:
    """The buttons, and whether each can be pressed."""
    found = [item for _, item in walk(card.components) if item["type"] == Kind.BUTTON]
    return {button["label"]: not button.get("disabled") for button in found}


async def card_of(house: House) -> Message:
    await until(lambda: bool(house.cards))
    (card,) = house.cards
    return card


async def test_the_card_follows_the_piece_from_its_first_step_to_its_picture(tmp_path: Path) -> None:
    async with a_house(tmp_path, engine=ToneEngine(speed=1.2)) as house:
        piece = house.ask(seconds=4.0, seed=7)
        card = await card_of(house)
        assert "### Composing" in read(card)
        assert "“bells”" in read(card)
        assert "4 s · seed 7 · for asker" in read(card)
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
        await house.play(piece)
        await until(lambda: "### Played" in read(card) and labels(card)["Extend"])
        assert labels(card) == dict.fromkeys(("Again", "Remix", "Extend"), True) | dict.fromkeys(
            ("Pause", "Skip", "Stop", "Steer"), False
        )
        assert [file.filename for file in card.attachments] == ["bells-7.png"]
        assert card.attachments[0].description
        assert not house.here.refusals


async def test_one_message_shows_all_pieces_until_the_queue_is_empty_and_later_ones_get_another(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house:
        pieces = [house.ask(seconds=0.5, seed=seed) for seed in (1, 2, 3)]
        card = await card_of(house)
        assert "**Up next**\n1. “bells” · 0.5 s · seed 2\n2. “bells” · 0.5 s · seed 3" in read(card)
        for piece in pieces:
            await house.play(piece)
        await until(lambda: bool(card.attachments))
        assert "seed 3 · for asker" in read(card)
        assert len(house.cards) == 1
        await house.play(house.ask(seconds=0.5, seed=4))
        await until(lambda: len(house.cards) == 2 and bool(house.cards[1].attachments))
        assert "seed 4 · for asker" in read(house.cards[1])
        assert "seed 3 · for asker" in read(card)


async def test_edits_keep_their_interval_however_much_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted_card, "EDIT_SECONDS", 0.2)
    async with a_house(tmp_path, engine=ToneEngine(speed=4.0)) as house:
        piece = house.ask(seconds=2.0)
        await house.play(piece)
        card = await card_of(house)
        await until(lambda: bool(card.attachments))
        times = [card.created, *(edit.at for edit in card.edits)]
        *between, _last = [after - before for before, after in pairwise(times)]
        assert len(between) >= 4
        assert min(between) >= 0.19  # only the final state is shown at once


async def test_rate_limited_edits_do_not_queue_up_and_the_sound_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted_card, "EDIT_SECONDS", 0.05)
    async with a_house(tmp_path) as house:
        limit = house.here.rest.troubles.begin(Trouble(EDIT, 429, None, retry_after_s=0.4))
        began = time.monotonic()
        piece = house.ask(seconds=1.0)
        await house.play(piece)
        assert (piece.buffer.frames_played, piece.buffer.starvations) == (50, 0)
        # One at a time, each after its wait; without waiting there would be eight times as many.
        assert 1 <= limit.met <= 1 + (time.monotonic() - began) / 0.4
        house.here.rest.troubles.end()
        card = await card_of(house)
        await until(lambda: "### Played" in read(card))


async def test_a_refused_edit_is_retried_and_a_deleted_card_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted_card, "EDIT_SECONDS", 0.05)
    async with a_house(tmp_path, engine=ToneEngine(speed=4.0)) as house:
        house.here.rest.troubles.begin(Trouble(EDIT, 403, 1))
        house.text.overwrite(house.guild.members[house.here.bot.id], deny=Permission(0))
        piece = house.ask(seconds=1.0)
        card = await card_of(house)
        house.text.messages.remove(card)
        card.deleted = True
        await house.play(piece)
        await until(lambda: not [task for task in asyncio.all_tasks() if task.get_name() == "card of House"])
        assert not house.cards
        assert piece.buffer.frames_played == 50


async def test_trouble_with_a_track_is_shown_while_the_next_piece_plays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted_card, "EDIT_SECONDS", 0.4)
    async with a_house(tmp_path, engine=ToneEngine(speed=4.0)) as house:
        await house.bot.poster.close()
        house.bot.poster = Poster(house.bot.engine, house.bot.guild_settings, house.bot.store, ())
        first = house.ask(seconds=0.5, seed=1)
        card = await card_of(house)
        house.text.overwrite(house.guild.members[house.here.bot.id], deny=Permission.ATTACH_FILES)
        second = house.ask(seconds=20.0, seed=2, prompt="drums")
        await house.play(first)
        trouble = "**Problem** with “bells”: Discord didn't accept the track. It is saved as bells-1.flac."
        await until(lambda: trouble in read(card))
        assert not second.ended
        assert "“drums”" in read(card)
        house.session.stop()


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
    async with a_house(tmp_path) as house:
        monkeypatch.setattr(house.discord_guild, "preferred_locale", "de")
        house.ask(seconds=0.5)
        await card_of(house)
        assert asked == {"de"}
