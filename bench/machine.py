"""The machine that is measured."""

from __future__ import annotations

import platform
from typing import Final, NamedTuple


def processor() -> str:
    """Return the processor's name, as far as the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


STOLEN: Final = 8
"""Position of the stolen time among the counts."""


class Ticks(NamedTuple):
    """Processor time since boot, in clock ticks (proc(5), "/proc/stat")."""

    whole: int
    stolen: int
    """Time in which work waited here while the host ran other guests; zero on bare metal."""

    def stolen_share_since(self, before: Ticks) -> float:
        """Return the stolen share of all processors' time since `before`, 0 to 1."""
        return (self.stolen - before.stolen) / max(1, self.whole - before.whole)


def ticks() -> Ticks:
    """Read the counts now; zeros where the system has none."""
    try:
        with open("/proc/stat", encoding="utf-8") as lines:
            return read(lines.readline())
    except OSError:
        return Ticks(0, 0)


def read(line: str) -> Ticks:
    """Parse the first line of /proc/stat; zeros where an old kernel does not count stolen time."""
    # user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in user already
    counted = [int(count) for count in line.split()[1 : 1 + STOLEN]]
    return Ticks(sum(counted), counted[-1]) if len(counted) == STOLEN else Ticks(0, 0)
