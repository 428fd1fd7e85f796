"""Says in a sentence what people get from the engine on this machine, for `doctor` and the start of `run`."""

from __future__ import annotations

from typing import Final

from audio.engine import EngineInfo
from audio.playout.jitter_buffer import JitterBuffer
from bot.config.engine_factory import SHIPPED
from bot.config.settings import Settings

_SHORTEST: Final = 0.1
"""Seconds that a prompt takes before the first step, roughly."""


def expectation(info: EngineInfo, settings: Settings) -> str:
    """Return how soon a piece of the default length is heard, and what would be sooner if that is late."""
    seconds = settings.music.default_seconds
    wait = max(_SHORTEST, JitterBuffer(seconds, info.speed).seconds_until_ready)
    speed = f"{_model(info)}: {info.speed:.2g} times real time"
    if info.speed >= 1:
        count = info.realtime_streams
        return f"{speed}, live: first sound after {wait:.1f} s, {count} piece{'s' * (count != 1)} at once."
    return (
        f"{speed}, not live: a piece of {seconds:g} s is heard after about {wait:.0f} s, then without a gap. "
        f"{_remedy(info, settings)}"
    )


def _model(info: EngineInfo) -> str:
    """Return the checkpoint and how it is computed, such as “etude in int8 by avx512_vnni, 1 thread”."""
    how = [f" in {info.dtype}" if info.dtype else "", f" by {info.kernel}" if info.kernel else ""]
    if info.device == "cpu":
        how.append(f", {info.threads} thread{'s' * (info.threads != 1)}")
    return info.checkpoint + "".join(how)


def _remedy(info: EngineInfo, settings: Settings) -> str:
    """Return what would be live, or at least faster, as far as it is known."""
    faster = []
    if info.device == "cpu":
        if info.dtype in ("int8", "int4") and info.kernel == "torch":
            faster.append("a C compiler (`pip install ziglang`)")
        if settings.engine.threads != 0:
            faster.append("`engine.threads = 0`")
        if settings.engine.dtype not in ("auto", "int4"):
            faster.append('`engine.dtype = "auto"`')
        faster.append("a GPU")
    sentence = f"Faster: {', '.join([*faster, 'a smaller checkpoint'])}."
    if settings.engine.checkpoint != SHIPPED:
        sentence += f' Live on any computer: `engine.checkpoint = "{SHIPPED}"`.'
    return sentence
