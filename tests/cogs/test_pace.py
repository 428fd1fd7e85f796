"""One member's flood of commands and presses: it is answered in a sentence and slows nobody down."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from pathlib import Path

import discord
import pytest

import cogs
from bot.config.settings import RightsSettings, Settings
from cogs.errors import Paced
from rehearsal.people.reply import Reply
from tests.loopback_guild import quiet_settings, until
from tests.server import a_server
from words.text import Text

KINDS = (discord.ui.Modal, discord.ui.DynamicItem, discord.ui.View, discord.ui.LayoutView)


def paced(folder: Path, a_minute: int) -> Settings:
    return quiet_settings(folder).model_copy(update={"rights": RightsSettings(commands_a_minute=a_minute)})


@pytest.mark.parametrize("locale", ["en-US", "de", "es-ES", "fr", "ja", "pt-BR"])
async def test_a_flood_is_answered_in_a_sentence_and_others_are_served(locale: str, tmp_path: Path) -> None:
    async with a_server(tmp_path, paced(tmp_path, 6), locale=locale) as server:
        name = Text("command-about").in_(locale)
        replies: list[Reply] = [
            await server.ann.use(name, {}, server.text, send_only=True) for _ in range(30)
        ]
        await until(lambda: all(reply.interaction.acknowledged_at for reply in replies))
        slow = {reply.content for reply in replies if not reply.embeds}
        assert sum(bool(reply.embeds) for reply in replies) == 2
        assert Text("error-too-fast", seconds=10).in_(locale) in slow
        assert all(reply.ephemeral for reply in replies)
        assert (await server.answer(server.max, name)).embeds


async def test_buttons_count_too_and_autocompletion_does_not(tmp_path: Path) -> None:
    async with a_server(tmp_path, paced(tmp_path, 6)) as server:
        message = await (await server.ann.use("help", {}, server.text)).said()
        first = await (await server.ann.click(message, "help:compose:0")).said()
        assert "voice channel" in first.content
        second = await server.ann.click(message, "help:compose:0")
        assert (await second.said()).content.startswith("You're sending commands too fast.")
        for _ in range(5):
            assert await server.ann.suggestions("compose", "prompt", "dub", channel=server.text)


def test_every_button_menu_and_form_is_paced() -> None:
    modules = [import_module(f"cogs.{module.name}") for module in pkgutil.iter_modules(cogs.__path__)]
    kinds = {
        kind
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__
        and issubclass(
            kind, discord.ui.Modal | discord.ui.DynamicItem | discord.ui.View | discord.ui.LayoutView
        )
    }
    assert len(kinds) >= 11
    # By name: discord.py imports an extension anew for each bot.
    assert [kind for kind in kinds if Paced.__name__ not in [base.__name__ for base in kind.__mro__]] == []
