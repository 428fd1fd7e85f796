"""Being woken in time: asking Linux to let a thread that works little at a time go before those that work on.

A thread that computes keeps its core for some milliseconds even when another one has waited for just this
moment. Since Linux 6.12 a thread may ask for a shorter slice than the others, and then goes first when it
wakes (sched_setattr(2), `sched_runtime` of SCHED_OTHER). It gets no more of the processor by that.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from typing import Final

SLICE_NS: Final = 100_000
"""The shortest that Linux takes."""

_SET_ATTRIBUTES: Final = {"x86_64": 314, "aarch64": 274}
"""Numbers of the system call sched_setattr, by machine."""


class _Attributes(ctypes.Structure):
    """`struct sched_attr` of linux/sched/types.h in its first form."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def go_first() -> bool:
    """Let the calling thread go before others when it wakes; False where the system knows no such thing."""
    number = _SET_ATTRIBUTES.get(platform.machine())
    if not sys.platform.startswith("linux") or number is None:
        return False
    attributes = _Attributes(
        size=ctypes.sizeof(_Attributes), nice=os.getpriority(os.PRIO_PROCESS, 0), runtime=SLICE_NS
    )
    return ctypes.CDLL(None).syscall(number, 0, ctypes.byref(attributes), 0) == 0
