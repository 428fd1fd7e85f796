"""AutoMod's rules: who may read them, and who is told of a change."""

from __future__ import annotations

import asyncio

import discord

from rehearsal.discord_here import DEFAULT_BOT_PERMISSIONS, DiscordHere
from rehearsal.permissions import Permission
from rehearsal.rest.automod import write_rule
from tests.rehearsal.loopback import SilentVoice, logged_in, requests


async def test_rules_are_shown_to_a_bot_that_manages_the_guild_and_to_no_other() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        plain = here.guild("Plain")
        managed = here.guild("Managed", bot_may=DEFAULT_BOT_PERMISSIONS | Permission.MANAGE_GUILD)
        for guild in (plain, managed):
            write_rule(here, guild, "bad*", allow=("badge",), exempt_roles=(guild.id,))
        status, body = await by_hand.ask("GET", f"/guilds/{plain.id}/auto-moderation/rules")
        assert (status, body["code"]) == (403, 50013)
        status, (rule,) = await by_hand.ask("GET", f"/guilds/{managed.id}/auto-moderation/rules")
        assert status == 200
        assert rule["trigger_metadata"]["keyword_filter"] == ["bad*"]
        assert rule["exempt_roles"] == [str(managed.id)]


async def test_changes_are_told_to_a_bot_with_the_intent() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Managed", bot_may=DEFAULT_BOT_PERMISSIONS | Permission.MANAGE_GUILD)
        intents = discord.Intents(guilds=True, auto_moderation_configuration=True)
        async with logged_in(here, intents=intents) as client:
            told = asyncio.Queue[str]()

            @client.event
            async def on_automod_rule_create(rule: discord.AutoModRule) -> None:
                told.put_nowait(f"made {rule.trigger.keyword_filter}")

            @client.event
            async def on_automod_rule_update(rule: discord.AutoModRule) -> None:
                told.put_nowait(f"changed {rule.trigger.keyword_filter}")

            rule = write_rule(here, guild, "bad")
            write_rule(here, guild, "worse", rule_id=rule)
            async with asyncio.timeout(10):
                assert [await told.get(), await told.get()] == ["made ['bad']", "changed ['worse']"]
