"""`python -m bot run`: the bot, from the token to SIGTERM."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Final

import aiohttp
import discord

from audio.playout.opus import load_opus
from bot.client import Busker
from bot.config.engine_factory import running_engine
from bot.config.tokens import checked_token
from bot.errors import StartError, TokenError
from bot.ops.expectation import expectation
from bot.ops.gc_freeze import gc_frozen
from bot.ops.health import Health
from bot.ops.signals import arrival_of
from bot.rules.permissions import invite_link

if TYPE_CHECKING:
    from bot.config.settings import Settings

AUTHENTICATION_FAILED: Final = 4004
"""Close code of the gateway for an invalid token (Discord's developer documentation, close codes)."""


async def run(settings: Settings, *, connector: aiohttp.BaseConnector | None = None) -> None:
    """Run the bot until SIGTERM or Ctrl-C. Raises StartError with a sentence if it cannot start.

    `connector` is for a Discord that is not at its usual address.
    """
    token = checked_token(settings.token.get_secret_value())
    load_opus()
    async with running_engine(settings) as engine, Busker(settings, engine, connector=connector) as bot:
        health = Health(
            gateway=bot.is_connected,
            engine=lambda: engine.healthy,
            voice=bot.is_sending,
            metrics=bot.metrics,
        )
        try:
            await health.start(settings.health)
            await _serve(bot, token)
        finally:
            await health.close()


async def _serve(bot: Busker, token: str) -> None:
    """Stay connected until SIGTERM, then shut down."""
    try:
        await bot.login(token)
        _print_greeting(bot)
        connection = asyncio.create_task(bot.connect(), name="gateway")
        with gc_frozen(), arrival_of(signal.SIGTERM) as arrived:
            sigterm = asyncio.create_task(arrived.wait(), name="SIGTERM")
            try:
                await asyncio.wait([connection, sigterm], return_when=asyncio.FIRST_COMPLETED)
                if sigterm.done():
                    # Close while the gateway listens: leaving a voice channel waits for Discord's answer.
                    await bot.close()
                else:
                    connection.result()
            finally:
                connection.cancel()
                sigterm.cancel()
                await asyncio.gather(connection, sigterm, return_exceptions=True)
    except discord.LoginFailure as error:
        raise TokenError("Discord does not know this token; reset it in the developer portal.") from error
    except discord.ConnectionClosed as error:
        if error.code == AUTHENTICATION_FAILED:
            raise TokenError("The token was reset while Busker ran; set the new one.") from error
        raise StartError(f"Discord ended the connection for good (code {error.code}).") from error
    except (discord.DiscordException, aiohttp.ClientError) as error:
        raise StartError(f"Discord cannot be reached: {error}.") from error


def _print_greeting(bot: Busker) -> None:
    info, user = bot.engine.info, bot.user
    if user is None:
        raise StartError("Discord accepted the token and did not say whose it is; try again.")
    print(f"Logged in as {user} ({user.id}).")
    print(f"Composing on {info.device} with {expectation(info, bot.settings)}")
    print(f"Invite: {invite_link(user.id)}", flush=True)
