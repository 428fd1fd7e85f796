"""The machine that is measured."""

from __future__ import annotations

import platform
from typing import Final, NamedTuple


def processor() -> str:
    """The processor's name, as far as this system says it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


STOLEN: Final = 8
"""Which of the counts is what was stolen."""


class Ticks(NamedTuple):
    """What the processors' time went to since the machine was started (proc(5), "/proc/stat")."""

    whole: int
    stolen: int
    """While something wanted to run here, and the host ran others; zero on a machine that is none's guest."""

    def stolen_share_since(self, before: Ticks) -> float:
        """Of all processors' time since `before`, 0 to 1."""
        return (self.stolen - before.stolen) / max(1, self.whole - before.whole)


def ticks() -> Ticks:
    """As of now; zeros on a system that does not say."""
    try:
        with open("/proc/stat", encoding="utf-8") as lines:
            return read(lines.readline())
    except OSError:
        return Ticks(0, 0)


def read(line: str) -> Ticks:
    """The first line of /proc/stat; zeros where an old kernel does not count what is stolen."""
    # user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in user already
    counted = [int(count) for count in line.split()[1 : 1 + STOLEN]]
    return Ticks(sum(counted), counted[-1]) if len(counted) == STOLEN else Ticks(0, 0)
