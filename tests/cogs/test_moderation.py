"""Word lists, blocked members and roles, and AutoMod's rules, as members meet them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from audio.files.track import read_tags
from audio.piece import Piece
from audio.worker.tone_engine import ToneEngine
from bot.config.settings import RightsSettings
from rehearsal.people.members import Person
from rehearsal.permissions import Permission
from rehearsal.rest.automod import write_rule
from rehearsal.rest.troubles import Trouble
from tests.loopback_guild import LoopbackGuild, loopback_guild, quiet_settings, restarted, until
from words.text import Text

WORDS = "Some of these words aren't allowed here. Choose others."
BLOCKED = "You can't request music on this server. Its moderators can tell you more."


def slowly() -> ToneEngine:
    """An engine hardly faster than real time, so that no track is written."""
    return ToneEngine(speed=1.5)


async def choose(loopback: LoopbackGuild, **choices: Any) -> None:
    await loopback.bot.store.choose(loopback.guild.id, lambda chosen: dataclasses.replace(chosen, **choices))


async def said(person: Person, loopback: LoopbackGuild, command: str, **options: object) -> str:
    return (await (await person.use(command, options, loopback.text)).said()).content


async def grant_manage_guild(loopback: LoopbackGuild) -> None:
    """Give the bot the permission to read AutoMod's rules."""
    (role,) = (each for each in loopback.guild.roles.values() if each.managed_by == loopback.here.bot.id)
    role.permissions |= Permission.MANAGE_GUILD
    loopback.here.announce_role(loopback.guild, role)
    await until(lambda: loopback.discord_guild.me.guild_permissions.manage_guild)


@pytest.mark.parametrize("locale", ["en-US", "de", "es-ES", "fr", "ja", "pt-BR"])
async def test_a_blocked_word_is_refused_in_a_sentence_that_does_not_repeat_it(
    locale: str, tmp_path: Path
) -> None:
    async with loopback_guild(tmp_path, engine=slowly(), locale=locale) as loopback:
        await choose(loopback, blocked_words=("*qzx*",))
        compose = Text("command-compose").in_(locale)
        refused = await said(loopback.asker, loopback, compose, prompt="loud QZXing bells")
        assert refused == Text("moderation-words").in_(locale)
        assert "qzx" not in refused.casefold()
        assert not loopback.session.wanted


async def test_every_way_to_words_is_watched(tmp_path: Path) -> None:
    """Commands, forms, buttons and suggestions; words of before the list was made."""
    async with loopback_guild(tmp_path) as loopback:
        asker = loopback.asker
        loopback.ask(seconds=10.0, seed=5, prompt="bad bells")
        await until(lambda: bool(loopback.tracks))
        loopback.session.stop()
        track, card = loopback.tracks[0], loopback.cards[0]
        suggested = [choice["name"] for choice in await asker.suggestions("compose", "prompt", "bells")]
        assert suggested == ["bad bells"]
        assert await loopback.listener.suggestions("library", "search", "bells")
        await choose(loopback, blocked_words=("bad",))

        assert await said(asker, loopback, "compose", prompt="b\u200ba\u0301d day") == WORDS
        assert await said(asker, loopback, "radio", prompt="BAD day") == WORDS
        for action in ("again", "remix"):
            opened = await asker.click(track, f"track:{action}")
            if action == "remix":
                opened = await asker.submit(opened, {})
            assert (await opened.said()).content == WORDS, action
        remix = await asker.click(card, next(_ids(card, "remix")))
        assert (await (await asker.submit(remix, {"words": "a b.a.d day"})).said()).content == WORDS
        extended = await asker.submit(await asker.click(track, "track:extend"), {"seconds": "10"})
        assert (await extended.said()).content == WORDS
        assert not loopback.session.wanted

        assert await asker.suggestions("compose", "prompt", "bells") == []
        assert await loopback.listener.suggestions("library", "search", "bells") == []
        assert await asker.suggestions("library", "search", "bells"), "one's own tracks stay one's own"
        await choose(loopback, blocked_words=("techno",))
        presets = [choice["name"] for choice in await asker.suggestions("compose", "prompt", "132 bpm")]
        assert presets == [], "a preset with a blocked word was suggested"

        piece = loopback.ask(seconds=30.0, seed=6)
        await until(lambda: piece.buffer.frames_played > 0)
        assert await said(asker, loopback, "steer", words="more techno") == WORDS
        assert piece.piece.prompts == ("bells",)


async def test_words_in_the_tags_of_a_file_are_watched(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await loopback.play(loopback.ask(seconds=1.0, seed=5, prompt="bad bells"))
        posted = loopback.tracks[0].attachments[0]
        (tmp_path / "posted").write_bytes(posted.data)
        assert read_tags(tmp_path / "posted").piece == dataclasses.replace(
            Piece("bad bells", 1.0, 5), lead=read_tags(tmp_path / "posted").piece.lead
        )
        await choose(loopback, blocked_words=("bad",))
        await loopback.bot.store.forget_tracks_of(loopback.asker.id)
        again = await loopback.asker.use_on("Again", loopback.tracks[0])
        assert (await again.said()).content == WORDS
        assert not loopback.session.wanted


async def test_blocked_members_and_roles_request_nothing_and_may_still_control(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        role = loopback.guild.role("noisy")
        loopback.here.announce_role(loopback.guild, role, "GUILD_ROLE_CREATE")
        noisy = loopback.here.person(loopback.guild, "noisy", role)
        await noisy.join_voice(loopback.corner)
        piece = loopback.ask(seconds=30.0)
        await until(lambda: piece.buffer.frames_played > 0)
        await choose(loopback, blocked_ids=(loopback.listener.id, role.id))
        for person in (loopback.listener, noisy):
            assert await said(person, loopback, "compose", prompt="bells") == BLOCKED
            assert await said(person, loopback, "radio", prompt="bells") == BLOCKED
            assert await said(person, loopback, "steer", words="bells") == BLOCKED
        assert await said(loopback.listener, loopback, "pause") == "Paused. Use /resume to continue."
        assert (await said(loopback.asker, loopback, "compose", prompt="bells")).startswith("Composing")


async def test_the_operators_lists_apply_to_every_server_and_to_managers(tmp_path: Path) -> None:
    rights = RightsSettings(blocked_words=("bad*",))
    settings = quiet_settings(tmp_path).model_copy(update={"rights": rights})
    async with loopback_guild(tmp_path, engine=slowly(), settings=settings) as loopback:
        loopback.guild.owner_id = loopback.asker.id
        await choose(loopback, blocked_words=("worse",))
        for prompt in ("badge bells", "worse bells"):
            assert await said(loopback.asker, loopback, "compose", prompt=prompt) == WORDS
        assert (await said(loopback.asker, loopback, "compose", prompt="good bells")).startswith("Composing")


async def test_restored_pieces_are_looked_at_again(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        bad, good = loopback.ask(30.0, 1, "bad bells"), loopback.ask(30.0, 2, "good bells")
        await until(lambda: bad.buffer.frames_played > 0)
        await loopback.bot.journal.flush()
        await choose(loopback, blocked_words=("bad",))
        async with restarted(loopback) as again:
            await until(lambda: bool(again.session.wanted))
            assert [each.piece for each in again.session.wanted] == [good.piece]
            await until(lambda: "1 piece" in again.text.messages[-1].content or len(again.text.messages) > 1)


async def test_what_is_blocked_while_it_waits_is_removed(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        loopback.guild.owner_id = loopback.listener.id
        playing = loopback.ask(30.0, 1, "good bells")
        bad, good = loopback.ask(30.0, 2, "bad bells"), loopback.ask(30.0, 3, "calm bells")
        await until(lambda: playing.buffer.frames_played > 0)
        saved = await loopback.listener.use("settings", {"block_words": "bad, good"}, loopback.text)
        assert (await saved.said()).content.startswith("Saved.")
        assert loopback.session.wanted == [playing, good]
        assert bad.dismissed
        assert not playing.dismissed
        await loopback.listener.use("settings", {"block": loopback.asker.user}, loopback.text)
        assert loopback.session.wanted == [playing]


async def test_the_status_of_the_voice_channel_shows_no_blocked_word(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        loopback.corner.overwrite(
            loopback.guild.members[loopback.here.bot.id], allow=Permission.SET_VOICE_CHANNEL_STATUS
        )
        loopback.here.announce_channel(loopback.corner)
        piece = loopback.ask(seconds=30.0, prompt="bad bells")
        await until(lambda: piece.buffer.frames_played > 0)
        status: Any = loopback.bot.get_cog("Status")
        channel = loopback.request().voice_channel
        await until(lambda: channel.permissions_for(channel.guild.me).set_voice_channel_status)
        assert status._wanted() == {channel: "“bad bells”"}
        await choose(loopback, blocked_words=("bad",))
        assert status._wanted() == {}


async def test_automods_rules_are_honoured_with_their_exemptions(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        here, guild, asker = loopback.here, loopback.guild, loopback.asker
        trusted, managers = guild.role("trusted"), guild.role("managers", Permission.MANAGE_GUILD)
        for role in (trusted, managers):
            here.announce_role(guild, role, "GUILD_ROLE_CREATE")
        friend, manager = here.person(guild, "friend", trusted), here.person(guild, "manager", managers)
        for person in (friend, manager):
            await person.join_voice(loopback.corner)
        lounge = guild.text_channel("lounge")
        here.announce_channel(lounge, "CHANNEL_CREATE")
        await until(lambda: loopback.discord_guild.get_channel(lounge.id) is not None)
        await choose(loopback, most_waiting=0)
        rule = write_rule(
            here, guild, "bad*", "worse", patterns=(r"w\w+st", "(?=never read)"),
            allow=("badminton", "waist"),
            exempt_roles=(trusted.id,), exempt_channels=(lounge.id,),
        )  # fmt: skip
        write_rule(here, guild, "quiet", enabled=False)
        write_rule(here, guild, "calm", actions=[{"type": 2, "metadata": {"channel_id": str(lounge.id)}}])
        write_rule(here, guild, "soft", event_type=2, trigger_type=6)

        async def refused(person: Person, prompt: str, channel: Any = loopback.text) -> bool:
            reply = await person.use("compose", {"prompt": prompt}, channel)
            answer = (await reply.said()).content
            assert answer == WORDS or answer.startswith("Composing"), answer
            return answer == WORDS

        assert not await refused(asker, "badge bells"), "without the permission nothing can be read"
        await grant_manage_guild(loopback)
        assert await refused(asker, "badge bells")
        assert await refused(asker, "a worse day")
        assert await refused(asker, "badminton, bad")
        assert await refused(asker, "the WÖRST day")
        assert not await refused(asker, "a waist of bells")
        assert loopback.bot.automod.unread_patterns_of(guild.id) == 1
        assert not await refused(asker, "badminton bells")
        assert not await refused(asker, "quiet calm soft bells")
        assert not await refused(asker, "badge bells", lounge)
        assert not await refused(friend, "badge bells")
        assert not await refused(manager, "badge bells")
        assert here.refusals == []
        write_rule(here, guild, "harmless", rule_id=rule)
        known = loopback.bot.automod
        await until(lambda: not any(rule.finds("badge") for rule in known.rules_of(guild.id)))
        assert not await refused(asker, "badge bells")


async def test_the_rules_of_a_server_that_busker_left_are_dropped(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        guild, known = loopback.guild, loopback.bot.automod
        await grant_manage_guild(loopback)
        write_rule(loopback.here, guild, "bad")
        assert await said(loopback.asker, loopback, "compose", prompt="bad bells") == WORDS
        assert len(known.rules_of(guild.id)) == 1
        loopback.here.sessions.dispatch("GUILD_DELETE", {"id": str(guild.id)})
        await until(lambda: not known.rules_of(guild.id))


async def test_automod_that_cannot_be_fetched_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        await grant_manage_guild(loopback)
        route = frozenset({"GET /guilds/{guild}/auto-moderation/rules"})
        loopback.here.rest.troubles.begin(Trouble(route, status=403))
        assert (await said(loopback.asker, loopback, "compose", prompt="bells")).startswith("Composing")
        assert "the AutoMod rules" in caplog.text


def _ids(card: Any, action: str) -> Any:
    from rehearsal.rest.components import walk

    return (
        str(part["custom_id"])
        for _, part in walk(card.components)
        if str(part.get("custom_id", "")).startswith(f"card:{action}:")
    )
