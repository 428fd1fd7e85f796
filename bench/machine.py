"""The machine that is measured."""

from __future__ import annotations

import platform


def processor() -> str:
    """The processor's name, as far as this system says it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
