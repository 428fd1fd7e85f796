"""REST and events of AutoMod's rules (Discord developer documentation, Resources / Auto Moderation)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rehearsal.permissions import Permission
from rehearsal.refusal import Json, missing_permissions
from rehearsal.rest.guilds import place
from rehearsal.rest.server import Call, Routes

if TYPE_CHECKING:
    from rehearsal.state import DiscordState
    from rehearsal.world import Guild

INTENT: Final = 1 << 20
"""AUTO_MODERATION_CONFIGURATION."""

KEYWORD: Final = 1
"""Trigger type: words of the guild's own."""

BLOCK_MESSAGE: Final = 1
"""Action type."""

MESSAGE_SEND: Final = 1
"""Event type."""

routes = Routes()


@routes.add("GET", "/guilds/{guild}/auto-moderation/rules")
async def rules(call: Call) -> list[Json]:
    guild = place(call)
    if not _may_manage(call.here, guild):
        raise missing_permissions()
    return [*guild.automod_rules.values()]


def write_rule(
    here: DiscordState,
    guild: Guild,
    *keywords: str,
    patterns: tuple[str, ...] = (),
    rule_id: int | None = None,
    allow: tuple[str, ...] = (),
    exempt_roles: tuple[int, ...] = (),
    exempt_channels: tuple[int, ...] = (),
    **changes: object,
) -> int:
    """Write a rule that blocks messages with these words or patterns, or change one; return its id.

    `changes` are fields of the rule, as Discord sends it. The bot is told if it may manage the guild.
    """
    event = "AUTO_MODERATION_RULE_CREATE" if rule_id is None else "AUTO_MODERATION_RULE_UPDATE"
    rule_id = guild.snowflakes.mint() if rule_id is None else rule_id
    rule: Json = {
        "id": str(rule_id),
        "guild_id": str(guild.id),
        "name": "words",
        "creator_id": str(guild.owner_id),
        "event_type": MESSAGE_SEND,
        "trigger_type": KEYWORD,
        "trigger_metadata": {
            "keyword_filter": [*keywords],
            "regex_patterns": [*patterns],
            "allow_list": [*allow],
        },
        "actions": [{"type": BLOCK_MESSAGE, "metadata": {}}],
        "enabled": True,
        "exempt_roles": [str(role) for role in exempt_roles],
        "exempt_channels": [str(channel) for channel in exempt_channels],
        **changes,
    }
    guild.automod_rules[rule_id] = rule
    if _may_manage(here, guild):
        here.sessions.dispatch(event, rule, INTENT)
    return rule_id


def _may_manage(here: DiscordState, guild: Guild) -> bool:
    return bool(guild.base_permissions(guild.members[here.bot.id]) & Permission.MANAGE_GUILD)
