"""Deleted tracks take Busker's own messages with them: those that brought them, and finished cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.records import PostedMessage, Visibility
from bot.tracks import eraser
from rehearsal.people.members import Person
from rehearsal.people.reply import Reply
from rehearsal.permissions import Permission
from rehearsal.world import Channel, Message
from tests.loopback_guild import LoopbackGuild, loopback_guild, restarted, until


@pytest.fixture(autouse=True)
def quick_erasing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete messages at once; a bot on Discord pauses for a second after each."""
    monkeypatch.setattr(eraser, "ERASE_SECONDS", 0.0)


async def play(loopback: LoopbackGuild, seed: int) -> Message:
    """Play a piece of the asker to its end, with its card; return the message with its track."""
    before = len(loopback.tracks)
    piece = loopback.ask(seconds=0.5, seed=seed, prompt=f"bells {seed}")
    await loopback.play(piece)
    await until(lambda: len(loopback.tracks) > before and not loopback.bot.sessions.live_cards)
    await until(lambda: bool(loopback.cards) and "Played" in str(loopback.cards[-1].components))
    return loopback.tracks[-1]


async def delete_all(loopback: LoopbackGuild, who: Person, channel: Channel | None = None) -> Reply:
    reply = await who.use("privacy", {}, channel or loopback.text)
    return await who.press(await reply.said(), "Delete these tracks")


def says(reply: Reply, words: str) -> bool:
    return reply.message is not None and words in reply.message.content


async def erasures(loopback: LoopbackGuild) -> list[PostedMessage]:
    return await loopback.bot.store.pending_erasures()


async def test_deleting_everything_deletes_the_messages_and_finished_cards_and_says_how_many(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await play(loopback, 1)
        await play(loopback, 2)
        loopback.asker.say("lovely!", loopback.text)
        assert (len(loopback.tracks), len(loopback.cards)) == (2, 2)
        reply = await delete_all(loopback, loopback.asker)
        await until(lambda: says(reply, "messages of Busker's were deleted, too."))
        assert reply.message is not None
        assert reply.message.content == (
            "Deleted 2 tracks with their files. 4 messages of Busker's were deleted, too."
        )
        assert [message.content for message in loopback.text.messages] == ["lovely!"]
        assert not await erasures(loopback)
        nothing = await loopback.asker.use("privacy", {}, loopback.text)
        assert (await nothing.said()).content.startswith("Busker stores no tracks of yours.")


async def test_the_messages_of_others_stay(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await play(loopback, 1)
        before = list(loopback.text.messages)
        reply = await loopback.listener.use("privacy", {}, loopback.text)
        assert (await reply.said()).content.startswith("Busker stores no tracks of yours.")
        assert loopback.text.messages == before


async def test_what_busker_can_no_longer_reach_is_named(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        track = await play(loopback, 1)
        lobby = loopback.guild.text_channel("lobby")
        loopback.here.announce_channel(lobby, "CHANNEL_CREATE")
        loopback.text.overwrite(loopback.guild.members[loopback.here.bot.id], deny=Permission.VIEW_CHANNEL)
        loopback.here.announce_channel(loopback.text)
        reply = await delete_all(loopback, loopback.asker, lobby)
        await until(lambda: says(reply, "couldn't be deleted"))
        assert reply.message is not None
        assert reply.message.content.startswith(
            "Deleted 1 track with their files. None of Busker's messages with them could be deleted. "
            "2 messages couldn't be deleted. Members who can manage messages can: https://"
        )
        link = f"https://discord.com/channels/{loopback.guild.id}/{loopback.text.id}/{track.id}"
        assert link in reply.message.content
        assert not await erasures(loopback), "nothing is tried for ever"


async def test_deleting_one_track_deletes_its_message_and_its_card_alone(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await play(loopback, 1)
        kept = await play(loopback, 2)
        kept_card = loopback.cards[-1]
        shown = await loopback.asker.use("library", {"search": "#1"}, loopback.text)
        reply = await loopback.asker.press(await shown.said(), "Delete")
        await until(lambda: says(reply, "Deleted, with its file and its message."))
        assert loopback.text.messages == [kept_card, kept] or loopback.text.messages == [kept, kept_card]


async def test_a_message_that_somebody_deleted_before_is_no_failure(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        track = await play(loopback, 1)
        loopback.text.messages.remove(track)
        shown = await loopback.asker.use("library", {"search": "#1"}, loopback.text)
        reply = await loopback.asker.press(await shown.said(), "Delete")
        await until(lambda: says(reply, "Deleted, with its file and its message."))


async def test_a_card_that_is_not_finished_stays(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await play(loopback, 1)
        playing = loopback.ask(seconds=20.0, seed=2)
        await until(lambda: bool(loopback.bot.sessions.live_cards) and playing.buffer.frames_played > 0)
        live = loopback.cards[-1]
        reply = await delete_all(loopback, loopback.asker)
        await until(lambda: says(reply, "were deleted, too."))
        assert loopback.text.messages == [live]
        loopback.session.stop()
        await loopback.play(playing)


async def test_what_a_restart_interrupted_is_deleted_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await play(loopback, 1)
        monkeypatch.setattr(eraser.Eraser, "erase", lambda self, messages: self._spawn(nothing()))

        async def nothing() -> eraser.Erased:
            return eraser.Erased(0, ())

        await loopback.bot.library.forget_all_of(loopback.asker.id)
        assert len(await erasures(loopback)) == 2
        assert len(loopback.text.messages) == 2
        async with restarted(loopback) as again:
            await until(lambda: not again.text.messages)
            while await erasures(again):
                pass


async def test_a_failure_of_discord_is_tried_again_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await play(loopback, 1)
        with monkeypatch.context() as patch:
            patch.setattr(eraser, "SERVER_ERROR", 400)  # whatever Discord refuses counts as its failure
            loopback.text.overwrite(
                loopback.guild.members[loopback.here.bot.id], deny=Permission.VIEW_CHANNEL
            )
            count, erasing = await loopback.bot.library.forget_all_of(loopback.asker.id)
            assert count == 2
            assert len((await erasing).kept) == 2
        assert len(await erasures(loopback)) == 2
        assert not await loopback.bot.store.search(
            loopback.guild.id, "", Visibility(loopback.asker.id, frozenset())
        )


async def test_the_card_of_a_radio_which_has_no_track_is_deleted_too(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await loopback.asker.use("radio", {"prompt": "endless bells"}, loopback.text)
        await until(
            lambda: bool(loopback.session.queue) and loopback.session.queue[0].buffer.frames_played > 10
        )
        radio = loopback.session.queue[0]
        loopback.session.stop()
        await loopback.play(radio)
        await until(lambda: not loopback.bot.sessions.live_cards)
        reply = await delete_all(loopback, loopback.asker)
        await until(lambda: says(reply, "One message of Busker's was deleted, too."))
        assert not loopback.text.messages


async def test_a_track_that_is_deleted_while_it_is_posted_leaves_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        store = loopback.bot.store
        taken = store.set_message

        async def deleted_meanwhile(track_id: int, message_id: int) -> bool:
            await store.forget_tracks_of(loopback.asker.id)
            return await taken(track_id, message_id)

        monkeypatch.setattr(store, "set_message", deleted_meanwhile)
        piece = loopback.ask(seconds=0.5)
        await loopback.play(piece)
        assert piece.trouble is None
        assert not loopback.tracks


async def test_a_deleted_prompt_is_nowhere_in_the_store_and_a_log_names_no_prompt(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        caplog.set_level("INFO", "bot")
        piece = loopback.ask(seconds=0.5, prompt="unspeakable")
        await loopback.play(piece)
        async with restarted(loopback) as again:
            await again.bot.library.forget_all_of(loopback.asker.id)
            await until(lambda: not again.tracks)
        assert b"unspeakable" not in (tmp_path / "busker.sqlite").read_bytes()
        assert not list(tmp_path.glob("unspeakable*"))
        assert "unspeakable" not in caplog.text
