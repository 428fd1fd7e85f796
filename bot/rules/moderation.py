"""Moderation: who may request music, and which words may be said, suggested, posted or shown.

Three lists are looked at: the operator's, that of the guild's managers, and AutoMod's keyword rules.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

import discord

from bot.config.word_list import word_list
from bot.errors import NotAllowed
from bot.rules.automod import AutoMod, applying
from words.text import Text

if TYPE_CHECKING:
    from audio.piece import Piece
    from bot.config.guild_settings import GuildSettings


class Moderation:
    """Applies the lists of each guild. Made once by the client; used on the event loop."""

    def __init__(self, guild_settings: GuildSettings, automod: AutoMod) -> None:
        self._guild_settings = guild_settings
        self._automod = automod

    def require_member(self, member: discord.Member) -> None:
        """Raise NotAllowed if a member, or one of their roles, may not request music."""
        blocked = self._guild_settings.of(member.guild.id).rights.blocked_ids
        if member.id in blocked or any(map(member.get_role, blocked)):
            raise NotAllowed(Text("moderation-blocked"))

    async def require_words(
        self, member: discord.Member, channel: discord.abc.Snowflake | None, texts: Iterable[str]
    ) -> None:
        """Raise NotAllowed if a member may not use the words of one of the `texts` in a channel."""
        await self.refresh(member.guild)
        for text in dict.fromkeys(texts):
            if not self.allows(member, channel, text):
                raise NotAllowed(Text("moderation-words"))
            await asyncio.sleep(0)  # forged tags have a thousand prompts

    async def refresh(self, guild: discord.Guild) -> None:
        """Look after AutoMod's rules before `allows` is called."""
        await self._automod.refresh(guild)

    def permits(
        self, member: discord.Member, channel: discord.abc.Snowflake | None, texts: Iterable[str]
    ) -> bool:
        """True if a member may request music with these texts in a channel, by the rules that are known."""
        try:
            self.require_member(member)
        except NotAllowed:
            return False
        return self.allows(member, channel, *texts)

    def allows(self, member: discord.Member, channel: discord.abc.Snowflake | None, *texts: str) -> bool:
        """True if a member may use the words of all `texts` in a channel, by the rules that are known."""
        return len(self.allowed(member, channel, texts)) == len(texts)

    def allowed(
        self, member: discord.Member, channel: discord.abc.Snowflake | None, texts: Iterable[str]
    ) -> list[str]:
        """Return those of `texts` whose words a member may use in a channel, by the rules that are known."""
        words = word_list(self._guild_settings.of(member.guild.id).rights.blocked_words)
        rules = applying(self._automod.rules_of(member.guild.id), member, _ids_of(channel))
        return [text for text in texts if not (words.finds(text) or any(rule.finds(text) for rule in rules))]


def words_of(piece: Piece) -> tuple[str, ...]:
    """Return all texts of a piece: its prompts, and what members typed where these are translations."""
    return (*piece.prompts, *piece.typed_prompts)


def _ids_of(channel: discord.abc.Snowflake | None) -> list[int]:
    """Return the ids by which a rule can exempt a channel: also that of a thread's parent."""
    ids = [getattr(channel, "id", None), getattr(channel, "parent_id", None)]
    return [channel_id for channel_id in ids if channel_id is not None]
