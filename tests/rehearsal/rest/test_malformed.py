"""Whatever a body is, it is taken or refused: never an error of the loopback Discord itself."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.discord_here import DiscordHere
from rehearsal.interactions import InteractionType
from rehearsal.world import MessageFlag
from tests.rehearsal.loopback import Json, SilentVoice, requests
from tests.rehearsal.rest.test_components import EVERYTHING, label, modal

LAYOUT: Json = {"components": EVERYTHING, "flags": int(MessageFlag.COMPONENTS_V2)}
MESSAGE: Json = {
    "content": "hello",
    "embeds": [
        {
            "title": "Card",
            "color": 1,
            "timestamp": "2026-12-01T00:00:00+00:00",
            "fields": [{"name": "n", "value": "v", "inline": True}],
            "image": {"url": "https://example.com/a.png"},
            "footer": {"text": "f"},
            "author": {"name": "a"},
        }
    ],
    "allowed_mentions": {"parse": ["users"], "roles": ["1"], "replied_user": True},
    "attachments": [],
    "nonce": "n",
    "enforce_nonce": True,
    "tts": False,
    "message_reference": {"message_id": "1", "fail_if_not_exists": False},
}
CHOICE = {"name": "a", "value": "a"}
FLAG = {"type": 5, "name": "b", "description": "b"}
COMMAND: Json = {
    "name": "compose",
    "type": 1,
    "description": "Compose.",
    "name_localizations": {"de": "komponieren"},
    "contexts": [0],
    "integration_types": [0],
    "default_member_permissions": "32",
    "options": [
        {
            "type": 1,
            "name": "sub",
            "description": "d",
            "options": [{"type": 5, "name": "b", "description": "b"}],
        },
        {
            "type": 2,
            "name": "group",
            "description": "d",
            "options": [
                {
                    "type": 1,
                    "name": "sub",
                    "description": "d",
                    "options": [
                        {
                            "type": 3,
                            "name": "s",
                            "description": "s",
                            "choices": [{"name": "a", "value": "a"}],
                        },
                        {"type": 4, "name": "i", "description": "i", "min_value": 1, "max_value": 2},
                        {"type": 10, "name": "n", "description": "n", "autocomplete": True},
                    ],
                }
            ],
        },
    ],
}
NUMBERS = (True, 0, -1, 1.5, 1 << 70, 1e300)
ODD: tuple[Any, ...] = (None, "", "x" * 5_000, "\0", [], {}, [[]], [None], {"": None}, *NUMBERS)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with every key in it."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from places(inner)


def spoilt(body: Any, count: int, seed: int) -> Iterator[Any]:
    """The body, each time with one to three values that are odd, missing or those of another place."""
    chance = random.Random(seed)
    for _ in range(count):
        broken = [copy.deepcopy(body)]
        for _ in range(chance.randint(1, 3)):
            holder, key = chance.choice(list(places(broken)))
            others = [holder[key] for holder, key in places(broken)]
            action = chance.randrange(3)
            if action == 0 and holder is not broken:
                del holder[key]
            else:
                holder[key] = copy.deepcopy(chance.choice(ODD if action == 1 else others))
        yield broken[0]


@pytest.mark.parametrize("seed", range(3))
async def test_no_body_is_an_error_of_the_server(seed: int) -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        guild = here.guild("Corner")
        channel, ada = guild.text_channel("music"), here.person(guild, "Ada")
        messages = f"/channels/{channel.id}/messages"
        _, sent = await by_hand.ask("POST", messages, {"content": "hello"})
        commands = f"/applications/{here.bot.id}/commands"
        asked = [
            ("POST", messages, MESSAGE),
            ("POST", messages, LAYOUT),
            ("PATCH", f"{messages}/{sent['id']}", MESSAGE),
            ("PUT", commands, [COMMAND]),
            ("POST", commands, COMMAND),
            ("PUT", f"/channels/{channel.id}/voice-status", {"status": "s"}),
            ("PATCH", f"/guilds/{guild.id}/voice-states/@me", {"channel_id": "1", "suppress": False}),
            ("POST", "/users/@me/channels", {"recipient_id": str(ada.id)}),
        ]
        answers = [
            (InteractionType.COMMAND, {"type": 4, "data": MESSAGE}),
            (InteractionType.COMMAND, {"type": 9, "data": modal(label())}),
            (InteractionType.AUTOCOMPLETE, {"type": 8, "data": {"choices": [CHOICE]}}),
        ]
        statuses: set[int] = set()
        for method, path, body in asked:
            for broken in spoilt(body, 40, seed):
                statuses.add((await by_hand.ask(method, path, broken))[0])
        for kind, body in answers:
            for broken in spoilt(body, 40, seed):
                typed = here.interactions.begin(kind, ada.user, channel, guild)
                path = f"/interactions/{typed.id}/{typed.token}/callback"
                statuses.add((await by_hand.ask("POST", path, broken))[0])
        assert statuses <= {200, 204, 400, 403, 404}
        assert {200, 400} <= statuses
        # An unknown field is passed over, as Discord does; only a working bot must not send it.
        here.deviations[:] = [each for each in here.deviations if not each.endswith(" is unknown")]
