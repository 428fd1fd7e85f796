"""Channels and messages: sending, changing, reading and deleting, and Discord's refusals."""

from __future__ import annotations

import io
import json
from typing import Any

import aiohttp
import discord
import pytest

from rehearsal.discord_here import DiscordHere
from rehearsal.permissions import Permission
from rehearsal.world import Guild
from tests.rehearsal.loopback import Json, SilentVoice, logged_in, requests, where


def take_from_bot(guild: Guild, permission: Permission) -> None:
    """Take this permission from every role of the guild."""
    for role in guild.roles.values():
        role.permissions &= ~permission


async def test_a_message_can_be_sent_changed_read_and_deleted() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        channel = here.guild("Corner").text_channel("music")
        async with logged_in(here) as bot:
            text = bot.text(channel.id)
            sent = await text.send("one", embed=discord.Embed(title="Card"))
            (message,) = channel.messages
            assert (message.content, message.embeds[0]["title"]) == ("one", "Card")
            await sent.edit(content="two")
            assert message.content == "two"
            assert message.embeds[0]["title"] == "Card", "an edit leaves alone what it does not name"
            assert [edit.content for edit in message.edits] == ["two"]
            fetched = await text.fetch_message(sent.id)
            assert (fetched.content, fetched.edited_at is None) == ("two", False)
            second = await text.send("three", reference=sent)
            assert second.reference is not None
            assert second.reference.message_id == sent.id
            assert [found.content async for found in text.history()] == ["three", "two"]
            await sent.delete()
            with pytest.raises(discord.NotFound) as caught:
                await text.fetch_message(sent.id)
            assert caught.value.code == 10008
            await text.typing()
            assert len(channel.typing_at) == 1


async def test_files_are_served_byte_for_byte_with_their_description() -> None:
    track = bytes(range(256)) * 5_000
    async with DiscordHere(voice=SilentVoice()) as here:
        channel = here.guild("Corner").text_channel("music")
        async with logged_in(here) as bot:
            files = [
                discord.File(io.BytesIO(track), "my track.flac"),
                discord.File(
                    io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(8) + b"\0\0\1\0\0\0\0\x40"),
                    "wave.png",
                    description="A wave",
                ),
            ]
            embed = discord.Embed().set_image(url="attachment://wave.png")
            sent = await bot.text(channel.id).send(files=files, embed=embed)
            (sound,) = sent.attachments
            (message,) = channel.messages
            picture = message.attachments[1]
            assert (sound.filename, sound.size, sound.description) == ("my_track.flac", len(track), None)
            assert await sound.read() == track
            assert (picture.description, picture.content_type) == ("A wave", "image/png")
            assert (picture.width, picture.height) == (256, 64)
            assert f"/{picture.id}/wave.png?" in str(sent.embeds[0].image.url)
            assert sent.embeds[0].image.height == 64
            kept = await sent.edit(attachments=[sound])
            assert [attachment.id for attachment in kept.attachments] == [sound.id]
            assert message.attachments[0].id == sound.id


async def test_layout_components_show_attached_files_and_refuse_missing_ones() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        here.expects_bad_requests = True
        channel = here.guild("Corner").text_channel("music")
        async with logged_in(here) as bot:
            view = discord.ui.LayoutView()
            view.add_item(discord.ui.TextDisplay("A card"))
            view.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://wave.png")))
            view.add_item(discord.ui.File("attachment://t.flac"))
            files = [discord.File(io.BytesIO(b"x"), name) for name in ("wave.png", "t.flac")]
            await bot.text(channel.id).send(view=view, files=files)
            (message,) = channel.messages
            _, gallery, file = message.components
            assert gallery["items"][0]["media"]["url"].startswith("https://cdn.discordapp.com/")
            assert "/t.flac?" in file["file"]["url"]
            with pytest.raises(discord.HTTPException) as caught:
                await bot.text(channel.id).send(view=view)
            assert (caught.value.status, caught.value.code) == (400, 50035)
            assert len(channel.messages) == 1


async def test_an_edit_shows_only_files_that_it_brings_and_these_replace_earlier_ones() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        here.expects_bad_requests = True
        channel = here.guild("Corner").text_channel("music")
        async with logged_in(here) as bot:
            view = discord.ui.LayoutView()
            view.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://wave.png")))
            sent = await bot.text(channel.id).send(view=view, file=discord.File(io.BytesIO(b"1"), "wave.png"))
            (message,) = channel.messages
            (kept,) = message.attachments
            kept_address = message.components[0]["items"][0]["media"]["url"]
            with pytest.raises(discord.HTTPException, match="referenced attachment was not found") as caught:
                await sent.edit(view=view)
            assert caught.value.code == 50035
            assert message.attachments == [kept]
            await sent.edit(view=view, attachments=[discord.File(io.BytesIO(b"2"), "wave.png")])
            (new,) = message.attachments
            assert new.data == b"2"
            assert message.components[0]["items"][0]["media"]["url"] != kept_address


async def test_files_of_an_edit_replace_those_that_it_does_not_name() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        channel = here.guild("Corner").text_channel("music")
        path = f"/channels/{channel.id}/messages"

        async def send(method: str, path: str, *kept: int) -> int:
            body = {"attachments": [{"id": str(each)} for each in (*kept, 0)]} if kept else {}
            form = aiohttp.FormData()
            form.add_field("payload_json", json.dumps(body))
            form.add_field("files[0]", b"x", filename="x.txt")
            assert (await by_hand.ask(method, path, data=form))[0] == 200
            return len(channel.messages[0].attachments)

        assert await send("POST", path) == 1
        (message,) = channel.messages
        assert await send("PATCH", f"{path}/{message.id}") == 1
        assert await send("PATCH", f"{path}/{message.id}", message.attachments[0].id) == 2


@pytest.mark.parametrize(
    ("taken", "body", "code"),
    [
        (Permission.SEND_MESSAGES, {"content": "hello"}, 50013),
        (Permission.EMBED_LINKS, {"embeds": [{"title": "Card"}]}, 50013),
        (Permission.VIEW_CHANNEL, {"content": "hello"}, 50001),
    ],
    ids=lambda value: value.name if isinstance(value, Permission) else "",
)
async def test_a_message_needs_its_permissions(taken: Permission, body: Json, code: int) -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        guild = here.guild("Corner")
        channel = guild.text_channel("music")
        path = f"/channels/{channel.id}/messages"
        assert (await by_hand.ask("POST", path, body))[0] == 200
        take_from_bot(guild, taken)
        status, answer = await by_hand.ask("POST", path, body)
        assert (status, answer["code"]) == (403, code)
        assert len(channel.messages) == 1


async def test_files_need_their_permission() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        channel = guild.text_channel("music")
        take_from_bot(guild, Permission.ATTACH_FILES)
        async with logged_in(here) as bot:
            with pytest.raises(discord.Forbidden) as caught:
                await bot.text(channel.id).send("see", file=discord.File(io.BytesIO(b"x"), "x.txt"))
            assert caught.value.code == 50013
        assert channel.messages == []


@pytest.mark.parametrize(("tier", "mebibytes"), [(0, 10), (2, 50)])
async def test_a_file_over_the_limit_of_the_guild_is_refused(tier: int, mebibytes: int) -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner", premium_tier=tier)
        channel = guild.text_channel("music")
        limit = mebibytes << 20
        assert guild.upload_limit == limit
        async with logged_in(here) as bot:
            text = bot.text(channel.id)
            with pytest.raises(discord.HTTPException) as caught:
                await text.send(file=discord.File(io.BytesIO(bytes(limit + 1)), "long.flac"))
            assert (caught.value.status, caught.value.code) == (413, 40005)
            await text.send(file=discord.File(io.BytesIO(bytes(limit)), "just.flac"))
        assert [message.attachments[0].filename for message in channel.messages] == ["just.flac"]


def button(custom_id: str, label: str = "Go") -> Json:
    return {"type": 2, "style": 1, "label": label, "custom_id": custom_id}


def row(*children: Json) -> Json:
    return {"type": 1, "components": list(children)}


V2 = 1 << 15
WRONG: list[tuple[Json, str]] = [
    ({"content": "x" * 2_001}, "content BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"description": "x" * 4_097}]}, "embeds.0.description BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"footer": {"text": "x" * 2_049}}]}, "embeds.0.footer.text BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, "embeds.0.fields BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"fields": [{"name": "n", "value": ""}]}]}, "embeds.0.fields.0.value BASE_TYPE_REQUIRED"),
    ({"embeds": [{"description": "x" * 3_001}] * 2}, "embeds MAX_EMBED_SIZE_EXCEEDED"),
    ({"embeds": [{"title": "x", "color": 1 << 24}]}, "embeds.0.color NUMBER_TYPE_MAX"),
    ({"embeds": [{"title": "x", "color": -1}]}, "embeds.0.color NUMBER_TYPE_MIN"),
    ({"embeds": [{"title": ["x"]}]}, "embeds.0.title STRING_TYPE_CONVERT"),
    ({"embeds": [{"timestamp": "noon"}]}, "embeds.0.timestamp DATE_TIME_TYPE_PARSE"),
    ({"embeds": "x"}, "embeds LIST_TYPE_CONVERT"),
    ({"content": ["x"]}, "content STRING_TYPE_CONVERT"),
    ({"tts": "yes"}, "tts BOOLEAN_TYPE_CONVERT"),
    ({"nonce": "x" * 26}, "nonce BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"title": "x"}] * 11}, "embeds BASE_TYPE_MAX_LENGTH"),
    ({"components": [row(button("a"))] * 6}, "components BASE_TYPE_MAX_LENGTH"),
    ({"components": [row(*map(button, "abcdef"))]}, "components.0.components BASE_TYPE_BAD_LENGTH"),
    (
        {"components": [row(button("a"), button("a"))]},
        "components.0.components.1.custom_id COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    ({"components": [row(button("x" * 101))]}, "components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH"),
    ({"components": [row(button("a", "x" * 81))]}, "components.0.components.0.label BASE_TYPE_MAX_LENGTH"),
    ({"components": [{"type": 10, "content": "x"}]}, "components.0 UNION_TYPE_CHOICES"),
    (
        {"flags": V2, "components": [{"type": 10, "content": "x" * 4_001}]},
        "components.0.content BASE_TYPE_BAD_LENGTH",
    ),
    ({"flags": V2, "components": [{"type": 10, "content": "x"}] * 41}, "components BASE_TYPE_MAX_LENGTH"),
    ({"flags": V2, "content": "x"}, "content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    ({"content": "x", "message_reference": {"message_id": "7"}}, "message_reference REPLIES_UNKNOWN_MESSAGE"),
    ({"content": "x", "attachments": [{"id": 3}]}, "attachments.0.id MESSAGE_ATTACHMENT_NOT_FOUND"),
]


async def test_each_limit_of_a_message_is_refused_by_name() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        channel = here.guild("Corner").text_channel("music")
        for body, wrong in WRONG:
            status, answer = await by_hand.ask("POST", f"/channels/{channel.id}/messages", body)
            assert (status, answer["code"], where(answer)) == (400, 50035, wrong)
        assert channel.messages == []


RIGHT: list[Json] = [
    {"content": "x" * 2_000},
    {"embeds": [{"title": "x" * 256, "description": "x" * 4_096, "footer": {"text": "x" * 1_648}}]},
    {"components": [row(*map(button, "abcde"))]},
    {"flags": V2, "components": [{"type": 17, "components": [{"type": 10, "content": "x" * 4_000}]}]},
]


async def test_a_message_may_be_as_large_as_the_limits() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        channel = here.guild("Corner").text_channel("music")
        for body in RIGHT:
            assert (await by_hand.ask("POST", f"/channels/{channel.id}/messages", body))[0] == 200
        assert len(channel.messages) == len(RIGHT)


async def test_an_empty_message_is_refused_when_sent_and_when_edited() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        channel = here.guild("Corner").text_channel("music")
        path = f"/channels/{channel.id}/messages"
        status, answer = await by_hand.ask("POST", path, {"content": "  \n"})
        assert (status, answer["code"]) == (400, 50006)
        _, sent = await by_hand.ask("POST", path, {"content": "hello"})
        status, answer = await by_hand.ask("PATCH", f"{path}/{sent['id']}", {"content": ""})
        assert (status, answer["code"]) == (400, 50006)
        assert [message.content for message in channel.messages] == ["hello"]


async def test_messages_of_others_cannot_be_changed_and_are_deleted_by_moderators_only() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        guild = here.guild("Corner")
        channel = guild.text_channel("music")
        message = here.person(guild, "Ada").say("mine", channel)
        path = f"/channels/{channel.id}/messages/{message.id}"
        status, answer = await by_hand.ask("PATCH", path, {"content": "yours"})
        assert (status, answer["code"], message.content) == (403, 50005, "mine")
        status, answer = await by_hand.ask("DELETE", path)
        assert (status, answer["code"], message.deleted) == (403, 50013, False)
        guild.everyone.permissions |= Permission.MANAGE_MESSAGES
        assert (await by_hand.ask("DELETE", path))[0] == 204
        assert message.deleted


async def test_unknown_channels_and_messages_have_their_codes() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        channel = here.guild("Corner").text_channel("music")
        wrong = [("/channels/1", 10003), (f"/channels/{channel.id}/messages/1", 10008), ("/guilds/1", 10004)]
        for path, code in wrong:
            status, answer = await by_hand.ask("GET", path)
            assert (status, answer["code"]) == (404, code)


async def test_more_than_ten_files_are_refused() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        channel = here.guild("Corner").text_channel("music")
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", json.dumps({}))
        for index in range(11):
            form.add_field(f"files[{index}]", b"x", filename="x.txt")
        status, answer = await by_hand.ask("POST", f"/channels/{channel.id}/messages", data=form)
        assert (status, where(answer)) == (400, "attachments BASE_TYPE_MAX_LENGTH")


async def test_the_status_of_a_voice_channel_needs_its_permission() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        room = guild.voice_channel("room")
        async with logged_in(here) as bot:
            voice: Any = bot.voice(room.id)
            with pytest.raises(discord.Forbidden) as caught:
                await voice.edit(status="from outside")
            assert caught.value.code == 50013
            assert await here.calls.join(guild, room, here.bot.id)
            await voice.edit(status="lofi in the rain")
            assert room.status == "lofi in the rain"
            take_from_bot(guild, Permission.SET_VOICE_CHANNEL_STATUS)
            with pytest.raises(discord.Forbidden):
                await voice.edit(status="no more")
            assert room.status == "lofi in the rain"


async def test_direct_messages_reach_a_person() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        ada = here.person(here.guild("Corner"), "Ada")
        async with logged_in(here) as bot:
            user = await bot.fetch_user(ada.id)
            await user.send("your track is ready")
        assert [message.content for message in here.world.dm(ada.user).messages] == ["your track is ready"]
