"""The judge of errors: a member is answered whatever goes wrong, also while words are found or sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.errors import RequestError, StoreError
from rehearsal.rest.troubles import Trouble
from rehearsal.world import Message
from tests.loopback_guild import until
from tests.server import Server, a_server
from words.text import Text

CALLBACK = "POST /interactions/{interaction}/{token}/callback"
FOLLOW_UP = "POST /webhooks/{webhook}/{token}"

PLAIN = "Something went wrong. Please try again; if it keeps happening, tell whoever runs this bot."


class Unwordable(RequestError):
    """An error whose sentence fails while it is worded."""

    def __init__(self) -> None:
        super().__init__(Text("no-such-sentence"))


def failing(error: Callable[[], Exception]) -> Callable[..., Any]:
    """Return a stand-in for `Sessions.of` that fails."""

    def of(guild: discord.Guild) -> Any:
        raise error()

    return of


async def help_of(server: Server) -> Message:
    return await (await server.ann.use("help", {}, server.text)).said()


@pytest.mark.parametrize("locale", ["en-US", "de", "es-ES", "fr", "ja", "pt-BR"])
async def test_a_sentence_that_fails_leaves_the_plain_one_and_both_tracebacks(
    locale: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_server(tmp_path, locale=locale) as server:
        monkeypatch.setattr(server.bot.sessions, "of", failing(Unwordable))
        stop = Text("command-stop").in_(locale)
        assert await server.said(stop) == Text("error-unforeseen").in_(locale)
        assert "Unwordable" in caplog.text
        assert "LookupError" in caplog.text


async def test_what_the_store_says_to_operators_is_logged_and_not_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_server(tmp_path) as server:
        error = StoreError("/srv/busker.sqlite cannot be used: disk I/O error.")
        monkeypatch.setattr(server.bot.sessions, "of", failing(lambda: error))
        assert await server.said("stop") == Text("error-unforeseen").in_("en-US")
        assert "/srv/busker.sqlite" in caplog.text


async def test_buttons_answer_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_server(tmp_path) as server:
        message = await help_of(server)
        monkeypatch.setattr(server.bot.guild_settings, "of", failing(Unwordable))
        reply = await server.ann.click(message, "help:compose:0")
        assert (await reply.said()).content == PLAIN


async def test_a_thinking_answer_does_not_stay(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence fails after the answer was deferred, and Discord refuses what is sent first."""
    async with a_server(tmp_path) as server:

        async def defer(interaction: discord.Interaction[Any]) -> None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            raise Unwordable

        about: Any = server.bot.tree.get_command("about")
        monkeypatch.setattr(about, "_callback", lambda _cog, interaction: defer(interaction))
        assert await server.said("about") == PLAIN
        server.here.rest.troubles.begin(Trouble(frozenset({FOLLOW_UP}), status=400))
        assert await server.said("about") == PLAIN
        assert "the answer did not arrive" in caplog.text
        assert caplog.text.count("Unwordable") >= 2


async def test_an_answer_that_discord_refuses_is_followed_by_the_plain_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_server(tmp_path) as server:
        server.here.rest.troubles.begin(Trouble(frozenset({CALLBACK}), status=400))
        assert await server.said("skip") == PLAIN
        assert "NothingPlaying" in caplog.text
        assert "400 Bad Request" in caplog.text
        assert await server.said("skip") == "Nothing is playing. Start something with /compose."


async def test_a_value_of_any_length_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_server(tmp_path) as server:
        kind: Any = SimpleNamespace(_error_display_name="a number")

        def long(guild: discord.Guild) -> Any:
            raise app_commands.TransformerError("*" * 6000, discord.AppCommandOptionType.string, kind)

        monkeypatch.setattr(server.bot.sessions, "of", long)
        assert "doesn't work here" in await server.said("stop")


async def test_an_expired_interaction_is_one_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    response: Any = SimpleNamespace(status=401, reason="Unauthorized")

    def expired() -> Exception:
        return discord.HTTPException(response, {"code": 50027, "message": "Invalid Webhook Token"})

    async with a_server(tmp_path) as server:
        monkeypatch.setattr(server.bot.sessions, "of", failing(expired))
        await server.ann.use("stop", {}, server.text, send_only=True)
        await until(lambda: "/stop was answered too late" in caplog.text)
        assert "Traceback" not in caplog.text
        assert await server.said("about") == ""  # the next is answered as ever


async def test_an_autocompletion_that_fails_suggests_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_server(tmp_path) as server:

        async def broken(*arguments: object, **options: object) -> Any:
            raise ZeroDivisionError("of all things")

        monkeypatch.setattr(server.bot.library, "prompts", broken)
        assert await server.ann.suggestions("compose", "prompt", "be", channel=server.text) == []
        assert "the autocompletion of /compose failed" in caplog.text
        assert "ZeroDivisionError: of all things" in caplog.text
