"""Answers to interactions: their deadline and token; follow-ups, edits, modals and choices."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import discord
import pytest
from discord import app_commands

from rehearsal.clock import ManualClock
from rehearsal.discord_here import DiscordHere
from rehearsal.interactions import InteractionType
from rehearsal.permissions import Permission
from rehearsal.world import Guild
from tests.rehearsal.loopback import Bot, Json, SilentVoice, logged_in, requests, where

Interaction = discord.Interaction[Any]


async def test_an_answer_arrives_with_its_time_its_content_and_who_sees_it() -> None:
    clock = ManualClock()

    def prepare(bot: Bot) -> None:
        @bot.tree.command()
        async def hello(interaction: Interaction, who: str) -> None:
            """Say hello."""
            clock.advance(1.5)
            await interaction.response.send_message(
                f"hello {who}", embed=discord.Embed(title="Card"), ephemeral=True
            )
            await interaction.followup.send("and more")
            await interaction.edit_original_response(content=f"bye {who}")

    async with DiscordHere(voice=SilentVoice(), clock=clock) as here:
        guild = here.guild("Corner")
        channel = guild.text_channel("music")
        ada = here.person(guild, "Ada")
        async with logged_in(here, prepare):
            reply = await ada.use("hello", {"who": "you"})
            assert reply.acknowledged_after == 1.5
            assert reply.ephemeral
            assert reply.embeds[0]["title"] == "Card"
            await here.until(lambda: bool(reply.edits))
            assert reply.content == "bye you"
            (more,) = reply.followups
            assert (more.content, more.ephemeral) == ("and more", False)
        assert [message.content for message in channel.messages] == ["and more"], "ephemeral is nobody else's"


async def test_a_deferred_answer_is_filled_by_an_edit_or_by_the_first_follow_up() -> None:
    def prepare(bot: Bot) -> None:
        @bot.tree.command()
        async def by_edit(interaction: Interaction) -> None:
            """Defer, then edit."""
            await interaction.response.defer()
            assert (await interaction.original_response()).flags.loading
            picture = discord.File(io.BytesIO(b"x"), "x.txt")
            await interaction.edit_original_response(content="edited", attachments=[picture])

        @bot.tree.command()
        async def by_follow_up(interaction: Interaction) -> None:
            """Defer, then follow up twice."""
            await interaction.response.defer(ephemeral=True)
            await interaction.followup.send("first")
            await interaction.followup.send("second")

        @bot.tree.command()
        async def by_nothing(interaction: Interaction) -> None:
            """Defer, then take it back."""
            await interaction.response.defer()
            await interaction.delete_original_response()

    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        channel = guild.text_channel("music")
        ada = here.person(guild, "Ada")
        async with logged_in(here, prepare):
            reply = await ada.use("by_edit")
            assert reply.deferred
            assert (await reply.said()).attachments[0].data == b"x"
            reply = await ada.use("by_follow_up")
            assert (await reply.said()).content == "first"
            assert reply.ephemeral
            await here.until(lambda: len(reply.followups) == 1)
            reply = await ada.use("by_nothing")
            await here.until(
                lambda: reply.interaction.original is not None and reply.interaction.original.deleted
            )
        assert [message.content for message in channel.messages] == ["edited", "second"]


async def test_an_answer_later_than_three_seconds_finds_no_interaction() -> None:
    clock, caught = ManualClock(), asyncio.Queue[discord.NotFound]()
    go_on = asyncio.Event()

    def prepare(bot: Bot) -> None:
        @bot.tree.command()
        async def slow(interaction: Interaction) -> None:
            """Answer when told to."""
            await go_on.wait()
            try:
                await interaction.response.send_message("here I am")
            except discord.NotFound as error:
                caught.put_nowait(error)

    async with DiscordHere(voice=SilentVoice(), clock=clock) as here:
        guild = here.guild("Corner")
        channel = guild.text_channel("music")
        ada = here.person(guild, "Ada")
        async with logged_in(here, prepare):
            waiting = asyncio.create_task(ada.use("slow"))
            await asyncio.wait_for(clock.has_sleeper.wait(), 5)
            clock.advance(3.01)
            reply = await waiting
            assert reply.acknowledged_after is None
            go_on.set()
            assert (await asyncio.wait_for(caught.get(), 5)).code == 10062
        assert channel.messages == []
        assert [(refused.status, refused.code) for refused in here.refusals] == [(404, 10062)]


async def test_a_second_answer_is_refused() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        guild = here.guild("Corner")
        guild.text_channel("music")
        here.commands.overwrite(None, [{"name": "x", "description": "x"}])
        reply = await here.person(guild, "Ada").use("x", send_only=True)
        path = f"/interactions/{reply.interaction.id}/{reply.interaction.token}/callback"
        answer = {"type": 4, "data": {"content": "hello"}}
        assert (await by_hand.ask("POST", path, answer))[0] == 204
        status, body = await by_hand.ask("POST", path, answer)
        assert (status, body["code"]) == (400, 40060)
        status, body = await by_hand.ask("POST", path.replace("callback", "x"), answer)
        assert (status, body["code"]) == (404, 0)
        wrong = path.replace(reply.interaction.token, "wrong")
        assert (await by_hand.ask("POST", wrong, answer))[1]["code"] == 10062


async def test_an_answer_must_fit_its_interaction() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        guild = here.guild("Corner")
        guild.text_channel("music")
        here.commands.overwrite(None, [{"name": "x", "description": "x"}])
        reply = await here.person(guild, "Ada").use("x", send_only=True)
        path = f"/interactions/{reply.interaction.id}/{reply.interaction.token}/callback"
        for kind in (6, 7, 8, 99):
            status, body = await by_hand.ask("POST", path, {"type": kind, "data": {}})
            assert (status, body["code"]) == (400, 50035)
        status, body = await by_hand.ask("POST", path, {"type": 4, "data": {"content": ""}})
        assert (status, body["code"]) == (400, 50006)
        status, body = await by_hand.ask("POST", path, {"type": 4, "data": {"content": "x" * 2_001}})
        assert (status, where(body)) == (400, "data.content BASE_TYPE_MAX_LENGTH")
        embeds = [{"description": "x" * 3_001}] * 2
        status, body = await by_hand.ask("POST", path, {"type": 4, "data": {"embeds": embeds}})
        assert (status, where(body)) == (400, "data.embeds MAX_EMBED_SIZE_EXCEEDED")
        assert reply.acknowledged_after is None, "a refused answer is none, so the right one may follow"
        assert (await by_hand.ask("POST", path, {"type": 4, "data": {"content": "right"}}))[0] == 204


async def test_the_token_dies_after_fifteen_minutes() -> None:
    clock = ManualClock()
    held: list[Interaction] = []

    def prepare(bot: Bot) -> None:
        @bot.tree.command()
        async def keep(interaction: Interaction) -> None:
            """Answer and keep the token."""
            await interaction.response.send_message("kept")
            held.append(interaction)

    async with DiscordHere(voice=SilentVoice(), clock=clock) as here:
        guild = here.guild("Corner")
        guild.text_channel("music")
        ada = here.person(guild, "Ada")
        async with logged_in(here, prepare):
            await ada.use("keep")
            await here.until(lambda: bool(held))
            clock.advance(15 * 60 - 1)
            await held[0].followup.send("just in time")
            clock.advance(2)
            for late in (held[0].followup.send("late"), held[0].edit_original_response(content="late")):
                with pytest.raises(discord.HTTPException) as caught:
                    await late
                assert (caught.value.status, caught.value.code) == (401, 50027)


async def test_a_token_is_no_webhook_before_the_answer() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        guild = here.guild("Corner")
        guild.text_channel("music")
        here.commands.overwrite(None, [{"name": "x", "description": "x"}])
        reply = await here.person(guild, "Ada").use("x", send_only=True)
        for token in (reply.interaction.token, "wrong"):
            status, body = await by_hand.ask("POST", f"/webhooks/{here.bot.id}/{token}", {"content": "hello"})
            assert (status, body["code"]) == (404, 10015)


async def test_an_answer_needs_no_permission_in_the_channel_but_keeps_to_the_upload_limit() -> None:
    failures: list[discord.HTTPException] = []

    def prepare(bot: Bot) -> None:
        @bot.tree.command()
        async def post(interaction: Interaction) -> None:
            """Post too much, then enough."""
            assert interaction.filesize_limit == 10 << 20
            await interaction.response.defer()
            for size in (interaction.filesize_limit + 1, 3):
                try:
                    await interaction.followup.send(file=discord.File(io.BytesIO(bytes(size)), "t.flac"))
                except discord.HTTPException as error:
                    failures.append(error)

    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        channel = guild.text_channel("music")
        channel.overwrite(guild.members[here.bot.id], deny=Permission.SEND_MESSAGES)
        ada = here.person(guild, "Ada")
        async with logged_in(here, prepare):
            reply = await ada.use("post")
            assert len((await reply.said()).attachments[0].data) == 3
        assert [(error.status, error.code) for error in failures] == [(413, 40005)]


class Panel(discord.ui.View):
    @discord.ui.button(label="Again", custom_id="again")
    async def again(self, interaction: Interaction, _: discord.ui.Button[Panel]) -> None:
        await interaction.response.edit_message(content="again!")

    @discord.ui.button(label="Quiet", custom_id="quiet")
    async def quiet(self, interaction: Interaction, _: discord.ui.Button[Panel]) -> None:
        await interaction.response.defer()
        await interaction.followup.send("shh", ephemeral=True)

    @discord.ui.button(label="Off", custom_id="off", disabled=True)
    async def off(self, interaction: Interaction, _: discord.ui.Button[Panel]) -> None:
        raise AssertionError("nobody can press this")

    @discord.ui.select(
        custom_id="mood", options=[discord.SelectOption(label="calm"), discord.SelectOption(label="loud")]
    )
    async def mood(self, interaction: Interaction, menu: discord.ui.Select[Panel]) -> None:
        await interaction.response.send_modal(Question(title=menu.values[0]))


class Question(discord.ui.Modal):
    prompt: discord.ui.TextInput[Question] = discord.ui.TextInput(
        label="Prompt", custom_id="prompt", min_length=3
    )

    async def on_submit(self, interaction: Interaction) -> None:
        await interaction.response.send_message(f"asked: {self.prompt.value}")


async def test_buttons_menus_and_modals_lead_on() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        channel = guild.text_channel("music")
        ada = here.person(guild, "Ada")
        async with logged_in(here) as bot:
            await bot.text(channel.id).send("panel", view=Panel())
            (message,) = channel.messages
            reply = await ada.click(message, "again")
            assert (message.content, reply.message) == ("again!", message)
            reply = await ada.click(message, "quiet")
            await here.until(lambda: bool(reply.followups))
            assert reply.followups[0].ephemeral
            with pytest.raises(ValueError, match="disabled"):
                await ada.click(message, "off")
            with pytest.raises(ValueError, match="no button"):
                await ada.click(message, "gone")
            reply = await ada.click(message, "mood", ["calm"])
            assert reply.interaction.modal is not None
            assert reply.interaction.modal["title"] == "calm"
            with pytest.raises(ValueError, match="too short"):
                await ada.submit(reply, {"prompt": "x"})
            reply = await ada.submit(reply, {"prompt": "rain on a roof"})
            assert reply.content == "asked: rain on a roof"


async def test_suggestions_come_while_typing() -> None:
    def prepare(bot: Bot) -> None:
        @bot.tree.command()
        @app_commands.describe(prompt="What to play")
        async def compose(interaction: Interaction, prompt: str) -> None:
            """Compose."""

        @compose.autocomplete("prompt")
        async def suggest(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=f"{current} in the rain", value=current)]

    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        guild.text_channel("music")
        ada = here.person(guild, "Ada")
        async with logged_in(here, prepare):
            found = await ada.suggestions("compose", "prompt", "lofi")
            assert found == [{"name": "lofi in the rain", "value": "lofi"}]


WRONG_CHOICES: list[tuple[list[Json], str]] = [
    ([{"name": "", "value": "a"}], "data.choices.0.name BASE_TYPE_BAD_LENGTH"),
    ([{"name": "x" * 101, "value": "a"}], "data.choices.0.name BASE_TYPE_BAD_LENGTH"),
    ([{"value": "a"}], "data.choices.0.name BASE_TYPE_REQUIRED"),
    ([{"name": "a"}], "data.choices.0.value BASE_TYPE_REQUIRED"),
    ([{"name": "a", "value": ""}], "data.choices.0.value BASE_TYPE_BAD_LENGTH"),
    ([{"name": "a", "value": "x" * 101}], "data.choices.0.value BASE_TYPE_BAD_LENGTH"),
    (
        [{"name": "a", "value": "a", "name_localizations": {"de": ""}}],
        "data.choices.0.name_localizations.de BASE_TYPE_BAD_LENGTH",
    ),
    ([{"name": "a", "value": "a"}] * 26, "data.choices BASE_TYPE_MAX_LENGTH"),
]


async def test_suggestions_that_discord_refuses_are_refused() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        guild = here.guild("Corner")
        channel, ada = guild.text_channel("music"), here.person(guild, "Ada")
        right = [{"name": "x" * 100, "value": "y" * 100}] * 25
        for choices, wrong in [*WRONG_CHOICES, (right, "")]:
            typing = here.interactions.begin(InteractionType.AUTOCOMPLETE, ada.user, channel, guild)
            path = f"/interactions/{typing.id}/{typing.token}/callback"
            status, answer = await by_hand.ask("POST", path, {"type": 8, "data": {"choices": choices}})
            assert status == (400 if wrong else 204), wrong
            assert not wrong or where(answer) == wrong
            assert typing.choices == ([] if wrong else right)


async def test_messages_say_which_interaction_they_answer() -> None:
    def prepare(bot: Bot) -> None:
        @bot.tree.command()
        async def panel(interaction: Interaction) -> None:
            """Show a panel and a follow-up."""
            await interaction.response.send_message("panel", view=Panel())
            await interaction.followup.send("more")

        @bot.tree.context_menu(name="Repeat")
        async def repeat(interaction: Interaction, message: discord.Message) -> None:
            await interaction.response.send_message("again")

    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        channel = guild.text_channel("music")
        ada = here.person(guild, "Ada")
        async with logged_in(here, prepare):
            reply = await ada.use("panel")
            await here.until(lambda: bool(reply.followups))
            shown, more = await reply.said(), reply.followups[0]
            assert (shown.type, more.type, more.reply_to) == (20, 19, shown.id)
            assert shown.interaction is not None
            assert more.interaction is not None
            assert shown.interaction["user"]["global_name"] == "Ada"
            assert more.interaction["original_response_message_id"] == str(shown.id)
            again = await (await ada.use_on("Repeat", shown)).said()
            assert again.interaction is not None
            assert (again.type, again.interaction["target_message_id"]) == (23, str(shown.id))
            form = await ada.click(shown, "mood", ["calm"])
            asked = await (await ada.submit(form, {"prompt": "rain"})).said()
            assert asked.interaction is not None
            opened = asked.interaction["triggering_interaction_metadata"]
            assert (opened["type"], opened["interacted_message_id"]) == (3, str(shown.id))
            assert (asked.type, asked.reply_to) == (19, shown.id)
            assert len(channel.messages) == 4


async def test_pings_are_recorded_where_they_are_allowed_and_only_there() -> None:
    def prepare(bot: Bot) -> None:
        @bot.tree.command()
        async def echo(
            interaction: Interaction, text: str, safe: bool = False, private: bool = False
        ) -> None:
            """Say it back."""
            allowed = discord.AllowedMentions.none() if safe else discord.AllowedMentions.all()
            await interaction.response.send_message(text, allowed_mentions=allowed, ephemeral=private)

    async with DiscordHere(voice=SilentVoice()) as here:
        guild: Guild = here.guild("Corner", bot_may=Permission.MENTION_EVERYONE)
        guild.text_channel("music")
        ada, role = here.person(guild, "Ada"), guild.role("band")
        text = f"@everyone <@{ada.id}> <@&{role.id}>"
        async with logged_in(here, prepare):
            everybody = [ada.id, role.id, "everyone"]
            for options, received in (({}, everybody), ({"safe": True}, []), ({"private": True}, [])):
                reply = await ada.use("echo", {"text": text, **options})
                assert (await reply.said()).pinged == received
