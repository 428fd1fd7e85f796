"""Every command of the bot, used by a member at the page."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.browser.chromium import Room

pytestmark = pytest.mark.slow


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A file of two seconds of a rising tone."""
    time = np.arange(2 * 32_000) / 32_000
    samples = (12_000 * np.sin(2 * np.pi * (220 + 60 * time) * time)).astype("<i2")
    path = tmp_path / "hummed.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 32_000, len(samples), "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


def names_of(command: dict[str, Any], path: str = "") -> Iterator[str]:
    """Return what a command, or each of its subcommands, is called."""
    name = f"{path} {command['name']}".strip()
    inner = [option for option in command.get("options", []) if option["type"] in (1, 2)]
    if inner:
        for option in inner:
            yield from names_of(option, name)
    else:
        yield f"/{name}" if command.get("type", 1) != 3 else name


async def test_every_command_is_used_from_the_page(room: Room, recording: Path) -> None:
    ann = await room.enter("Ann")
    await ann.use("settings", "Saved.", waiting="20", length="10", rights="free")
    await ann.use("help", "Getting started")
    await ann.use("about", "Licence of the model")
    await ann.use("privacy", "no tracks of yours")
    await ann.use("compose", "Composing 10 s", prompt="slow bells")
    await ann.hears()
    await ann.use("pause", "Paused.")  # so that what waits goes on waiting
    await ann.tracks.first.wait_for()
    await ann.use("library", "Choose a track", search="bells")
    await ann.use("compose", "Composing 10 s", prompt="a waltz", seed="7", melody=recording)
    await ann.open("compose")
    await ann.fill("prompt", "goes on")
    await ann.add("continue")
    await ann.drop(recording, "#composer .field:has(#option-continue)")
    await ann.send("Composing 10 s")
    await ann.use("queue show", "goes on")
    await ann.open("queue move")
    assert "goes on" in await ann.choose("piece", "goes")
    await ann.fill("place", "1")
    await ann.send("now at position 1")
    await ann.open("queue remove")
    await ann.choose("piece", "waltz")
    await ann.send("Removed “a waltz”")
    await ann.use("nowplaying", "slow bells")
    await ann.use("resume", "Resumed.")
    await ann.use("volume", "Volume set to 50%", percent="50")
    await ann.use("skip", "Skipped “slow bells”")
    await ann.use("stop", "Stopped")
    await ann.use("radio", "The radio plays", prompt="an endless dub")
    await ann.use("steer", "fast bells", words="fast bells", blend="0.5")
    await ann.use("stop", "Stopped")

    await ann.page.set_input_files("#composer input[type=file]", recording)
    spoken = ann.page.locator("article", has_text="hummed.wav")
    for command in ("Compose on this melody", "Continue this"):
        await ann.apply(command, spoken)
        await ann.page.locator("#form[open] textarea").fill("strings")
        await ann.submit("Composing 10 s")
    track = ann.tracks.first
    await ann.apply("Again", track)
    await ann.sees("Playing “slow bells” again")
    await ann.apply("Remix", track)
    await ann.submit("Composing 10 s", words="quick bells", seed="3")
    await ann.apply("Extend", track)
    await ann.submit("by 10 s", seconds="10")
    await ann.use("stop", "Stopped")

    used = set(room.guilds.used.values())
    every = {name for command in room.guilds.here.commands.listed(None) for name in names_of(command)}
    assert len(every) == 22
    assert every <= used, every - used
