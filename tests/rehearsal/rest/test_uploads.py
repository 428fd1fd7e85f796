"""The content network: signed addresses and their expiry, and unknown files."""

from __future__ import annotations

import io

import discord

from rehearsal.clock import ManualClock
from rehearsal.discord_here import DiscordHere
from rehearsal.rest.uploads import LINK_LIFE_SECONDS
from tests.rehearsal.loopback import SilentVoice, logged_in, requests


async def test_an_attachment_is_served_until_its_address_ends() -> None:
    clock = ManualClock()
    async with DiscordHere(voice=SilentVoice(), clock=clock) as here, requests(here) as by_hand:
        channel = here.guild("Corner").text_channel("music")
        async with logged_in(here) as bot:
            sent = await bot.text(channel.id).send(file=discord.File(io.BytesIO(b"fLaC"), "t.png"))
        url = sent.attachments[0].url
        assert url.startswith(f"https://cdn.discordapp.com/attachments/{channel.id}/")
        assert await by_hand.get(url) == (200, b"fLaC", "image/png")
        assert await by_hand.get(url, "HEAD") == (200, b"", "image/png")
        assert (await by_hand.get(sent.attachments[0].proxy_url))[0] == 200
        assert (await by_hand.get(url.partition("?")[0]))[0] == 404, "an address without signature is none"
        assert (await by_hand.get(url.replace("t.png", "u.png")))[0] == 404
        clock.advance(LINK_LIFE_SECONDS + 1)
        assert (await by_hand.get(url))[0] == 404
