"""Music without end: by /radio and its buttons, heard through the loopback Discord."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio.loudness import integrated
from audio.piece import Piece
from audio.tone import ToneEngine
from audio.track import read_tags
from audio.units import FRAME_RATE
from bot.performance import Performance
from bot.settings import RightsSettings, Settings
from rehearsal.people.reply import Reply
from rehearsal.world import Message
from tests.house import FAST, House, a_house, quiet_settings, read, restarted, until


async def said(reply: Reply) -> str:
    await until(lambda: bool(reply.content))
    return reply.content


async def a_radio(house: House, prompt: str = "bells", seed: int = 7) -> Performance:
    """A radio that plays."""
    await said(await house.asker.use("radio", {"prompt": prompt, "seed": seed}, house.text))
    radio = house.session.now
    await until(lambda: radio.buffer.frames_played > 10)
    return radio


async def card_of(house: House, words: str) -> Message:
    """The card, once it says so."""
    await until(lambda: bool(house.cards) and words in read(house.cards[-1]))
    return house.cards[-1]


@pytest.mark.parametrize("way", ["stop", "skip", "Skip"])
async def test_it_plays_until_somebody_ends_it_and_then_fades_out_and_posts_nothing(
    tmp_path: Path, way: str
) -> None:
    async with a_house(tmp_path) as house:
        reply = await house.asker.use("radio", {"prompt": "bells", "seed": 7}, house.text)
        assert (await said(reply)).startswith("The radio plays “bells” with seed 7 until somebody ends it")
        radio = house.session.now
        await until(lambda: radio.buffer.frames_played > 2 * FRAME_RATE)
        card = await card_of(house, "Radio · seed 7")
        heard = radio.buffer.frames_played
        if way == "Skip":
            await house.asker.press(card, way)
        else:
            await house.asker.use(way, channel=house.text)
        await until(lambda: radio.settled)
        rest = radio.buffer.frames_played - heard
        assert 3 * FRAME_RATE < rest < 4.5 * FRAME_RATE, "half a second and three seconds of fade"
        (spurt,) = house.ears.spurts(house.here.bot.id)
        pcm = spurt.pcm if hasattr(spurt, "pcm") else spurt
        assert pcm is not None
        await card_of(house, "### Stopped")
        assert not house.tracks
        assert not list(tmp_path.glob("*.flac"))
