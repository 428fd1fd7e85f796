"""/settings: who may use it, what it shows, and what it refuses."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.client import Busker
from bot.config.guild_settings import settings_with
from bot.config.settings import Settings
from bot.rules.settings_change import MAX_BLOCKED_IDS, MAX_BLOCKED_WORDS, MAX_ROLE_QUOTAS
from bot.store.records import GuildChoices, RoleQuota, Visibility
from bot.ui.settings_embed import OPTIONS
from rehearsal.permissions import Permission
from rehearsal.world import Message
from tests.loopback_guild import loopback_guild, quiet_settings, until
from tests.server import Server, a_server, private
from words.text import Text


async def choose(server: Server, **options: object) -> Message:
    """Use `/settings` as the manager and return the answer."""
    return await server.answer(server.max, "settings", **options)


def values(message: Message) -> dict[str, str]:
    """The fields of the card, by their names."""
    (card,) = message.embeds
    return {field["name"]: field["value"] for field in card["fields"]}


async def test_settings_shows_the_defaults_as_such(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        response = await choose(server)
        assert response.content == ""
        assert values(response) == {
            "Length": "20 s (default)",
            "Interval": "automatic (default)",
            "Volume": "100% (default)",
            "Who controls the music": "every listener (default)",
            "DJ role": "none (default)",
            "Tracks are posted": "where they were requested (default)",
            "Format": "flac, then opus, then mp3 (default)",
            "Pieces in the queue": "3 per person (default)",
            "Music per day": "no limit (default)",
            "Limits of roles": "none (default)",
            "Blocked words": "none (default)",
            "Blocked members and roles": "none (default)",
            "Voice channel status": "shows what plays (default)",
            "Language of prompts": "other languages are turned into English (default)",
            "AutoMod": "does not apply: Busker needs the Manage Server permission to read it",
        }
        assert len(values(response)) == len(OPTIONS) + 1


async def test_every_option_is_stored_shown_and_reset(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        role = server.dj
        options: dict[str, Any] = {
            "length": 12.5, "interval": 0.5, "volume": 30, "rights": "dj", "dj_role": role,
            "tracks_in": server.text, "format": "mp3", "waiting": 4, "minutes": 90,
            "block_words": "bad, *worse*", "block": role, "announce": False, "translate": False,
        }  # fmt: skip
        response = await choose(server, **options)
        assert response.content == "Saved. Applies from now on."
        assert [*values(response).values()] == [
            "12.5 s", "0.5 s", "30%", "members with the DJ role", f"<@&{role.id}>", f"in <#{server.text.id}>",
            "mp3, then flac, then opus", "4 per person", "90 min per person", "none (default)",
            r"bad, \*worse\* (2)", f"<@&{role.id}>", "is left alone", "left as they are typed",
            "does not apply: Busker needs the Manage Server permission to read it",
        ]  # fmt: skip
        chosen = GuildChoices(
            12.5, 0.5, 0.3, "dj", role.id, server.text.id, "mp3", 4, 5400.0, announce=False, translate=False,
            blocked_words=("bad", "*worse*"), blocked_ids=(role.id,),
        )  # fmt: skip
        assert server.bot.store.choices_of(server.guild.id) == chosen
        await choose(server, rights="free")
        for option in options:
            await choose(server, reset=option)
        assert server.bot.store.choices_of(server.guild.id) == GuildChoices()
        await choose(server, **options)
        await choose(server, reset="everything", volume=10)
        assert server.bot.store.choices_of(server.guild.id) == GuildChoices(volume=0.1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"length": 31}, "This Busker composes pieces of up to 30 s. Choose a shorter length."),
        ({"rights": "dj"}, "To let DJs control the music, also set their role with the option dj_role."),
        ({"format": "opus"}, "This Busker can't write opus. It writes flac and mp3."),
    ],
)
async def test_a_bad_value_is_refused_in_one_sentence_and_changes_nothing(
    tmp_path: Path, options: dict[str, object], sentence: str
) -> None:
    settings = quiet_settings(tmp_path)
    tracks = settings.tracks.model_copy(update={"formats": ("flac", "mp3")})
    async with a_server(tmp_path, settings.model_copy(update={"tracks": tracks})) as server:
        response = await choose(server, volume=1, **options)
        assert response.content == sentence
        assert not response.embeds
        assert server.bot.store.choices_of(server.guild.id) == GuildChoices()


async def test_the_everyone_role_is_refused_as_dj_role(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        said = (await choose(server, dj_role=server.guild.everyone)).content
        assert said == f"Everybody has the role <@&{server.guild.id}>. Choose another role, or rights: free."


async def test_a_channel_where_tracks_cannot_be_posted_is_refused(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        server.text.overwrite(server.guild.members[server.here.bot.id], deny=Permission.ATTACH_FILES)
        server.here.announce_channel(server.text)
        said = (await choose(server, tracks_in=server.text)).content
        assert "needs the" in said
        assert "Attach Files" in said


async def test_the_dj_role_cannot_be_reset_while_the_rights_need_it(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        await choose(server, rights="dj", dj_role=server.dj)
        assert (await choose(server, reset="dj_role")).content.startswith("To let DJs control the music")


async def test_a_member_who_does_not_manage_is_refused_even_if_the_command_is_granted(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        command = server.bot.tree.get_command("settings")
        assert isinstance(command, discord.app_commands.Command)
        command.default_permissions = None
        await server.bot.tree.sync()
        said = await server.said("settings", volume=1)
        assert said == "Only members who can manage this server can change Busker's settings."
        assert server.bot.store.choices_of(server.guild.id) == GuildChoices()


async def test_choices_apply_to_the_next_piece_and_after_a_restart(tmp_path: Path) -> None:
    settings = quiet_settings(tmp_path)
    async with a_server(tmp_path, settings) as server:
        await choose(server, volume=30, length=12)
        assert server.bot.sessions.of(server.discord_guild).volume == 0.3
    bot = Busker(settings, server.bot.engine)
    await bot.store.open()
    held = bot.guild_settings.of(server.discord_guild.id)
    await bot.store.close()
    assert (held.voice.volume, held.music.default_seconds) == (0.3, 12)
    assert held.music.piece("bells", seed=1).seconds == 12


async def test_tracks_are_posted_in_the_chosen_channel(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        gallery = loopback.guild.text_channel("gallery")
        loopback.here.announce_channel(gallery, "CHANNEL_CREATE")
        await until(lambda: loopback.discord_guild.get_channel(gallery.id) is not None)
        await loopback.bot.store.choose(
            loopback.guild.id,
            lambda chosen: dataclasses.replace(chosen, posting_channel_id=gallery.id, format="mp3"),
        )
        await loopback.play(loopback.ask(seconds=0.5, seed=7))
        (message,) = gallery.messages
        assert message.attachments[0].filename == "bells-7.mp3"
        assert not loopback.tracks
        (made,) = await loopback.bot.store.search(
            loopback.guild.id, "", Visibility(0, frozenset([gallery.id]))
        )
        assert (made.message_id, made.file, made.member_id) == (message.id, "bells-7.mp3", loopback.asker.id)
        await loopback.here.delete_channel(gallery)
        await until(lambda: loopback.discord_guild.get_channel(gallery.id) is None)
        await loopback.play(loopback.ask(seconds=0.5, seed=8))
        assert loopback.tracks[0].attachments[0].filename == "bells-8.mp3"


def test_a_choice_beyond_the_operators_limits_does_not_apply(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"music": {"longest_seconds": 20, "default_seconds": 15}, "tracks": {"formats": ["flac"]}}
    )
    held = settings_with(settings, GuildChoices(seconds=25, format="mp3"))
    assert held.music.default_seconds == 20
    assert held.tracks.formats == ("flac",)


async def test_lists_and_limits_of_roles_are_shown_changed_and_reset(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        role, ann = server.dj, server.ann.user
        shown = values(await choose(server, role=role, waiting=10, minutes=0))
        assert shown["Limits of roles"] == f"<@&{role.id}>: 10 per person and no limit"
        assert shown["Pieces in the queue"] == "3 per person (default)"
        assert values(await choose(server, role=role, reset="minutes"))["Limits of roles"] == (
            f"<@&{role.id}>: 10 per person"
        )
        shown = values(await choose(server, block=ann, block_words="bad, bad day、*worse"))
        assert shown["Blocked members and roles"] == f"<@{ann.id}>"
        assert shown["Blocked words"] == r"bad, bad day, \*worse (3)"
        shown = values(await choose(server, block=role, allow=ann, allow_words="BAD"))
        assert shown["Blocked members and roles"] == f"<@&{role.id}>"
        assert shown["Blocked words"] == r"bad day, \*worse (2)"
        settings, store = server.bot.settings, server.bot.store
        chosen = store.choices_of(server.guild.id)
        assert chosen.role_quotas == (RoleQuota(role.id, 10),)
        assert settings_with(settings, chosen).rights.blocked_ids == (role.id,)
        await choose(server, reset="everything")
        assert store.choices_of(server.guild.id) == GuildChoices()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"block_words": "*"}, r"“\*” can't be blocked. A word needs a letter, a digit or a symbol"),
        ({"role": "dj"}, "To set the limits of a role, also give waiting or minutes."),
        ({"role": "everyone", "waiting": 1}, "Everybody has the role"),
        ({"block": "everyone"}, "Everybody has the role"),
    ],
)
async def test_lists_and_limits_that_cannot_be_are_refused(
    tmp_path: Path, options: dict[str, Any], sentence: str
) -> None:
    async with a_server(tmp_path) as server:
        roles = {"dj": server.dj, "everyone": server.guild.everyone}
        options = {name: roles.get(value, value) for name, value in options.items()}
        assert (await choose(server, volume=1, **options)).content.startswith(sentence)
        assert server.bot.store.choices_of(server.guild.id) == GuildChoices()


async def test_the_longest_settings_fit_into_an_embed(tmp_path: Path) -> None:
    async with a_server(tmp_path, locale="fr") as server:
        await server.bot.store.choose(
            server.guild.id,
            lambda chosen: dataclasses.replace(
                chosen,
                blocked_words=tuple(f"*{'w' * 50}{n}*" for n in range(MAX_BLOCKED_WORDS)),
                blocked_ids=tuple(range(2**60, 2**60 + MAX_BLOCKED_IDS)),
                role_quotas=tuple(RoleQuota(2**60 + n, 100, 86_340.0) for n in range(MAX_ROLE_QUOTAS)),
            ),
        )
        name = Text("command-settings").in_("fr")
        message = await private(await server.max.use(name, {}, server.text))
        assert len(message.embeds) == 1
