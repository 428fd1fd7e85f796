"""The token: invalid ones are refused, and none is shown."""

from __future__ import annotations

import pytest

from bot.config.tokens import application_id, checked_token, redact
from bot.errors import TokenError

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"


def test_a_token_of_the_right_shape_passes_and_contains_the_public_id() -> None:
    assert checked_token(TOKEN) == TOKEN
    assert application_id(TOKEN) == 198622483471925248


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("", "There is no token"),
        (f"Bot {TOKEN}", "leave that word out"),
        (TOKEN.rsplit(".", 1)[0], "three parts"),
        (TOKEN[:-20], "three parts"),
        (TOKEN.replace("Cl2", "C 2"), "three parts"),
        ("bm90LWFuLWlkLWF0LWFsbC0t." + TOKEN.split(".", 1)[1], "not the id of a bot"),
    ],
)
def test_a_token_that_cannot_be_one_is_refused_without_being_shown(token: str, says: str) -> None:
    with pytest.raises(TokenError, match=says) as caught:
        checked_token(token)
    for part in TOKEN.split("."):
        assert part not in str(caught.value)


def test_redaction_removes_the_secret_and_anything_shaped_like_a_token() -> None:
    assert redact(f"a {TOKEN} b") == "a [token] b"
    assert redact("a hunter2 b", secret="hunter2") == "a [token] b"
    assert redact("a slip of x", secret="x") == "a slip of x"
    assert redact("discord.gateway 2.7.1, bot.settings, v1.example.com") == (
        "discord.gateway 2.7.1, bot.settings, v1.example.com"
    )
