"""A listener: libopus's decoder, as discord.py binds it."""

from __future__ import annotations

from collections.abc import Iterable

import discord.opus
import numpy as np

from audio.playout.opus import libopus
from audio.units import CHANNELS, Interleaved


def use_in_discord_py() -> None:
    """Let discord.py use the libopus that Busker encodes with."""
    if not discord.opus.is_loaded():
        discord.opus.load_opus(libopus()._name)


def decoded(packets: Iterable[bytes]) -> Interleaved:
    """Return the sound of packets of one stream, shaped (samples, 2)."""
    use_in_discord_py()
    decoder = discord.opus.Decoder()  # type: ignore[no-untyped-call]
    sound = b"".join(decoder.decode(packet, fec=False) for packet in packets)
    return np.asarray(np.frombuffer(sound, np.int16).reshape(-1, CHANNELS) / 2**15, np.float32)
