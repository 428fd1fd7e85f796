"""One guild's voice connection: join, play to the end, leave."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import discord

from audio.source import PieceSource
from bot.errors import VoiceLost
from bot.voice.line import VoiceLine
from bot.voice.outlet import Outlet

CONNECT_SECONDS: Final = 15.0
"""A healthy connection takes under a second; after this long Discord will not answer any more."""

ENCRYPTION_SECONDS: Final = 2.0
"""How long the first note waits for end-to-end encryption: receivers drop what is sent before it is ready."""

POLL_SECONDS: Final = 0.02

_log = logging.getLogger(__name__)


class Voice:
    """Owns the guild's line, and attaches it to the outlet. All methods are called on the event loop."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._client: VoiceLine | None = None

    @property
    def channel(self) -> discord.VoiceChannel | None:
        """Where Busker is connected, if it is."""
        if self._client is None or not self._client.is_connected():
            return None
        channel = self._client.channel
        return channel if isinstance(channel, discord.VoiceChannel) else None

    async def join(self, channel: discord.VoiceChannel) -> None:
        """Be connected to `channel` and ready to be heard there. Raises VoiceLost."""
        try:
            if self.channel is None:
                await self.leave()
                self._client = await channel.connect(timeout=CONNECT_SECONDS, self_deaf=True, cls=VoiceLine)
            elif self.channel != channel and self._client is not None:
                await self._client.move_to(channel, timeout=CONNECT_SECONDS)
            await self._encrypted()
        except (TimeoutError, discord.DiscordException) as error:
            await self.leave()
            raise VoiceLost(
                f"Discord did not let Busker into {channel.mention}; please try again."
            ) from error

    async def play(self, source: PieceSource) -> None:
        """Play `source` until it ends or is stopped. Raises VoiceLost when there is no connection."""
        client, channel = self._client, self.channel
        if client is None or channel is None:
            raise VoiceLost("Busker is not connected to a voice channel any more.")
        self._outlet.attach(client)
        lost = asyncio.create_task(self._end_with(client), name=f"end of {channel.guild.name}")
        try:
            await self._outlet.play(source, channel.bitrate)
        finally:
            lost.cancel()

    async def _end_with(self, line: VoiceLine) -> None:
        await line.over.wait()
        self._outlet.stop()

    def stop(self) -> None:
        """End the sound now: within a frame."""
        self._outlet.stop()

    def pause(self) -> None:
        """Hold the sound where it is."""
        self._outlet.pause()

    def resume(self) -> None:
        """Go on from where the sound was held."""
        self._outlet.resume()

    async def leave(self) -> None:
        """Disconnect, if connected; safe to call twice."""
        client, self._client = self._client, None
        self._outlet.attach(None)
        # A client that was put out has cleaned up; to disconnect it again would wait for Discord in vain.
        if client is not None and (client.is_connected() or client.guild.voice_client is client):
            await client.disconnect(force=True)

    async def _encrypted(self) -> None:
        """Wait until end-to-end encryption is ready. Alone in a channel it never is, so not for ever."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + ENCRYPTION_SECONDS
        # Polled, because discord.py tells nobody when it is ready.
        while self._client and self._client.voice_privacy_code is None and loop.time() < give_up:  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)
