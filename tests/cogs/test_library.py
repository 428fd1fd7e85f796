"""/library and /privacy: search, play again, download and delete tracks, and who may do so."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from audio.files.saved import read_pcm
from audio.piece import Piece
from audio.units import floats
from audio.worker.tone_engine import ToneEngine
from bot.store.records import MadeTrack, Visibility
from rehearsal.people.members import Person
from rehearsal.permissions import Permission
from rehearsal.voice.analysis import CODEC_DELAY_SAMPLES, correlation
from rehearsal.world import Message
from tests.loopback_guild import FAST, LoopbackGuild, loopback_guild, until
from tests.server import Server, a_server, choose_from, private

TRACK = MadeTrack(
    id=0,
    guild_id=0,
    member_id=0,
    piece=Piece("slow *dub* <t:1:R>", 12.5, 7),
    checkpoint="tone",
    revision="1",
    channel_id=0,
    message_id=None,
    file=None,
    made_at=1_769_850_000.0,
)


async def add_track(server: Server, prompt: str = TRACK.piece.prompt, **other: Any) -> MadeTrack:
    """Add a track of Ann to the library."""
    known = {"guild_id": server.guild.id, "member_id": server.ann.id, "channel_id": server.text.id}
    track = dataclasses.replace(TRACK, piece=Piece(prompt, 12.5, 7), **{**known, **other})
    return await server.bot.store.add_track(track)


async def opened(server: Server, track: MadeTrack, who: Person) -> Message:
    """Open a track in `/library` by its suggestion."""
    return await server.answer(who, "library", search=f"#{track.id}")


async def pressed(who: Person, message: Message, label: str) -> str:
    """Press a button and return the answer for `who` alone."""
    return (await private(await who.press(message, label))).content


def lines_of(message: Message) -> list[str]:
    """The lines of the list."""
    description: str = message.embeds[0].get("description", "")
    return description.splitlines()


async def test_an_empty_library_says_what_to_do(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        said = await server.said("library")
        assert said == "There are no tracks here that you can see yet. Make one with /compose."


async def test_tracks_and_recordings_are_in_folders_of_their_owner_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    async with a_server(tmp_path):
        for folder in (tmp_path, tmp_path / "recordings"):
            assert folder.stat().st_mode & 0o777 == 0o700


async def test_tracks_are_listed_and_can_be_chosen(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        first = await add_track(server)
        await add_track(server, "bells", member_id=server.max.id)
        response = await server.answer(server.max, "library")
        assert lines_of(response) == [
            f"1. “bells” · 12.5 s · <@{server.max.id}> · <t:1769850000:R>",
            rf"2. “slow \*dub\* \<t:1:R>” · 12.5 s · <@{server.ann.id}> · <t:1769850000:R>",
        ]
        chosen = await choose_from(response, server.max, str(first.id))
        assert chosen.embeds[0]["description"] == r"“slow \*dub\* \<t:1:R>”"
        assert chosen.embeds[0]["fields"][0]["name"] == "12.5 s · seed 7 · tone"


async def test_a_search_matches_words_and_a_person(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        await add_track(server, "slow bells")
        await add_track(server, "fast bells", member_id=server.max.id)
        assert len(lines_of(await server.answer(server.ann, "library", search="BELLS"))) == 2
        hers = await server.answer(server.ann, "library", search="bells", by=server.ann.user)
        assert "slow bells" in lines_of(hers)[0]
        assert len(lines_of(hers)) == 1
        said = await server.said("library", search="waltz")
        assert said == "No tracks match. Try fewer words."


async def test_a_long_list_has_older_pages_to_its_end(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        for number in range(20):
            await add_track(server, f"bells: no. {number}")
        first = await server.answer(server.ann, "library", search="bells: no.")
        assert "no. 19" in lines_of(first)[0]
        second = await (await server.ann.press(first, "Older")).said()
        assert ["no. 9" in lines_of(second)[0], "no. 0" in lines_of(second)[-1]] == [True, True]
        assert await pressed(server.ann, second, "Older") == "There are no older tracks."


async def test_suggestions_are_tracks_that_the_member_may_see(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        secret = server.guild.text_channel("secret")
        secret.overwrite(server.guild.everyone, deny=Permission.VIEW_CHANNEL)
        secret.overwrite(server.guild.members[server.here.bot.id], allow=Permission.VIEW_CHANNEL)
        server.here.announce_channel(secret, "CHANNEL_CREATE")
        await until(lambda: server.discord_guild.get_channel(secret.id) is not None)
        hidden = await add_track(server, "x" * 300, channel_id=secret.id)
        gone = await add_track(server, "of a channel that is gone", channel_id=1)
        archived = await add_track(server, "of an archived thread", channel_id=2, parent_id=server.text.id)
        secret_thread = await add_track(server, "of a thread there", channel_id=3, parent_id=secret.id)
        shown = await add_track(server, "bells")
        hers = await server.ann.suggestions("library", "search", "", {}, server.text)
        known = (shown, secret_thread, archived, gone, hidden)
        assert [choice["value"] for choice in hers] == [f"#{track.id}" for track in known]
        assert hers[-1]["name"] == "x" * 81 + "… · 12.5 s · seed 7"
        assert len(hers[-1]["name"]) <= 100
        his = await server.max.suggestions("library", "search", "", {}, server.text)
        assert [choice["value"] for choice in his] == [f"#{shown.id}", f"#{archived.id}"]
        assert (await opened(server, hidden, server.max)).content == "This track is no longer in the library."
        assert (await opened(server, hidden, server.ann)).embeds


async def test_a_track_is_fetched_from_its_file_its_message_or_nowhere(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        (tmp_path / "dub-7.flac").write_bytes(b"music")
        saved = await opened(server, await add_track(server, file="dub-7.flac"), server.ann)
        fetched = await private(await server.ann.press(saved, "Download"))
        assert fetched.content == r"“slow \*dub\* \<t:1:R>” · 12.5 s · seed 7"
        assert [file.filename for file in fetched.attachments] == ["dub-7.flac"]
        track = await add_track(server, file="gone.flac", message_id=99)
        posted = await opened(server, track, server.ann)
        said = await pressed(server.ann, posted, "Download")
        assert (
            said
            == f"You can download it here: https://discord.com/channels/{server.guild.id}/{server.text.id}/99."
        )
        nowhere = await opened(server, await add_track(server), server.ann)
        said = await pressed(server.ann, nowhere, "Download")
        assert said == "The file is gone, and it was never posted. “Play again” composes it again."


async def test_only_the_requester_and_managers_delete_a_track_with_its_files(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        for name in ("a.flac", "a.png", "b.flac", "b.png"):
            (tmp_path / name).touch()
        hers, his = (
            await add_track(server, file="a.flac"),
            await add_track(server, file="b.flac", member_id=server.max.id),
        )
        stranger = await opened(server, his, server.ann)
        said = await pressed(server.ann, stranger, "Delete")
        assert said.startswith("Only whoever requested a track, or a server manager, can delete it.")
        for who, track in ((server.ann, hers), (server.max, his)):
            reply = await who.press(await opened(server, track, who), "Delete")
            await until(lambda reply=reply: reply.content == "Deleted, with its file.")  # type: ignore[misc]
            assert reply.message is not None
            assert not reply.message.components
        assert not list(tmp_path.glob("*.flac")) + list(tmp_path.glob("*.png"))
        assert (
            await server.said("library")
            == "There are no tracks here that you can see yet. Make one with /compose."
        )


async def test_a_button_of_a_deleted_track_says_so(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        track = await add_track(server)
        shown = await opened(server, track, server.ann)
        await server.bot.store.forget_track(track.id)
        for label in ("Play again", "Download", "Delete"):
            said = await pressed(server.ann, shown, label)
            assert said == "This track is no longer in the library."


async def test_privacy_counts_the_tracks_of_the_user_and_deletes_all_of_them(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        assert (await server.said("privacy")).startswith("Busker stores no tracks of yours.")
        (tmp_path / "a.flac").touch()
        await add_track(server, file="a.flac")
        await add_track(server)
        other = await add_track(server, member_id=server.max.id)
        response = await server.answer(server.ann, "privacy")
        assert response.content.startswith("Busker stores 2 tracks that you requested")
        reply = await server.ann.press(response, "Delete these tracks")
        await until(lambda: reply.content == "Deleted 2 tracks with their files.")
        assert not (tmp_path / "a.flac").exists()
        assert await server.bot.store.count_tracks_of(server.ann.id) == 0
        assert await server.bot.store.track(server.guild.id, other.id) == other


async def test_a_track_made_from_a_lost_recording_is_not_composed_again(
    tmp_path: Path,
) -> None:
    async with a_server(tmp_path) as server:
        shown = await opened(server, await add_track(server, from_recording=True), server.ann)
        await server.ann.join_voice(server.voice)
        said = await pressed(server.ann, shown, "Play again")
        assert said.endswith("made from a sound file that Busker doesn't keep, so it can't be made again.")


async def saved_in(loopback: LoopbackGuild, folder: Path) -> MadeTrack:
    """Play and post a track, and return it."""
    piece = loopback.ask(seconds=1.0, seed=7)
    await loopback.play(piece)
    (track,) = await loopback.bot.store.search(
        loopback.guild.id, "", Visibility(loopback.asker.id, frozenset())
    )
    assert (folder / str(track.file)).exists()
    return track


async def press(loopback: LoopbackGuild, track: MadeTrack, action: str) -> str:
    shown = await loopback.asker.use("library", {"search": f"#{track.id}"}, loopback.text)
    message = await shown.said()
    return (await loopback.asker.click(message, f"library:{action}:{track.id}")).content


async def test_a_saved_track_is_played_again_from_its_file_and_not_posted_twice(tmp_path: Path) -> None:
    engine = ToneEngine(speed=FAST, slots=1)
    async with loopback_guild(tmp_path, engine=engine) as loopback:
        track = await saved_in(loopback, tmp_path)
        async with engine.open(track.piece):  # the engine is full, so it plays from the file
            assert await press(loopback, track, "play") == "Playing “bells” again."
            again = loopback.session.now
            await loopback.play(again)
        assert again.buffer.frames_played == 50
        assert len(loopback.tracks) == 1
        _, spurt = loopback.ears.spurts(loopback.here.bot.id)
        sound = floats(read_pcm(tmp_path / str(track.file), 1.0)).T
        assert correlation(spurt.pcm(), sound, CODEC_DELAY_SAMPLES) > 0.9


async def test_a_track_without_a_file_is_composed_again_with_the_same_sound(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=1.5)) as loopback:
        member = loopback.request().requester
        track = await loopback.bot.store.add_track(
            dataclasses.replace(
                TRACK,
                guild_id=loopback.guild.id,
                member_id=member.id,
                file="gone.flac",
                channel_id=loopback.text.id,
            )
        )
        said = await press(loopback, track, "play")
        assert said == (
            r"The file of “slow \*dub\* \<t:1:R>” is gone, so Busker composes it again. "
            "It will sound the same."
        )
        assert loopback.session.now.piece == track.piece
        await until(lambda: loopback.session.now.buffer.frames_played > 0)
        other = await loopback.bot.store.add_track(dataclasses.replace(track, checkpoint="musicgen-small"))
        assert (await press(loopback, other, "play")).endswith(
            "composes it again after one other piece. It will sound different: it was made with "
            "musicgen-small, and Busker now uses tone."
        )
        channel = loopback.request().voice_channel
        await loopback.asker.leave_voice()
        await until(lambda: loopback.asker.id not in channel.voice_states)
        assert "not in a voice channel" in await press(loopback, track, "play")
