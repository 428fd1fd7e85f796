"""`python -m bot try`: a Discord on this machine, the real bot in it, and the page, until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import ssl
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import trustme

from audio.errors import BuskerError
from audio.playout.opus import load_opus
from audio.worker.client import LocalEngine
from bot.client import Busker
from bot.config.engine_factory import create_engine
from bot.ops.gc_freeze import gc_frozen
from bot.ops.signals import arrival_of
from browser.guilds import Guilds
from browser.saved import Saved
from browser.server import Server
from rehearsal.discord_here import DiscordHere
from rehearsal.voice.server import VoiceServer

if TYPE_CHECKING:
    from audio.engine import Engine
    from bot.config.settings import Settings

LOCAL: Final = "127.0.0.1"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TryOptions:
    """The folder of what is kept, the address of the page, and the number of guilds.

    `host` is another address of this machine to listen on, for others in the network.
    """

    folder: Path
    port: int
    host: str | None
    guilds: int
    opens: bool


class TryError(BuskerError):
    """The page cannot be served."""


async def run(settings: Settings, options: TryOptions) -> None:
    """Serve the page until SIGINT or SIGTERM. Raises BuskerError with a sentence if it cannot start."""
    with arrival_of(signal.SIGINT, signal.SIGTERM) as ending:
        async with evening(settings, options) as (guilds, server, starting):
            address = server.address(options.host or LOCAL)
            print(f"Open {address}\nCtrl-C ends it.", flush=True)
            if options.opens:
                await asyncio.to_thread(webbrowser.open, address)
            starting.add_done_callback(lambda task: _end_after(task, ending))
            await ending.wait()
            print("Ending …", flush=True)
            if starting.done():
                starting.result()
    for deviation in guilds.here.deviations:
        _log.warning("Unlike Discord: %s", deviation)


def _end_after(starting: asyncio.Task[None], ending: asyncio.Event) -> None:
    if not starting.cancelled() and starting.exception() is not None:
        ending.set()


@asynccontextmanager
async def evening(
    settings: Settings, options: TryOptions
) -> AsyncIterator[tuple[Guilds, Server, asyncio.Task[None]]]:
    """Run a Discord, the page and the bot; all end with the block. Raises BuskerError.

    The page is there before the model has loaded; the task ends when the bot is logged in.
    """
    settings = _settings_for(options, settings)
    load_opus()
    saved = Saved(options.folder)
    saved.load()
    voice = VoiceServer()
    here = DiscordHere(voice=voice, bot_id=saved.bot_id)
    guilds = Guilds(here, voice)
    saved.restore(guilds)
    guilds.build(options.guilds)
    server = Server(guilds, secret=saved.secret if options.host is None else None)
    async with contextlib.AsyncExitStack() as stack:
        await here.start()
        stack.push_async_callback(here.close)
        try:
            await server.start(
                options.host or LOCAL,
                options.port,
                names=("localhost",) if options.host is None else (),
                tls=_tls(options.host) if options.host else None,
            )
        except OSError as error:
            raise TryError(
                f"The page cannot be served on port {options.port} ({os.strerror(error.errno or 0)}): "
                "name another --port."
            ) from error
        stack.push_async_callback(server.close)
        stack.push_async_callback(guilds.close)
        keeping = asyncio.create_task(saved.keep(guilds, server.secret), name="keep the guilds")
        stack.push_async_callback(saved.save, guilds, server.secret)
        engine = create_engine(settings)
        if isinstance(engine, LocalEngine):
            guilds.kill_engine = lambda: _kill(engine)
        starting = asyncio.create_task(_bot(settings, engine, here, stack), name="bot starts")
        try:
            yield guilds, server, starting
        finally:
            starting.cancel()
            keeping.cancel()
            await asyncio.gather(starting, keeping, return_exceptions=True)


async def _bot(
    settings: Settings, engine: Engine, here: DiscordHere, stack: contextlib.AsyncExitStack
) -> None:
    """Start the engine and the bot; the stack ends them. Raises BuskerError."""
    stack.push_async_callback(engine.close)
    await engine.start()
    bot = await stack.enter_async_context(Busker(settings, engine, connector=here.connector()))
    await bot.login(here.bot.token)
    stack.enter_context(gc_frozen())  # now: people use it before it is ready, and a collection is heard
    connection = asyncio.create_task(bot.connect(), name="gateway")
    stack.push_async_callback(_closed, bot, connection)
    await bot.wait_until_ready()
    here.bell.ring()
    print(f"Composing with {engine.info.checkpoint}, {engine.info.speed:.0f} times real time.", flush=True)


async def _closed(bot: Busker, connection: asyncio.Task[None]) -> None:
    """Close while the gateway listens: leaving a voice channel waits for Discord's answer."""
    await bot.close()
    connection.cancel()
    await asyncio.gather(connection, return_exceptions=True)


def _kill(engine: LocalEngine) -> None:
    if engine.worker_pid is not None:
        os.kill(engine.worker_pid, signal.SIGKILL)


def _tls(host: str) -> ssl.SSLContext:
    """Return a certificate of our own: over plain HTTP browsers give pages of other machines no sound."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(host).configure_cert(context)
    return context


def _settings_for(options: TryOptions, settings: Settings) -> Settings:
    """Return the settings with tracks and store in the folder."""
    tracks = options.folder / "tracks"
    try:
        tracks.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TryError(
            f"{options.folder} cannot be written to ({error.strerror}): name another --folder."
        ) from error
    return settings.model_copy(
        update={
            "tracks": settings.tracks.model_copy(update={"folder": tracks}),
            "store": settings.store.model_copy(update={"path": options.folder / "busker.sqlite"}),
        }
    )
