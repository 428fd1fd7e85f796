"""The network between a client and the voice servers, which loses, delays and doubles datagrams."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from rehearsal.voice.rtp import is_sound


@dataclass(slots=True)
class Network:
    """The state of UDP, both ways; change it at any time. Rates are 0 to 1, for each datagram by itself.

    Owned by the event loop. The random numbers come from a seed, so that a run can be repeated.
    """

    blocked: bool = False
    """Nothing comes through."""
    loss: float = 0.0
    doubling: float = 0.0
    delay_s: float = 0.0
    """The longest time that a datagram is held back; each draws its own, so they overtake each other."""
    sounds_lost: int = 0
    """Packets of sound that did not reach the server."""
    doubled: int = 0
    """Datagrams that came twice."""
    rng: random.Random = field(default_factory=lambda: random.Random(0))

    @property
    def calm(self) -> bool:
        """True if everything arrives at once."""
        return not (self.blocked or self.loss or self.doubling or self.delay_s)

    def carry(self, arrive: Callable[[], None], *, sound: bytes = b"") -> None:
        """Call `arrive` for each copy of a datagram that arrives, after its delay.

        `sound` is the datagram, if it goes to the server.
        """
        if self.blocked or self.rng.random() < self.loss:
            self.sounds_lost += is_sound(sound)
            return
        copies = 1 + (self.rng.random() < self.doubling)
        self.doubled += copies - 1
        for _ in range(copies):
            if self.delay_s:
                asyncio.get_running_loop().call_later(self.rng.uniform(0, self.delay_s), arrive)
            else:
                arrive()
