"""The users and roles that a message notifies.

That depends on its text, its allowed mentions and its sender's permissions.

Discord developer documentation, Resources / Message / Allowed Mentions Object. A message without allowed
mentions notifies everything it mentions, also as the answer to a command: the strict reading.
"""

from __future__ import annotations

import re
from typing import Final

from rehearsal.permissions import Permission
from rehearsal.refusal import Json, invalid_form
from rehearsal.world import Guild

USER: Final = re.compile(r"<@!?(\d{1,20})>")
ROLE: Final = re.compile(r"<@&(\d{1,20})>")
EVERYONE: Final = re.compile(r"@(everyone|here)\b")
CODE: Final = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
MAX_IDS: Final = 100


def check_allowed(allowed: object) -> Json | None:
    """Return the `allowed_mentions` of a message. Raises Refusal if they contradict themselves."""
    if allowed is None:
        return None
    if not isinstance(allowed, dict):
        raise invalid_form(
            "allowed_mentions", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType"
        )
    for kind in ("users", "roles"):
        ids = allowed.get(kind) or []
        if len(ids) > MAX_IDS:
            raise invalid_form(f"allowed_mentions.{kind}", "BASE_TYPE_BAD_LENGTH", f"At most {MAX_IDS} ids.")
        if ids and kind in (allowed.get("parse") or []):
            raise invalid_form(
                "allowed_mentions",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )
    return allowed


def pinged(
    text: str, allowed: Json | None, guild: Guild | None, may: Permission, replied_to: int | None
) -> list[int | str]:
    """Return what this text notifies: user ids, role ids, "everyone" and "here", in that order.

    `may` are the sender's permissions in the channel; `replied_to` is the author of the message it answers.
    """
    text = CODE.sub("", text)
    users = list(dict.fromkeys(map(int, USER.findall(text))))
    roles = list(dict.fromkeys(map(int, ROLE.findall(text))))
    loud: list[int | str] = list(dict.fromkeys(EVERYONE.findall(text)))
    parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or [])
    if "users" not in parse:
        named = {int(user_id) for user_id in (allowed or {}).get("users") or [] if user_id is not None}
        users = [user_id for user_id in users if user_id in named]
    if "roles" not in parse:
        named = {int(role_id) for role_id in (allowed or {}).get("roles") or [] if role_id is not None}
        roles = [user_id for user_id in roles if user_id in named]
    if replied_to is not None and (allowed is None or allowed.get("replied_user")):
        users = list(dict.fromkeys([replied_to, *users]))
    if guild is None:
        return list(users)
    users = [user_id for user_id in users if user_id in guild.members]
    may_all = bool(may & Permission.MENTION_EVERYONE)
    known = [guild.roles[user_id] for user_id in roles if user_id in guild.roles]
    notified = [role.id for role in known if role.mentionable or may_all]
    return [*users, *notified, *(loud if may_all and "everyone" in parse else [])]
