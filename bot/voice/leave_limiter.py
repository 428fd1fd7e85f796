"""Departures: who leaves a channel because nobody wants music there any more waits for their turn.

Each join and each leave is a message on the gateway, of which Discord takes 120 a minute (developer
documentation, "Gateway", "Rate Limiting") and discord.py sends at most 110, the others later and in their
order. When many channels fall silent at once, whoever asks for music must not stand in line behind them.
"""

from __future__ import annotations

import asyncio
from typing import Final

LEAVES_A_MINUTE: Final = 50
"""Of what discord.py sends less than half: the rest is for those who come."""


class Departures:
    """The turns of all guilds. On the event loop, by its clock."""

    def __init__(self) -> None:
        self._next = 0.0
        """When the next turn is, if nobody has it yet."""

    def wait(self) -> float:
        """Take a turn: seconds until it comes. One that is not used is lost."""
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next)
        self._next = turn + 60 / LEAVES_A_MINUTE
        return turn - now
