"""The users and roles that a text notifies."""

from __future__ import annotations

import pytest

from rehearsal.discord_here import DiscordHere
from rehearsal.mentions import pinged
from rehearsal.permissions import Permission
from rehearsal.refusal import Json
from tests.rehearsal.loopback import SilentVoice

MAY_ALL = Permission.MENTION_EVERYONE


@pytest.mark.parametrize(
    ("text", "allowed", "may", "notified"),
    [
        ("{ada}", None, 0, ["ada"]),
        ("{ada} {ada} {ben}", None, 0, ["ada", "ben"]),
        ("{ada} {ben}", {"parse": [], "users": ["ben"]}, 0, ["ben"]),
        ("{ada} {open} @everyone", {"parse": []}, MAY_ALL, []),
        ("{ada} {open} @everyone", {"parse": ["users"]}, MAY_ALL, ["ada"]),
        ("{open} {shut}", None, 0, ["open"]),
        ("{open} {shut}", None, MAY_ALL, ["open", "shut"]),
        ("{open} {shut}", {"parse": [], "roles": ["shut"]}, MAY_ALL, ["shut"]),
        ("@everyone and @here", None, 0, []),
        ("@everyone and @here", None, MAY_ALL, ["everyone", "here"]),
        ("@everyone", {"parse": ["everyone"]}, MAY_ALL, ["everyone"]),
        ("`{ada}` ```\n@everyone\n```", None, MAY_ALL, []),
        ("@\u200beveryone <@ 1> \\@here2", None, MAY_ALL, []),
        ("<@1>", None, MAY_ALL, []),
    ],
)
def test_a_ping_needs_text_permission_and_allowed_mentions(
    text: str, allowed: Json | None, may: int, notified: list[str]
) -> None:
    here = DiscordHere(voice=SilentVoice())
    guild = here.guild("Corner")
    ids = {name: here.person(guild, name).id for name in ("ada", "ben")}
    ids |= {"open": guild.role("open", mentionable=True).id, "shut": guild.role("shut").id}
    marks = {name: f"<@{'&' if name in ('open', 'shut') else ''}{known}>" for name, known in ids.items()}
    if allowed is not None:
        allowed = {kind: [str(ids.get(who, who)) for who in whom] for kind, whom in allowed.items()}
    found = pinged(text.format(**marks), allowed, guild, Permission(may), None)
    assert found == [ids.get(who, who) for who in notified]


def test_a_reply_pings_its_author_unless_disallowed() -> None:
    here = DiscordHere(voice=SilentVoice())
    guild = here.guild("Corner")
    ada = here.person(guild, "Ada").id
    assert pinged("yes", None, guild, Permission(0), ada) == [ada]
    assert pinged("yes", {"parse": [], "replied_user": True}, guild, Permission(0), ada) == [ada]
    assert pinged("yes", {"parse": []}, guild, Permission(0), ada) == []
