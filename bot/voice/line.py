"""The line: discord.py's voice client, which says whether it can be heard."""

from __future__ import annotations

import asyncio

import discord
from discord.enums import SpeakingState


class VoiceLine(discord.VoiceClient):
    """One connection to a voice channel. It is a Line for the outlet; the supervisor owns it."""

    def __init__(self, client: discord.Client, channel: discord.abc.Connectable) -> None:
        super().__init__(client, channel)
        self.over = asyncio.Event()
        """Set once it is disconnected for good."""

    def cleanup(self) -> None:
        """Called by discord.py when it has disconnected for good."""
        super().cleanup()
        self.over.set()

    @property
    def open(self) -> bool:
        """Whether what is sent now is heard: connected, and encrypted end to end."""
        return self.is_connected() and self._connection.can_encrypt

    def send(self, packet: bytes) -> bool:
        """Send 20 ms of Opus; False, and nothing has left, when the line is not open."""
        if not self.open:
            return False
        self.send_audio_packet(packet, encode=False)
        return True

    def speak(self, speaking: bool) -> None:
        """Say that sound begins or has ended. Any thread; a closed line is told nothing."""
        if self.is_connected():
            state = SpeakingState.voice if speaking else SpeakingState.none
            asyncio.run_coroutine_threadsafe(self.ws.speak(state), self.loop)
